#include "command/conversations.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "base/bytes.hpp"
#include "base/fault.hpp"
#include "base/log.hpp"
#include "base/pack.hpp"
#include "command/item_operations.hpp"
#include "command/mail_move.hpp"
#include "convert/email.hpp"
#include "convert/limits.hpp"
#include "sync/server_id.hpp"

namespace godwit::command {
namespace {

namespace status = operation_status;

constexpr Log logger("conversation");

constexpr std::size_t headers_at_once = 32;  // of at most header_bytes_max each
constexpr std::size_t moves_at_once = 100;
constexpr std::string_view rule_prefix = "always/";

/// To which conversations mails belong; those that are gone are left out.
Task<std::map<Uid, std::string>> conversations_of(Session& session, FolderKey folder,
                                                  std::uint32_t uid_validity,
                                                  std::vector<Uid> uids) {
  std::vector<backend::PartRange> ranges;
  ranges.reserve(uids.size());
  for (const Uid uid : uids) ranges.push_back({uid, "HEADER", 0, convert::header_bytes_max});
  std::map<Uid, std::string> out;
  const auto headers =
      co_await session.mail().read(std::move(folder), uid_validity, std::move(ranges));
  if (!headers) co_return out;
  for (std::size_t i = 0; i < headers->size() && i < uids.size(); ++i) {
    const std::string& block = (*headers)[i];
    if (!block.empty()) out.emplace(uids[i], convert::conversation_id_of(convert::Header(block)));
  }
  co_return out;
}

/// The same for any number of mails.
Task<std::map<Uid, std::string>> all_conversations_of(Session& session, FolderKey folder,
                                                      std::uint32_t uid_validity,
                                                      std::vector<Uid> uids) {
  std::map<Uid, std::string> out;
  for (std::size_t at = 0; at < uids.size(); at += headers_at_once) {
    const std::size_t count = std::min(headers_at_once, uids.size() - at);
    const auto begin = uids.begin() + static_cast<std::ptrdiff_t>(at);
    std::vector<Uid> some(begin, begin + static_cast<std::ptrdiff_t>(count));
    out.merge(co_await conversations_of(session, folder, uid_validity, std::move(some)));
  }
  co_return out;
}

/// [MS-ASCON] 3.2.5.3.2 names Sent; what the user still writes is not taken from under the pen.
bool is_moved_from(const sync::FolderRow& row) {
  return row.selectable && row.item_class == ItemClass::email && row.role != FolderRole::sent &&
         row.role != FolderRole::drafts;
}

struct Rule {
  std::string id;      // of the conversation
  std::string target;  // a collection
  Time made{};
};

Task<std::vector<Rule>> load_rules(Session& session) {
  std::vector<Rule> rules;
  const auto rows = co_await session.services.store.list(
      session.user(), store::Kind::item, std::string(rule_prefix), "", conversation_rules_max + 1);
  for (const store::Record& row : rows) {
    const auto id = hex_decode(row.key.name.substr(rule_prefix.size()));
    Unpacker in(row.value);
    Rule rule{id.value_or(std::string()), {}, {}};
    rule.target = in.text();
    rule.made = Time(std::chrono::milliseconds(in.signed_number()));
    if (in.finish() && !rule.id.empty()) rules.push_back(std::move(rule));
  }
  co_return rules;
}

store::Key rule_key(const Session& session, const std::string& id) {
  return session.key(store::Kind::item, std::string(rule_prefix) + hex_encode(id));
}

/// A new rule, or the end of one: what goes to the inbox goes there anyway. Whether the backend
/// follows it, at delivery.
Task<bool> keep_rule(Session& session, std::string id, const sync::FolderRow& target) {
  std::vector<store::Write> writes;
  std::optional<FolderKey> to;
  if (target.role != FolderRole::inbox) to = FolderKey::parse(target.key).value();
  const bool backend_does = co_await session.mail().follow_conversation(id, std::move(to));
  if (backend_does || target.role == FolderRole::inbox) {
    writes.push_back({rule_key(session, id), std::nullopt, std::nullopt});
  } else {
    Packer out;
    out.text(target.id).signed_number(session.now().time_since_epoch().count());
    writes.push_back({rule_key(session, id), std::nullopt, std::move(out).bytes()});
    auto rules = co_await load_rules(session);
    if (rules.size() >= conversation_rules_max) {
      const auto oldest = std::ranges::min_element(rules, {}, &Rule::made);
      if (oldest->id != id) writes.push_back({rule_key(session, oldest->id), {}, {}});
    }
  }
  static_cast<void>(co_await session.services.store.commit(std::move(writes)));
  co_return backend_does;
}

/// Mails on their way from one folder to another, each once whatever dies in between.
class Mover {
 public:
  Mover(Session& session, const sync::FolderTable& table) : session_(session), table_(table) {}

