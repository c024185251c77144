#include "backend/imap/mailbox_sweep.hpp"

#include <algorithm>
#include <iterator>

#include "base/fault.hpp"

namespace godwit::backend::imap {
namespace {

using namespace godwit::imap;
using Kind = ChangeListener::Kind;

void status_items(Command& command, const Connection& connection) {
  command.words("(MESSAGES UIDNEXT UIDVALIDITY UNSEEN");
  if (connection.condstore()) command.words("HIGHESTMODSEQ");
  command.close();
}

void take_statuses(const Completed& completed, Swept& swept) {
  for (const Response& each : completed.data) {
    if (const auto* entry = std::get_if<StatusEntry>(&each)) swept.statuses.push_back(*entry);
  }
}

}  // namespace

Known Known::of(const Pool::Told& told) {
  return {.uid_validity = told.status.uid_validity,
          .uid_next = told.status.uid_next,
          .messages = told.status.messages,
          .highest_modseq = told.status.highest_modseq,
          .unseen = told.unseen};
}

void Known::take(const StatusEntry& entry, bool condstore) {
  uid_validity = entry.uid_validity.value_or(uid_validity);
  uid_next = entry.uid_next.value_or(uid_next);
  messages = entry.messages.value_or(messages);
  if (!condstore) unseen = entry.unseen;
  highest_modseq = entry.highest_modseq.value_or(highest_modseq);
}

bool Known::same(const Known& other) const {
  return uid_validity == other.uid_validity && uid_next == other.uid_next &&
         messages == other.messages && highest_modseq == other.highest_modseq &&
         unseen.value_or(other.unseen.value_or(0)) == other.unseen.value_or(unseen.value_or(0));
}

std::vector<Kind> differences(const Known& before, const Known& now, bool is_new, bool all_seen) {
  if (is_new || now.uid_validity != before.uid_validity) return {Kind::unknown};
  if (now.uid_next <= before.uid_next) return {Kind::other};
  const bool only_added =
      all_seen && now.messages == before.messages + (now.uid_next - before.uid_next);
  if (only_added) return {Kind::added};
  return {Kind::added, Kind::other};
}

Task<Swept> sweep_mailboxes(Connection& connection, std::chrono::milliseconds limit) {
  const bool at_once = connection.has("LIST-STATUS") && connection.has("LIST-EXTENDED");
  Command list("LIST \"\" \"*\"");
  if (at_once) {
    list.words("RETURN (STATUS");
    status_items(list, connection);
    list.close();
  }
  const Completed listed = co_await connection.run(std::move(list), limit * 4);
  if (!listed.ok()) throw Fault(Fault::Kind::unavailable, "LIST: " + listed.status.text);
  Swept out;
  std::vector<Command> commands;
  for (const Response& each : listed.data) {
    const auto* entry = std::get_if<ListEntry>(&each);
    if (!entry || entry->has("\\noselect") || entry->has("\\nonexistent")) continue;
    out.names.push_back(entry->name);
    if (at_once) continue;
    Command status("STATUS");
    status.mailbox(entry->name, connection.utf8());
    status_items(status, connection);
    commands.push_back(std::move(status));
  }
  take_statuses(listed, out);
  constexpr std::size_t at_a_time = 100;
  for (std::size_t begin = 0; begin < commands.size(); begin += at_a_time) {
    const auto end = std::min(commands.size(), begin + at_a_time);
    std::vector<Command> some(std::make_move_iterator(commands.begin() + static_cast<long>(begin)),
                              std::make_move_iterator(commands.begin() + static_cast<long>(end)));
    for (const Completed& one : co_await connection.run(std::move(some), limit * 4)) {
      take_statuses(one, out);
    }
  }
  std::ranges::sort(out.names);
  co_return out;
}

}  // namespace godwit::backend::imap
