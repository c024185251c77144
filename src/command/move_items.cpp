// [MS-ASCMD] MoveItems: each Move by itself, each at most once.
//
// A repeated request is answered as before: the outcomes of the device's last MoveItems are kept,
// with the digest of the request, for ten minutes and as long as the device has not synced a source
// folder since (then it has been told that the messages left, and knows our answer or does without
// it). That is sound, since a moved message never gets its old id again: a Move that names one can
// be nothing but the same wish.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "base/fault.hpp"
#include "base/pack.hpp"
#include "base/text.hpp"
#include "command/draft_names.hpp"
#include "command/handlers.hpp"
#include "command/item_kind.hpp"
#include "command/item_move.hpp"
#include "command/mail_move.hpp"
#include "sync/server_id.hpp"
#include "wbxml/pages/move.hpp"

namespace godwit::command {
namespace {

namespace tag = wbxml::move;
using wbxml::Element;

// [MS-ASCMD] Status (MoveItems).
constexpr std::uint16_t bad_source = 1;
constexpr std::uint16_t bad_target = 2;
constexpr std::uint16_t moved = 3;
constexpr std::uint16_t same_folder = 4;
constexpr std::uint16_t cannot_move = 5;

constexpr std::size_t moves_max = 1000;  // [MS-ASCMD] 3.1.5.10
constexpr std::chrono::minutes outcomes_live{10};
constexpr std::uint64_t outcomes_format = 1;
constexpr std::string_view recipient_cache_id = "RI";

/// One Move and what it came to; status 0 = not settled yet.
struct Item {
  std::string source_id, source_folder, target_folder;  // as sent
  std::uint16_t status = 0;
  std::string target_id;
  bool is_mail = true;
  Uid uid = 0;
};

class MoveRun {
 public:
  explicit MoveRun(Session& session) : session_(session), record_(record_key()) {}

  Task<Answer> run() {
    if (!read()) co_return Failed{eas::Status::invalid_xml};
    if (!co_await recall()) {
      table_ = co_await known_folders();
      for (Item& item : items_) item.status = check(item);
      co_await move_all();
      co_await commit();
      mark();
    }
    co_return write();
  }

 private:
  store::Key record_key() const {
    return session_.key(store::Kind::last_change, session_.device_id.str() + "/move");
  }

  /// False: not a list of Moves within the limit.
  bool read() {
    const auto& moves = session_.document.children;
    if (moves.empty() || moves.size() > moves_max) return false;
    std::set<std::string> seen;
    Packer digest;
    for (const Element& move : moves) {
      Item item;
      item.source_id = trim(move.text_of(tag::SrcMsgId));
      item.source_folder = trim(move.text_of(tag::SrcFldId));
      item.target_folder = trim(move.text_of(tag::DstFldId));
      const bool complete =
          !item.source_id.empty() && !item.source_folder.empty() && !item.target_folder.empty();
      if (move.tag != tag::Move || !complete) return false;
      // [MS-ASCMD] Status (MoveItems) 5: to more than one place at a time.
      const bool twice = !seen.insert(item.source_id).second || move.count(tag::DstFldId) > 1;
      if (twice) item.status = cannot_move;
      digest.text(item.source_id).text(item.source_folder).text(item.target_folder);
      items_.push_back(std::move(item));
    }
    digest_ = digest128(digest.bytes());
    return true;
  }

  /// True: the same request was answered just now; the items have their outcomes again.
  Task<bool> recall() {
    const auto record = co_await session_.services.store.get(record_);
    if (!record) co_return false;
    Unpacker in(record->value);
    if (in.number() != outcomes_format || in.view() != digest_) co_return false;
    const Time made(std::chrono::milliseconds(in.signed_number()));
    const bool fresh = session_.now() >= made && session_.now() - made < outcomes_live;
    if (!fresh || in.view() != co_await source_revisions()) co_return false;
    std::vector<Item> items = items_;
    for (Item& item : items) {
      item.status = in.number_as<std::uint16_t>();
      item.target_id = in.text();
    }
    if (!in.finish()) co_return false;
    items_ = std::move(items);
    co_return true;
  }

  /// Where the device's relationships to the source folders stand: a Sync moves them on.
  Task<std::string> source_revisions() {
    std::set<std::string> folders;
    for (const Item& item : items_) folders.insert(item.source_folder);
    std::vector<store::Key> keys;
    keys.reserve(folders.size());
    for (const std::string& folder : folders) {
      keys.push_back(
          session_.key(store::Kind::collection, session_.device_id.str() + '/' + folder));
    }
    Packer out;
    for (const auto& record : co_await session_.services.store.get_many(std::move(keys))) {
      out.number(record ? record->revision : 0);
    }
    co_return std::move(out).bytes();
  }