  /// False: some stayed, as a folder refuses them.
  Task<bool> move(FoundConversation::Part part, const sync::FolderRow& target) {
    const sync::FolderRow* source = table_.find_key(part.folder.view());
    auto to = FolderKey::parse(target.key);
    if (source == nullptr || !to) co_return false;
    bool all = true;
    for (std::size_t at = 0; at < part.uids.size(); at += moves_at_once) {
      const std::size_t count = std::min(moves_at_once, part.uids.size() - at);
      const auto begin = part.uids.begin() + static_cast<std::ptrdiff_t>(at);
      std::vector<Uid> some(begin, begin + static_cast<std::ptrdiff_t>(count));
      const bool done = co_await move_some(part, *to, std::move(some));
      all = all && done;
    }
    mark(*source, target);
    co_return all;
  }

 private:
  Task<bool> move_some(const FoundConversation::Part& part, FolderKey to, std::vector<Uid> uids) {
    const auto messages =
        co_await session_.mail().fetch(part.folder, part.uid_validity, std::move(uids));
    if (!messages) co_return false;
    std::vector<NamedMove> moves;
    for (const Message& message : *messages) {
      moves.push_back({name_of(part, message.state.uid),
                       {part.folder, part.uid_validity, message.state.uid, to},
                       likeness_of(message)});
    }
    auto intents = co_await open_move_intents(session_, moves);
    std::vector<store::Write> writes;
    bool all = true;
    for (std::size_t i = 0; i < moves.size(); ++i) {
      const auto moved = co_await finish_move(session_, moves[i].move, intents[i], &claimed_[to]);
      all = all && (moved || moved.error().code == Errc::not_found);
      writes.push_back(sync::Journal::close(session_.user(), intents[i]));
    }
    if (!writes.empty()) {
      static_cast<void>(co_await session_.services.store.commit(std::move(writes)));
    }
    co_return all;
  }

  std::string name_of(const FoundConversation::Part& part, Uid uid) const {
    return session_.device_id.str() + "/conversation/" + hex_encode(digest128(part.folder.view())) +
           '/' + std::to_string(part.uid_validity) + '.' + std::to_string(uid);
  }

  void mark(const sync::FolderRow& source, const sync::FolderRow& target) {
    const UserId& user = session_.account.user;
    session_.services.hub.mark_other(user, CollectionId::parse(source.id).value());
    session_.services.hub.mark_added(user, CollectionId::parse(target.id).value());
  }

