/// When people are free: asked for meetings. Read-only. Throws Fault where nobody can be asked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "base/task.hpp"

namespace godwit::backend {

/// [MS-ASCMD] MergedFreeBusy: the digits; of two at one time the higher one counts.
enum class Occupied : std::uint8_t { free = 0, tentative = 1, busy = 2, away = 3, no_data = 4 };

struct OccupiedTime {
  Time start, end;
  Occupied as = Occupied::busy;
  friend bool operator==(const OccupiedTime&, const OccupiedTime&) = default;
};

/// What is known of one person.
struct FreeBusyAnswer {
  enum class Outcome : std::uint8_t {
    known,
    not_now,   // it may be known later
    no_right,  // the asker may not know, or nobody does
  };
  Outcome outcome = Outcome::no_right;
  std::vector<OccupiedTime> times = {};  // in any order; the rest of the window is free
};

class FreeBusy {
 public:
  virtual ~FreeBusy() = default;
  /// One answer for each address of mail, in order; times may reach beyond [from, to).
  virtual Task<std::vector<FreeBusyAnswer>> ask(Account asker, std::vector<std::string> addresses,
                                                Time from, Time to) = 0;
};

inline constexpr std::size_t occupied_times_max = 4096;  // of one person

}  // namespace godwit::backend
