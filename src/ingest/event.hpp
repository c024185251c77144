/// What mail servers send when a mailbox changed, as JSON: our own form ({"user", "folder",
/// "event"}), Dovecot's OX driver (the same keys), its event exporter and Cyrus' notifications.
/// An event is a hint and nothing else: whoever is told looks at the mailbox. No I/O.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace godwit::ingest {

inline constexpr std::size_t body_bytes_max = 256 * 1024;  // of one request
inline constexpr std::size_t events_max = 1000;            // in one request
inline constexpr std::size_t user_bytes_max = 256;         // as UserId
inline constexpr std::size_t folder_bytes_max = 1024;      // as FolderKey
inline constexpr int depth_max = 6;                        // deeper values are not kept

struct Event {
  enum class Kind : std::uint8_t {
    added,      // a message came
    other,      // flags changed, something was removed
    hierarchy,  // folders were made, renamed, removed
    unknown,    // anything of these
  };
  std::string user;    // as the source names it; never empty, no control characters
  std::string folder;  // UTF-8, as the source writes its path; empty: it does not say
  Kind kind = Kind::unknown;
};

struct Batch {
  std::vector<Event> events;
  std::size_t ignored = 0;  // of what concerns no mailbox (sign-ins), or names no user
};

/// One event, a list of them, or an object whose "events" is such a list. Errors: malformed (no
/// JSON of that form), too_large.
Result<Batch> parse_events(std::string_view body);

}  // namespace godwit::ingest