  Task<sync::FolderTable> known_folders() {
    auto table = co_await session_.folder_table();
    const bool knows_all = std::ranges::all_of(items_, [&](const Item& item) {
      return table.find(item.source_folder) != nullptr && table.find(item.target_folder) != nullptr;
    });
    if (!knows_all) table = co_await session_.listed_folders();
    co_return table;
  }

  /// What can be told without the mailbox; 0 = nothing stands in the way.
  std::uint16_t check(Item& item) const {
    if (item.status != 0) return item.status;
    const sync::FolderRow* source = table_.find(item.source_folder);
    if (source == nullptr || !source->selectable) return bad_source;
    const auto id = sync::parse_mail_id(item.source_id);
    const bool is_mail = source->item_class == ItemClass::email;
    if (is_mail ? !id : find_kind(source->item_class) == nullptr) return bad_source;
    if (!item.source_id.starts_with(item.source_folder + ':')) return bad_source;
    if (item.target_folder == recipient_cache_id && session_.version >= eas::Version::v14_0) {
      return std::to_underlying(eas::Status::invalid_combination_of_ids);
    }
    const sync::FolderRow* target = table_.find(item.target_folder);
    if (target == nullptr) return bad_target;
    if (target == source) return same_folder;
    if (!target->selectable || target->item_class != source->item_class) return cannot_move;
    item.is_mail = is_mail;
    if (is_mail) item.uid = id->uid;
    return 0;
  }

  Task<> move_all() {
    std::vector<Item*> open;
    for (Item& item : items_) {
      if (item.status != 0) continue;
      if (item.is_mail) {
        open.push_back(&item);
      } else {
        co_await move_text(item);
      }
    }
    if (open.empty()) co_return;
    auto moves = co_await name_moves(open);
    auto intents = co_await open_move_intents(session_, moves);
    std::map<FolderKey, UidSet> claimed;
    for (std::size_t i = 0; i < open.size(); ++i) {
      const bool is_there = moves[i].likeness.size != 0 || intents[i].recovered;
      try {
        co_await move_one(*open[i], moves[i].move, intents[i], is_there, claimed);
      } catch (const Fault& fault) {
        // No room for this one; another may be smaller.
        if (fault.kind() != Fault::Kind::quota) throw;
        open[i]->status = cannot_move;
      }
      writes_.push_back(sync::Journal::close(session_.user(), intents[i]));
    }
  }

  /// An event, a contact, a task or a note.
  Task<> move_text(Item& item) {
    auto done =
        co_await move_item(session_, table_, item.source_id, *table_.find(item.target_folder));
    switch (done.outcome) {
      case ItemMove::Outcome::moved:
        item.status = moved;
        item.target_id = std::move(done.target_id);
        break;
      case ItemMove::Outcome::missing:
        item.status = bad_source;
        break;
      case ItemMove::Outcome::refused:
        item.status = cannot_move;
        break;
    }
  }

  /// The moves with what is known of their messages, asked for folder by folder.
  Task<std::vector<NamedMove>> name_moves(const std::vector<Item*>& open) {
    std::vector<NamedMove> moves;
    std::map<std::pair<FolderKey, std::uint32_t>, std::map<Uid, std::size_t>> by_folder;
    for (const Item* item : open) {
      auto named = sync::parse_mail_id(item->source_id);
      const auto id = co_await present_mail(session_, table_, std::move(*named));
      Move move{*FolderKey::parse(table_.find(item->source_folder)->key), id.uid_validity, id.uid,
                *FolderKey::parse(table_.find(item->target_folder)->key)};
      by_folder[{move.from, move.uid_validity}].emplace(move.uid, moves.size());
      moves.push_back({intent_name(*item), std::move(move)});
    }
    for (const auto& [folder, uids] : by_folder) {
      co_await note_likenesses(folder.first, folder.second, uids, moves);
    }
    co_return moves;
  }

