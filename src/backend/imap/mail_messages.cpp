// Messages: fetching, reading, flags, moving, removing, appending.
#include <algorithm>
#include <map>
#include <tuple>

#include "backend/imap/mail.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "convert/limits.hpp"
#include "imap/mailbox_name.hpp"

namespace godwit::backend::imap {

using namespace godwit::imap;

namespace {

constexpr Log log("imap");
constexpr std::size_t pipeline_max = 32;  // commands under way at once

/// Time for what moves many bytes.
std::chrono::milliseconds long_limit(std::chrono::milliseconds limit) { return limit * 4; }

Command state_command(const Connection& connection, const UidSet& uids) {
  Command command("UID FETCH");
  command.uids(uids).words("(UID FLAGS INTERNALDATE");
  if (connection.condstore()) command.words("MODSEQ");
  return std::move(command.close());
}

/// The UID in the target; 0 when the server does not tell.
Uid uid_told(const Completed& completed, std::string_view code) {
  const auto from = [code](const StatusResponse& status) -> Uid {
    if (status.code.name != code) return 0;
    const auto told = parse_uid_code(status.code);
    return told ? told->uids.lowest() : 0;
  };
  Uid uid = from(completed.status);
  for (const Response& each : completed.data) {
    if (const auto* status = std::get_if<StatusResponse>(&each); status && uid == 0) {
      uid = from(*status);
    }
  }
  return uid;
}

/// Those of `uids` of whose end the server did not tell.
UidSet still_there(const std::vector<Completed>& completed, UidSet uids) {
  std::uint64_t ended = 0;  // told by sequence number
  for (const Completed& each : completed) {
    for (const Response& response : each.data) {
      if (std::holds_alternative<Expunged>(response)) ++ended;
      if (const auto* vanished = std::get_if<Vanished>(&response)) {
        uids = uids.minus(vanished->uids);
      }
    }
  }
  return ended >= uids.count() ? UidSet() : uids;
}

struct FlagNamesToStore {
  std::vector<std::string> add, remove;
};

void plan_flag(FlagNamesToStore& plan, const std::optional<bool>& wanted, const char* name) {
  if (wanted) (*wanted ? plan.add : plan.remove).emplace_back(name);
}

/// Keywords replace what was there; the others are set or cleared one by one.
FlagNamesToStore plan_flags(const FlagChange& change, const Flags& now, const Selected& selected) {
  FlagNamesToStore plan;
  plan_flag(plan, change.seen, "\\Seen");
  plan_flag(plan, change.answered, "\\Answered");
  plan_flag(plan, change.flagged, "\\Flagged");
  plan_flag(plan, change.draft, "\\Draft");
  plan_flag(plan, change.forwarded, "$Forwarded");
  if (change.keywords) {
    for (const std::string& each : *change.keywords) {
      if (!std::ranges::binary_search(now.keywords, each)) plan.add.push_back(encode_keyword(each));
    }
    for (const std::string& each : now.keywords) {
      if (std::ranges::find(*change.keywords, each) == change.keywords->end()) {
        plan.remove.push_back(encode_keyword(each));
      }
    }
  }
  if (!selected.any_keyword && !selected.permanent_flags.empty()) {
    // The server keeps only the keywords that it lists (RFC 9051 7.1, PERMANENTFLAGS).
    const auto kept = std::erase_if(plan.add, [&](const std::string& each) {
      return std::ranges::none_of(selected.permanent_flags,
                                  [&](const std::string& flag) { return iequals(flag, each); });
    });
    if (kept > 0) log.debug("imap.keywords_not_kept", {{"count", kept}});
  }
  return plan;
}

/// A change of categories alone is refused only where nothing may be changed.
bool keeps_all(const FlagChange& change, const Selected& selected) {
  if (selected.read_only) return false;
  return (!change.seen || selected.keeps("\\Seen")) &&
         (!change.answered || selected.keeps("\\Answered")) &&
         (!change.flagged || selected.keeps("\\Flagged")) &&
         (!change.draft || selected.keeps("\\Draft"));
}

/// A stretch to ask for, and the ranges that begin there.
struct Stretch {
  Uid uid = 0;
  std::string_view section;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;  // of the longest of them
  std::vector<std::size_t> indexes;
};
using Stretches = std::map<std::tuple<Uid, std::string_view, std::uint64_t>, Stretch>;

Stretches stretches_of(const std::vector<PartRange>& ranges) {
  Stretches out;
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    const PartRange& range = ranges[i];
    if (range.length == 0 || range.uid == 0) continue;
    Stretch& stretch = out[{range.uid, range.section, range.offset}];
    stretch.uid = range.uid;
    stretch.section = range.section;
    stretch.offset = range.offset;
    stretch.length = std::max(stretch.length, range.length);
    stretch.indexes.push_back(i);
  }
  return out;
}

/// One command a message, with all that is wanted of it.
std::vector<Command> read_commands(const Stretches& wanted) {
  std::vector<Command> out;
  Uid uid = 0;
  for (const auto& [key, stretch] : wanted) {
    if (stretch.uid != uid) {
      if (!out.empty()) out.back().close();
      out.push_back(Command("UID FETCH").number(stretch.uid).words("(UID"));
      uid = stretch.uid;
    }
    out.back().body(stretch.section, stretch.offset, stretch.length);
  }
  if (!out.empty()) out.back().close();
  return out;
}

/// Hands the bodies of an answer to the ranges that asked for them.
void place_bodies(Completed& completed, const Stretches& wanted,
                  const std::vector<PartRange>& ranges, std::vector<std::string>& out) {
  for (Response& response : completed.data) {
    auto* entry = std::get_if<FetchEntry>(&response);
    if (!entry) continue;
    for (Body& body : entry->bodies) {
      // Quirk origin_missing: then the first stretch of the section is meant.
      const auto found = wanted.lower_bound({entry->uid, body.section, body.origin.value_or(0)});
      if (found == wanted.end()) continue;
      const Stretch& stretch = found->second;
      if (stretch.uid != entry->uid || stretch.section != body.section) continue;
      if (body.origin && *body.origin != stretch.offset) continue;
      for (const std::size_t index : stretch.indexes) {
        out[index] = body.bytes.substr(0, ranges[index].length);
      }
    }
  }
}

}  // namespace

