/// The times that events take, and what VFREEBUSY components say of them (RFC 5545 3.6.4).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "convert/ical/context.hpp"
#include "item/event.hpp"

namespace godwit::convert::ical {

struct TakenTime {
  Time start, end;
  BusyStatus as = BusyStatus::busy;  // never free
  friend bool operator==(const TakenTime&, const TakenTime&) = default;
};

struct TakenTimes {
  std::vector<TakenTime> all;
  bool complete = true;  // false: there are more, or it is too costly to know
};

/// What the events of a text take within [from, to): not what is cancelled, shown as free, or
/// declined by the user of the context. Text that cannot be read takes no time.
TakenTimes taken_times(std::string_view ics, Time from, Time to, std::size_t count_max,
                       const Context& context);

/// What the VFREEBUSY components of a text say. Errors: as parse (ical.hpp); malformed where there
/// is none.
Result<TakenTimes> read_free_busy(std::string_view ics, std::size_t count_max);

/// RFC 5546 3.3.2: asks when the attendees are free.
std::string make_free_busy_request(std::string_view uid, std::string_view organizer,
                                   const std::vector<std::string>& attendees, Time from, Time to,
                                   Time now);

/// `20250616T090000Z`
std::string utc_text(Time time);

}  // namespace godwit::convert::ical