  Task<> note_likenesses(FolderKey folder, std::uint32_t uid_validity,
                         const std::map<Uid, std::size_t>& uids, std::vector<NamedMove>& moves) {
    constexpr std::size_t at_once = 100;  // headers are held meanwhile
    auto next = uids.begin();
    while (next != uids.end()) {
      std::vector<Uid> some;
      for (; next != uids.end() && some.size() < at_once; ++next) some.push_back(next->first);
      const auto messages = co_await session_.mail().fetch(folder, uid_validity, std::move(some));
      if (!messages) co_return;
      for (const Message& message : *messages) {
        moves[uids.at(message.state.uid)].likeness = likeness_of(message);
      }
    }
  }

  Task<> move_one(Item& item, Move move, sync::OpenIntent intent, bool is_there,
                  std::map<FolderKey, UidSet>& claimed) {
    item.status = bad_source;
    if (!is_there) co_return;
    const FolderKey target = move.to;
    const auto uid =
        co_await finish_move(session_, std::move(move), std::move(intent), &claimed[target]);
    const auto status = co_await session_.mail().status(target);
    if (!uid) {
      if (uid.error().code == Errc::refused) item.status = cannot_move;
      if (!status) item.status = bad_target;  // it went after the folders were listed
      co_return;
    }
    item.status = moved;
    if (*uid == 0 || !status) co_return;
    item.target_id = sync::format_mail_id(item.target_folder, status->uid_validity, *uid);
  }

  /// What is kept beside the mailbox of a message goes with it.
  Task<> move_kept() {
    std::vector<const Item*> done;
    std::vector<store::Key> keys;
    for (const Item& item : items_) {
      if (item.status != moved || item.target_id.empty()) continue;
      done.push_back(&item);
      keys.push_back(session_.key(store::Kind::item, item.source_id));
    }
    if (keys.empty()) co_return;
    const auto records = co_await session_.services.store.get_many(keys);
    for (std::size_t i = 0; i < done.size(); ++i) {
      if (!records[i]) continue;
      writes_.push_back({keys[i], std::nullopt, std::nullopt});
      writes_.push_back(
          {session_.key(store::Kind::item, done[i]->target_id), std::nullopt, records[i]->value});
    }
  }

  /// Ends the intents and keeps the outcomes, in one. Where nothing was moved, asking again may
  /// find it otherwise.
  Task<> commit() {
    co_await move_kept();
    if (std::ranges::find(items_, moved, &Item::status) != items_.end()) co_await note_outcomes();
    if (writes_.empty()) co_return;
    static_cast<void>(co_await session_.services.store.commit(std::move(writes_)));
  }

  Task<> note_outcomes() {
    Packer out;
    out.number(outcomes_format).text(digest_);
    out.signed_number(session_.now().time_since_epoch().count());
    out.text(co_await source_revisions());
    for (const Item& item : items_) out.number(item.status).text(item.target_id);
    writes_.push_back({record_, std::nullopt, std::move(out).bytes()});
  }

  void mark() {
    std::set<std::string> sources;
    std::set<std::string> targets;
    auto& own =
        session_.services.request_cache.entry(session_.account.user, session_.device_id).rare().own;
    for (const Item& item : items_) {
      if (item.status != moved) continue;
      sources.insert(item.source_folder);
      targets.insert(item.target_folder);
      if (const auto id = sync::parse_mail_id(item.target_id)) own[id->collection].add(id->uid);
    }
    watch::Hub& hub = session_.services.hub;
    for (const std::string& id : sources) {
      const auto collection = CollectionId::parse(id);
      if (collection) hub.mark_other(session_.account.user, *collection, &session_.device_id);
    }
    for (const std::string& id : targets) {
      const auto collection = CollectionId::parse(id);
      if (collection) hub.mark_added(session_.account.user, *collection, &session_.device_id);
    }
  }

  std::string intent_name(const Item& item) const {
    return session_.device_id.str() + "/move/" + item.source_id + '/' + item.target_folder;
  }

  Answer write() const {
    DocumentWriter document(session_.services.spools);
    wbxml::Writer& out = document.out();
    out.open(tag::MoveItems);
    for (const Item& item : items_) {
      out.open(tag::Response);
      out.text(tag::SrcMsgId, item.source_id);
      out.number(tag::Status, item.status);
      if (!item.target_id.empty()) out.text(tag::DstMsgId, item.target_id);
      out.close();
    }
    out.close();
    return document.finish();
  }

  Session& session_;
  store::Key record_;
  std::vector<Item> items_;
  std::string digest_;
  sync::FolderTable table_;
  std::vector<store::Write> writes_;
};

}  // namespace

Task<Answer> move_items(Session& session) {
  MoveRun run(session);
  co_return co_await run.run();
}

}  // namespace godwit::command
