// [MS-ASCMD] EmptyFolderContents, once: the intent holds what the folder held when it was asked
// for, and so does the record of the last time. A request that comes again removes nothing that
// came since, unless the device did anything else in between: then it is a new one.
#include <algorithm>
#include <utility>

#include "base/bytes.hpp"
#include "base/pack.hpp"
#include "command/item_operations.hpp"
#include "sync/journal.hpp"
#include "sync/server_id.hpp"

namespace godwit::command {
namespace {

namespace status = operation_status;

constexpr std::chrono::minutes repeats_live{10};

/// What one request covers.
struct Covered {
  Time asked{};
  std::uint32_t uid_validity = 0;
  UidSet uids;
  std::vector<std::string> hrefs;       // of text items
  std::vector<std::string> subfolders;  // folder keys
};

std::string pack(const Covered& covered) {
  Packer out;
  out.signed_number(covered.asked.time_since_epoch().count());
  out.number(covered.uid_validity).text(covered.uids.str());
  out.number(covered.subfolders.size());
  for (const std::string& key : covered.subfolders) out.text(key);
  out.number(covered.hrefs.size());
  for (const std::string& href : covered.hrefs) out.text(href);
  return std::move(out).bytes();
}

Covered unpack_covered(std::string_view bytes) {
  Unpacker in(bytes);
  Covered covered;
  covered.asked = Time(std::chrono::milliseconds(in.signed_number()));
  covered.uid_validity = in.number_as<std::uint32_t>();
  covered.uids = UidSet::parse(in.view()).value_or(UidSet{});
  for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
    covered.subfolders.push_back(in.text());
  }
  for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
    covered.hrefs.push_back(in.text());
  }
  return covered;
}

class EmptyRun {
 public:
  EmptyRun(Session& session, const sync::FolderTable& table, const sync::FolderRow& row,
           FolderKey folder, bool subfolders)
      : session_(session),
        table_(table),
        row_(row),
        folder_(std::move(folder)),
        subfolders_(subfolders) {}

  Task<std::uint16_t> run() {
    if (co_await was_done()) co_return status::ok;
    auto intent = co_await open();
    if (!intent) co_return status::not_found;
    Covered covered = unpack_covered(intent->detail);
    if (intent->recovered && session_.now() - covered.asked >= repeats_live) {
      // An old one that was cut short: it is ended, and what is asked now is another.
      static_cast<void>(co_await remove(covered));
      writes_.push_back(sync::Journal::close(session_.user(), *intent));
      static_cast<void>(co_await session_.services.store.commit(std::exchange(writes_, {})));
      intent = co_await open();
      if (!intent) co_return status::not_found;
      covered = unpack_covered(intent->detail);
    }
    const std::uint16_t result = co_await remove(covered);
    writes_.push_back(sync::Journal::close(session_.user(), *intent));
    co_await forget_kept(covered);
    if (result == status::ok) co_await note_done();
    static_cast<void>(co_await session_.services.store.commit(std::move(writes_)));
    co_return result;
  }

 private:
  std::string name() const {
    return session_.device_id.str() + "/empty/" + row_.id + (subfolders_ ? "/all" : "");
  }
  store::Key done_key() const { return session_.key(store::Kind::last_change, name()); }

  /// Changes when the device has any other change or news accepted.
  Task<std::string> device_position() {
    const std::string device = session_.device_id.str();
    Packer out;
    std::vector<store::Key> keys;
    keys.push_back(session_.key(store::Kind::hierarchy, device));
    keys.push_back(session_.key(store::Kind::last_change, device + "/move"));
    for (const auto& record : co_await session_.services.store.get_many(std::move(keys))) {
      out.number(record ? record->revision : 0);
    }
    constexpr std::size_t collections_max = 10'000;
    for (const auto& record : co_await session_.services.store.list(
             session_.user(), store::Kind::collection, device + '/', "", collections_max)) {
      out.text(record.key.name).number(record.revision);
    }
    co_return digest128(out.bytes());
  }

  Task<bool> was_done() {
    const auto record = co_await session_.services.store.get(done_key());
    if (!record) co_return false;
    Unpacker in(record->value);
    const Time done(std::chrono::milliseconds(in.signed_number()));
    const bool fresh = session_.now() >= done && session_.now() - done < repeats_live;
    co_return fresh&& in.view() == co_await device_position();
  }

  Task<> note_done() {
    Packer out;
    out.signed_number(session_.now().time_since_epoch().count());
    out.text(co_await device_position());
    writes_.push_back({done_key(), std::nullopt, std::move(out).bytes()});
  }