  Session& session_;
  const sync::FolderTable& table_;
  std::map<FolderKey, UidSet> claimed_;
};

/// The newest first: what a device speaks of is mostly of these days.
Task<> look_into(Session& session, FolderKey folder, const std::string& id, std::size_t& left,
                 FoundConversation& found) {
  const auto position = co_await session.mail().status(folder);
  if (!position) co_return;
  auto uids = co_await session.mail().search(folder, std::nullopt);
  if (!uids) co_return;
  FoundConversation::Part part{folder, position->uid_validity, {}};
  while (!uids->empty() && left > 0) {
    auto some = uids->take_highest(std::min(left, headers_at_once));
    uids->remove(UidSet::of(some));
    left -= some.size();
    for (auto& [uid, its] :
         co_await conversations_of(session, folder, position->uid_validity, std::move(some))) {
      if (its == id) part.uids.push_back(uid);
    }
  }
  found.whole = found.whole && uids->empty();
  if (!part.uids.empty()) found.parts.push_back(std::move(part));
}

}  // namespace

Task<FoundConversation> find_conversation(Session& session, std::vector<FolderKey> folders,
                                          std::string id) {
  FoundConversation found;
  if (const auto kept = co_await session.mail().find_conversation(folders, id)) {
    for (const backend::MailHits::Folder& each : kept->folders) {
      found.parts.push_back({each.key, each.uid_validity, {}});
    }
    for (const backend::MailHits::Hit& hit : kept->hits) {
      found.parts[hit.folder].uids.push_back(hit.uid);
    }
    std::erase_if(found.parts, [](const auto& part) { return part.uids.empty(); });
    co_return found;
  }
  std::size_t left = conversation_headers_max;
  for (FolderKey& folder : folders) {
    co_await look_into(session, std::move(folder), id, left, found);
  }
  if (!found.whole) logger.warning("conversation.not_whole", {{"user", session.user()}});
  co_return found;
}

Task<backend::MailHits> conversation_hits(Session& session, std::vector<FolderKey> folders,
                                          std::string id, backend::MailQuery limits) {
  const auto found = co_await find_conversation(session, std::move(folders), std::move(id));
  backend::MailHits hits;
  std::vector<std::pair<Time, backend::MailHits::Hit>> dated;
  for (const FoundConversation::Part& part : found.parts) {
    const auto states =
        co_await session.mail().fetch_state(part.folder, part.uid_validity, part.uids);
    if (!states) continue;
    const auto folder = static_cast<std::uint32_t>(hits.folders.size());
    hits.folders.push_back({part.folder, part.uid_validity});
    for (const MessageState& state : *states) {
      const bool inside = (!limits.after || state.internal_date > *limits.after) &&
                          (!limits.before || state.internal_date < *limits.before);
      if (inside) dated.push_back({state.internal_date, {folder, state.uid}});
    }
  }
  std::ranges::sort(dated, [](const auto& a, const auto& b) {
    return std::tuple(b.first, a.second.folder, b.second.uid) <
           std::tuple(a.first, b.second.folder, a.second.uid);
  });
  for (const auto& [time, hit] : dated) hits.hits.push_back(hit);
  hits.total = hits.hits.size();
  co_return hits;
}

Task<UidSet> conversation_mates(Session& session, FolderKey folder, std::uint32_t uid_validity,
                                UidSet mails, UidSet others) {
  std::set<std::string> ids;
  for (auto& [uid, id] : co_await all_conversations_of(
           session, folder, uid_validity, mails.take_highest(conversation_window_max))) {
    ids.insert(std::move(id));
  }
  UidSet mates;
  if (ids.empty()) co_return mates;
  for (const auto& [uid, id] : co_await all_conversations_of(
           session, folder, uid_validity, others.take_highest(conversation_window_max))) {
    if (ids.contains(id)) mates.add(uid);
  }
  co_return mates;
}

Task<std::uint16_t> move_conversation(Session& session, const sync::FolderTable& table,
                                      std::string id, const sync::FolderRow& target) {
  std::vector<FolderKey> folders;
  for (const sync::FolderRow& row : table.rows) {
    const bool mail = row.selectable && row.item_class == ItemClass::email;
    if (auto key = FolderKey::parse(row.key); mail && key) folders.push_back(std::move(*key));
  }
  auto found = co_await find_conversation(session, folders, id);
  if (found.empty()) co_return status::not_found;
  // What comes meanwhile follows already; what came between the look and the rule, no device's
  // look would move after a backend that follows at delivery.
  const bool backend_does = co_await keep_rule(session, id, target);
  if (backend_does) found = co_await find_conversation(session, std::move(folders), std::move(id));
  Mover mover(session, table);
  bool all = found.whole;
  bool any = false;
  for (FoundConversation::Part& part : found.parts) {
    const sync::FolderRow* source = table.find_key(part.folder.view());
    if (source == nullptr || source == &target || !is_moved_from(*source)) continue;
    const bool moved = co_await mover.move(std::move(part), target);
    any = any || moved;
    all = all && moved;
  }
  if (all) co_return status::ok;
  co_return any ? status::partial_success : status::access_denied;
}

Task<bool> follow_conversations(Session& session, const sync::FolderTable& table,
                                const sync::FolderRow& row, std::uint32_t uid_validity,
                                std::vector<Uid> uids) {
  auto folder = FolderKey::parse(row.key);
  if (uids.empty() || !is_moved_from(row) || !folder) co_return false;
  const auto rules = co_await load_rules(session);
  if (rules.empty()) co_return false;
  std::map<std::string, FoundConversation::Part> by_target;
  for (const auto& [uid, id] :
       co_await all_conversations_of(session, *folder, uid_validity, std::move(uids))) {
    const auto rule = std::ranges::find(rules, id, &Rule::id);
    if (rule == rules.end() || rule->target == row.id) continue;
    auto& part = by_target.try_emplace(rule->target, *folder, uid_validity, std::vector<Uid>{})
                     .first->second;
    part.uids.push_back(uid);
  }
  Mover mover(session, table);
  bool any = false;
  for (auto& [id, part] : by_target) {
    const sync::FolderRow* target = table.find(id);
    const bool there =
        target != nullptr && target->selectable && target->item_class == ItemClass::email;
    if (!there) continue;
    co_await mover.move(std::move(part), *target);
    any = true;
  }
  co_return any;
}

}  // namespace godwit::command