Task<Result<std::vector<MessageState>>> ImapMail::fetch_state(FolderKey folder,
                                                              std::uint32_t uid_validity,
                                                              std::vector<Uid> uids) {
  return reading(&ImapMail::state_step, folder, folder, uid_validity, UidSet::of(uids));
}

Task<Result<std::vector<MessageState>>> ImapMail::state_step(Connection& connection,
                                                             FolderKey folder,
                                                             std::uint32_t uid_validity,
                                                             UidSet uids) {
  std::vector<Command> commands;
  for (const UidSet& piece : pieces(uids)) commands.push_back(state_command(connection, piece));
  auto completed = co_await on_mailbox(connection, folder, uid_validity, std::move(commands));
  if (!completed) co_return pass(completed);
  auto states = collect_states(*completed).states;
  std::erase_if(states, [&](const MessageState& each) { return !uids.contains(each.uid); });
  co_return states;
}

Task<Result<std::vector<Message>>> ImapMail::fetch(FolderKey folder, std::uint32_t uid_validity,
                                                   std::vector<Uid> uids) {
  return reading(&ImapMail::fetch_step, folder, folder, uid_validity, std::move(uids));
}

Task<Result<std::vector<Message>>> ImapMail::fetch_step(Connection& connection, FolderKey folder,
                                                        std::uint32_t uid_validity,
                                                        std::vector<Uid> uids) {
  const UidSet wanted = UidSet::of(uids);
  std::vector<Command> commands;
  for (const UidSet& piece : pieces(wanted)) {
    Command command("UID FETCH");
    command.uids(piece).words("(UID FLAGS INTERNALDATE RFC822.SIZE BODYSTRUCTURE");
    if (connection.condstore()) command.words("MODSEQ");
    command.body("HEADER", 0, convert::header_bytes_max).close();
    commands.push_back(std::move(command));
  }
  auto completed =
      co_await on_mailbox(connection, folder, uid_validity, std::move(commands), Look::for_known);
  if (!completed) co_return pass(completed);
  std::map<Uid, Message> messages;
  for (Completed& each : *completed) {
    for (Response& response : each.data) {
      auto* entry = std::get_if<FetchEntry>(&response);
      if (!entry || !wanted.contains(entry->uid) || entry->bodies.empty()) continue;
      Message& message = messages[entry->uid];
      message.size = entry->size.value_or(0);
      message.header = std::move(entry->bodies.front().bytes);
      if (entry->structure) message.structure = std::move(*entry->structure);
      if (message.structure.section.empty() && message.structure.type != "multipart") {
        message.structure.section = "1";
      }
    }
  }
  std::vector<Message> out;
  for (MessageState& state : collect_states(*completed).states) {
    const auto found = messages.find(state.uid);
    if (found == messages.end()) continue;
    found->second.state = std::move(state);
    out.push_back(std::move(found->second));
  }
  co_return out;
}