  /// Nothing when the folder is gone.
  Task<std::optional<sync::OpenIntent>> open() {
    std::optional<Covered> covered;
    if (row_.item_class == ItemClass::email) {
      covered = co_await list_mail();
    } else {
      covered = co_await list_items();
    }
    if (!covered) co_return std::nullopt;
    std::vector<sync::Intent> intents;
    intents.push_back({name(), pack(*covered)});
    auto opened = co_await session_.services.journal.open(session_.user(), std::move(intents));
    co_return std::move(opened.front());
  }

  Task<std::optional<Covered>> list_mail() {
    const auto position = co_await session_.mail().status(folder_);
    if (!position) co_return std::nullopt;
    auto uids = co_await session_.mail().search(folder_, std::nullopt);
    if (!uids) co_return std::nullopt;
    Covered covered{session_.now(), position->uid_validity, std::move(*uids), {}, {}};
    for (const sync::FolderRow& each : table_.rows) {
      if (subfolders_ && each.parent == row_.id) covered.subfolders.push_back(each.key);
    }
    co_return covered;
  }

  Task<std::optional<Covered>> list_items() {
    Covered covered;
    covered.asked = session_.now();
    if (session_.items() == nullptr) co_return std::nullopt;
    std::string since;
    for (;;) {
      auto changes = co_await session_.items()->changes(folder_, since);
      if (!changes) co_return std::nullopt;
      for (backend::ItemTag& tag : changes->changed) covered.hrefs.push_back(std::move(tag.href));
      if (!changes->more) co_return covered;
      since = std::move(changes->cursor);
    }
  }

  Task<std::uint16_t> remove_items(Covered covered) {
    for (const std::string& href : covered.hrefs) {
      const auto removed = co_await session_.items()->remove(folder_, href, std::nullopt);
      if (removed) continue;
      const bool refused = removed.error().code == Errc::refused;
      co_return refused ? status::access_denied : status::not_found;
    }
    co_return status::ok;
  }

  Task<std::uint16_t> remove(Covered covered) {
    if (row_.item_class != ItemClass::email) co_return co_await remove_items(std::move(covered));
    const auto removed =
        co_await session_.mail().expunge(folder_, covered.uid_validity, covered.uids);
    if (!removed) {
      const bool refused = removed.error().code == Errc::refused;
      co_return refused ? status::access_denied : status::not_found;
    }
    mark(covered);
    bool all = true;
    for (const std::string& key : covered.subfolders) {
      auto folder = FolderKey::parse(key);
      if (!folder) continue;
      const auto deleted = co_await session_.mail().delete_folder(std::move(*folder));
      all = all && (deleted || deleted.error().code == Errc::not_found);
    }
    if (!covered.subfolders.empty()) {
      static_cast<void>(co_await session_.listed_folders());
      session_.services.hub.mark_hierarchy(session_.account.user, &session_.device_id);
    }
    co_return all ? status::ok : status::partial_success;
  }

  void mark(const Covered& covered) {
    const auto collection = CollectionId::parse(row_.id);
    if (!collection || covered.uids.empty()) return;
    session_.services.hub.mark_other(session_.account.user, *collection, &session_.device_id);
  }

  /// What was kept beside the mailbox of the removed messages.
  Task<> forget_kept(Covered covered) {
    const std::string prefix = row_.id + ':' + std::to_string(covered.uid_validity) + '.';
    constexpr std::size_t kept_max = 10'000;
    for (const auto& record : co_await session_.services.store.list(
             session_.user(), store::Kind::item, prefix, "", kept_max)) {
      const auto id = sync::parse_mail_id(record.key.name);
      if (id && covered.uids.contains(id->uid)) {
        writes_.push_back({record.key, std::nullopt, std::nullopt});
      }
    }
  }

  Session& session_;
  const sync::FolderTable& table_;
  const sync::FolderRow& row_;
  FolderKey folder_;
  bool subfolders_;
  std::vector<store::Write> writes_;
};

}  // namespace

Task<std::uint16_t> empty_folder(Session& session, const sync::FolderTable& table,
                                 EmptyOperation operation) {
  if (operation.collection_id == recipient_cache_id) co_return status::access_denied;
  const sync::FolderRow* row = table.find(operation.collection_id);
  if (row == nullptr || !row->selectable) co_return status::not_found;
  auto folder = FolderKey::parse(row->key);
  if (!folder) co_return status::not_found;
  EmptyRun run(session, table, *row, std::move(*folder), operation.delete_subfolders);
  co_return co_await run.run();
}

}  // namespace godwit::command
