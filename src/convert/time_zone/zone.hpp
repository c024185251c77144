/// Time zones by name and by rule: IANA and Windows names by ICU, a calendar's own definitions, and
/// the yearly rules that devices know. RFC 5545 3.6.5, [MS-ASDTYPE] TimeZone
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "item/time_zone.hpp"

namespace godwit::convert {

class Zone {
 public:
  struct Transition {
    Time at;                      // from this instant on
    std::chrono::seconds offset;  // local - UTC
  };

  static Zone utc();
  /// An IANA name, a Windows name, `GMT+01:00`, or a path that ends in an IANA name, as some
  /// calendars write it. Nothing when nobody knows it.
  static std::optional<Zone> named(std::string_view name);
  /// As a device or a calendar defined it. `transitions` sorted; `before` holds until the first.
  static Zone of_rules(std::string name, ZoneRules rules);
  static Zone of_transitions(std::string name, std::chrono::seconds before,
                             std::vector<Transition> transitions);

  /// The IANA name, or what was given; may be empty.
  const std::string& name() const;
  /// Whether the name is IANA's.
  bool is_known() const;
  std::chrono::seconds offset_at(Time instant) const;
  LocalTime to_local(Time instant) const;
  /// A reading that happens twice is the first; one that is skipped counts from before the change.
  Time to_utc(LocalTime local) const;
  /// The yearly rules in force in the year of that instant; what has none in that year, or changes
  /// for good in it, is one offset: the one at that instant. Windows' names, where there are any.
  ZoneRules rules_at(Time about) const;
  /// The same one of IANA's, or copies; others that tell the same time may differ.
  friend bool operator==(const Zone& a, const Zone& b) {
    return a.data_ == b.data_ || (a.is_known() && b.is_known() && a.name() == b.name());
  }

 private:
  struct Data;
  explicit Zone(std::shared_ptr<const Data> data) : data_(std::move(data)) {}
  static std::optional<Zone> of_icu(const std::string& id);
  friend const std::vector<Zone>& zones_by_preference();

  std::shared_ptr<const Data> data_;  // shared with the table of known zones and other copies
};

/// The zone that a device means. First those of `preferred` that show the same time about `about`,
/// then what the rules' names say, then Windows' zones and all of IANA's by their rules, now and in
/// other years, at last by their days alone. Nothing: nobody has such rules.
std::optional<Zone> match_zone(const ZoneRules& rules, Time about, std::span<const Zone> preferred);

/// Whether a device that holds `rules` may have them from `zone`, told in some year from `about`'s
/// on, or shortly before.
bool may_come_from(const ZoneRules& rules, const Zone& zone, Time about);

}  // namespace godwit::convert
