/// Whose calendar it is that is read or edited.
#pragma once

#include <string>
#include <vector>

#include "base/clock.hpp"
#include "convert/time_zone/zone.hpp"

namespace godwit::convert::ical {

struct Context {
  Zone zone;  // the user's: of floating times, of all-day events, of names that nobody knows
  Time now{};
  std::vector<std::string> addresses{};  // the user's own
};

/// How bad input was taken, by the name of a rule; see docs/spec-notes.md.
using Repairs = std::vector<std::string>;

}  // namespace godwit::convert::ical