Task<Result<std::vector<std::string>>> ImapMail::read(FolderKey folder, std::uint32_t uid_validity,
                                                      std::vector<PartRange> ranges) {
  return reading(&ImapMail::read_step, folder, folder, uid_validity, std::move(ranges));
}

Task<Result<std::vector<std::string>>> ImapMail::read_step(Connection& connection, FolderKey folder,
                                                           std::uint32_t uid_validity,
                                                           std::vector<PartRange> ranges) {
  std::vector<std::string> out(ranges.size());
  const Stretches wanted = stretches_of(ranges);
  auto waiting = read_commands(wanted);
  if (waiting.empty()) {
    auto selected = co_await on_mailbox(connection, folder, uid_validity, {}, Look::for_known);
    if (!selected) co_return pass(selected);
  }
  for (std::size_t begin = 0; begin < waiting.size(); begin += pipeline_max) {
    const auto from = waiting.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto count = std::min(pipeline_max, waiting.size() - begin);
    std::vector<Command> commands(
        std::make_move_iterator(from),
        std::make_move_iterator(from + static_cast<std::ptrdiff_t>(count)));
    auto completed =
        co_await on_mailbox(connection, folder, uid_validity, std::move(commands), Look::for_known);
    if (!completed) co_return pass(completed);
    for (Completed& each : *completed) place_bodies(each, wanted, ranges, out);
  }
  co_return out;
}

Task<Result<std::optional<DecodedStretch>>> ImapMail::read_decoded(FolderKey folder,
                                                                   std::uint32_t uid_validity,
                                                                   PartRange range) {
  return reading(&ImapMail::decoded_step, folder, folder, uid_validity, std::move(range));
}

/// RFC 3516 4. Whatever the server has against it (UNKNOWN-CTE, or that it does not know the part),
/// it will say better about BODY.
Task<Result<std::optional<DecodedStretch>>> ImapMail::decoded_step(Connection& connection,
                                                                   FolderKey folder,
                                                                   std::uint32_t uid_validity,
                                                                   PartRange range) {
  if (!connection.has("BINARY")) co_return std::nullopt;
  auto selected = co_await on_mailbox(connection, folder, uid_validity, {}, Look::for_known);
  if (!selected) co_return pass(selected);
  Command command("UID FETCH");
  command.number(range.uid).words("(UID").binary(range.section, range.offset, range.length).close();
  Completed completed = co_await connection.run(std::move(command), long_limit(limit()));
  if (!completed.ok()) {
    log.debug("imap.not_decoded", {{"user", user_}, {"why", completed.status.text}});
    co_return std::nullopt;
  }
  for (Response& response : completed.data) {
    auto* entry = std::get_if<FetchEntry>(&response);
    if (!entry || entry->uid != range.uid || !entry->decoded_size) continue;
    for (Body& body : entry->bodies) {
      if (!body.decoded || body.section != range.section) continue;
      if (body.origin.value_or(range.offset) != range.offset) continue;
      body.bytes.resize(std::min<std::uint64_t>(body.bytes.size(), range.length));
      co_return DecodedStretch{std::move(body.bytes), *entry->decoded_size};
    }
  }
  co_return std::nullopt;
}

Task<Result<>> ImapMail::store_flags(FolderKey folder, std::uint32_t uid_validity, Uid uid,
                                     FlagChange change) {
  Pool::Lease lease = co_await pool_->acquire(folder);
  auto states = co_await state_step(*lease, folder, uid_validity, UidSet{{uid, uid}});
  if (!states) co_return pass(states);
  if (states->empty()) co_return fail(Errc::not_found, "the message is gone");
  const Selected& selected = *lease->selected();
  if (!keeps_all(change, selected)) {
    co_return fail(Errc::refused, "the mailbox keeps no such flags");
  }
  const auto plan = plan_flags(change, states->front().flags, selected);
  std::vector<Command> commands;
  const auto store = [&](Words what, const std::vector<std::string>& flags) {
    if (flags.empty()) return;
    commands.push_back(Command("UID STORE").number(uid).words(what).flag_list(flags));
  };
  store("+FLAGS.SILENT", plan.add);
  store("-FLAGS.SILENT", plan.remove);
  if (commands.empty()) co_return Result<>();
  auto completed = co_await on_mailbox(*lease, folder, uid_validity, std::move(commands));
  if (!completed) co_return pass(completed);
  co_return Result<>();
}

