/// For tests of calendars: a user in Berlin, in June 2024.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "convert/ical/context.hpp"
#include "convert/ical/value.hpp"

namespace godwit::convert::ical {

inline Time at(int year, int month, int day, int hour = 0, int minute = 0) {
  return std::chrono::sys_days(std::chrono::year(year) / month / day) + std::chrono::hours(hour) +
         std::chrono::minutes(minute);
}

inline Context context() {
  return {.zone = *Zone::named("Europe/Berlin"),
          .now = at(2024, 6, 1),
          .addresses = {"me@example.com"}};
}

inline std::string without(std::string text, std::string_view part) {
  if (const auto found = text.find(part); found != std::string::npos) {
    text.erase(found, part.size());
  }
  return text;
}

}  // namespace godwit::convert::ical
