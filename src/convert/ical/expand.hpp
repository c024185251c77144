/// The occurrences of a series within a window: for filters by date, free and busy times,
/// conflicts.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "convert/ical/context.hpp"
#include "item/event.hpp"

namespace godwit::convert::ical {

struct Occurrence {
  Time start, end;  // instants; of all-day ones the user's midnights
  Time original;    // as EventException has it
  bool all_day = false;
  bool is_exception = false;
  bool cancelled = false;
  BusyStatus busy_status = BusyStatus::busy;
  friend bool operator==(const Occurrence&, const Occurrence&) = default;
};

struct Occurrences {
  std::vector<Occurrence> all;  // by start
  bool complete = true;         // false: there are more, or the rules are too costly to follow
};

/// Those that overlap [from, to), at most `count_max`. Errors: as read_event.
Result<Occurrences> expand(std::string_view ics, std::string_view uid, Time from, Time to,
                           std::size_t count_max, const Context& context);

/// When the last occurrence ends, an occurrence's way of a rule later at most; nothing: there is no
/// last one, or it is too costly to know. Errors: as read_event.
Result<std::optional<Time>> last_end(std::string_view ics, std::string_view uid,
                                     const Context& context);

}  // namespace godwit::convert::ical