Task<Result<Uid>> ImapMail::move(FolderKey folder, std::uint32_t uid_validity, Uid uid,
                                 FolderKey target) {
  Pool::Lease lease = co_await pool_->acquire(folder);
  const UidSet one{{uid, uid}};
  auto states = co_await state_step(*lease, folder, uid_validity, one);
  if (!states) co_return pass(states);
  if (states->empty()) co_return fail(Errc::not_found, "the message is gone");
  const bool moves = lease->has("MOVE");
  // Without MOVE a copy would be made before the server says that the original must stay.
  if (!lease->selected()->keeps("\\Deleted")) {
    co_return fail(Errc::refused, "nothing may be removed");
  }
  Command command(moves ? Words("UID MOVE") : Words("UID COPY"));
  command.number(uid).mailbox(target.view(), lease->utf8());
  const Completed moved = co_await lease->run(std::move(command), long_limit(limit()));
  if (!moved.ok()) co_return std::unexpected(co_await meaning(*lease, target, moved.status));
  const Uid there = uid_told(moved, "COPYUID");
  pool_->learned(*lease);
  if (moves) co_return there;
  auto removed = co_await remove(*lease, folder, uid_validity, one);
  if (!removed) co_return pass(removed);
  co_return there;
}

Task<Result<>> ImapMail::expunge(FolderKey folder, std::uint32_t uid_validity, UidSet uids) {
  Pool::Lease lease = co_await pool_->acquire(folder);
  co_return co_await remove(*lease, folder, uid_validity, std::move(uids));
}

Task<Result<>> ImapMail::remove(Connection& connection, FolderKey folder,
                                std::uint32_t uid_validity, UidSet uids) {
  const bool uidplus = connection.has("UIDPLUS");
  if (!uidplus && !said_no_uidplus_) {
    // A bare EXPUNGE would remove what others marked; marked messages are not shown to devices.
    said_no_uidplus_ = true;
    log.warning("imap.no_uidplus", {{"user", user_}, {"effect", "removed mail stays, marked"}});
  }
  std::vector<Command> commands;
  for (const UidSet& piece : pieces(uids)) {
    commands.push_back(
        Command("UID STORE").uids(piece).words("+FLAGS.SILENT").flag_list({"\\Deleted"}));
    if (uidplus) commands.push_back(Command("UID EXPUNGE").uids(piece));
  }
  auto completed = co_await on_mailbox(connection, folder, uid_validity, std::move(commands));
  if (!completed) co_return pass(completed);
  // Servers may say OK and leave all as it was.
  if (!connection.selected()->keeps("\\Deleted")) {
    co_return fail(Errc::refused, "nothing may be removed");
  }
  // Quirk expunge_in_pipeline.
  std::vector<Command> again;
  const UidSet left = uidplus ? still_there(*completed, std::move(uids)) : UidSet();
  for (const UidSet& piece : pieces(left)) again.push_back(Command("UID EXPUNGE").uids(piece));
  if (again.empty()) co_return Result<>();
  auto removed =
      co_await on_mailbox(connection, folder, uid_validity, std::move(again), Look::for_known);
  if (!removed) co_return pass(removed);
  co_return Result<>();
}

Task<Result<Uid>> ImapMail::append(FolderKey folder, std::shared_ptr<const MessageSource> message,
                                   Flags flags, Time received) {
  Pool::Lease lease = co_await pool_->acquire(std::nullopt);
  Command command("APPEND");
  command.mailbox(folder.view(), lease->utf8()).flags(flags).date_time(received);
  command.literal_streamed(message->size());
  const Completed appended =
      co_await lease->append(std::move(command), std::move(message), long_limit(limit()));
  if (!appended.ok()) {
    co_return std::unexpected(co_await meaning(*lease, folder, appended.status));
  }
  pool_->learned(*lease);
  lease->synced = 0;  // no session has looked since
  co_return uid_told(appended, "APPENDUID");
}

}  // namespace godwit::backend::imap
