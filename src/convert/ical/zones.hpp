/// The time zones that a calendar names: known ones by name, others as its VTIMEZONE components
/// define them. RFC 5545 3.6.5
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "convert/ical/document.hpp"
#include "convert/ical/value.hpp"
#include "convert/time_zone/zone.hpp"

namespace godwit::convert::ical {

class Zones {
 public:
  /// `calendar` must outlive it. `user` is what floating times are in, and what a name means that
  /// nobody knows.
  Zones(const Component& calendar, Zone user) : calendar_(calendar), user_(std::move(user)) {}

  const Zone& user() const { return user_; }
  const Zone& of(const Moment& moment);
  /// The instant of a moment; of a date its midnight in the user's zone.
  Time instant(const Moment& moment) { return of(moment).to_utc(moment.local); }
  /// A name came up that nobody knows.
  bool met_unknown() const { return met_unknown_; }

 private:
  const Zone& named(const std::string& name);
  std::optional<Zone> defined(const std::string& name) const;

  const Component& calendar_;
  Zone user_;
  Zone utc_ = Zone::utc();
  std::map<std::string, Zone> known_;
  bool met_unknown_ = false;
};

/// A VTIMEZONE of that name with these rules, in force since `year`.
Component make_time_zone(std::string_view name, const ZoneRules& rules, std::chrono::year year,
                         std::string_view line_end);

}  // namespace godwit::convert::ical
