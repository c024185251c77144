/// One round over all of a user's mailboxes, and what one round differs by from the one before.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "backend/imap/connection.hpp"
#include "backend/imap/pool.hpp"

namespace godwit::backend::imap {

/// What is known of one mailbox.
struct Known {
  std::uint32_t uid_validity = 0;
  std::uint32_t uid_next = 0;
  std::uint32_t messages = 0;
  std::uint64_t highest_modseq = 0;
  std::optional<std::uint32_t> unseen{};  // where there are no mod-sequences it tells of some flags

  static Known of(const Pool::Told& told);
  /// What the server tells takes the place of what was known.
  void take(const godwit::imap::StatusEntry& entry, bool condstore);
  bool same(const Known& other) const;
};

/// What listeners are told of a mailbox that is not as it was. `only_added` is possible where all
/// changes were seen before: else flags may have changed, too.
std::vector<ChangeListener::Kind> differences(const Known& before, const Known& now, bool is_new,
                                              bool all_seen);

struct Swept {
  std::vector<std::string> names;  // of all mailboxes, as on the wire, sorted
  std::vector<godwit::imap::StatusEntry> statuses;
};

/// By LIST-STATUS, or by as many STATUS. Throws Fault and system_error, as Connection::run does.
Task<Swept> sweep_mailboxes(Connection& connection, std::chrono::milliseconds limit);

}  // namespace godwit::backend::imap
