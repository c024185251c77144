/// Where an edit moves a series: its new clock, and moments written by it.
#pragma once

#include <optional>

#include "convert/ical/series.hpp"
#include "item/event.hpp"

namespace godwit::convert::ical {

/// The start and end that a patch gives a component, in the wall-clock time in which they are to be
/// written.
struct Timing {
  Moment start, end;
  bool start_changes = false;
  bool end_changes = false;
  bool zone_changes = false;
  std::optional<ZoneRules> rules{};  // of a zone that has to be defined
};

/// Reads the times of a device for a series, by the rules that it was told or tells.
class DeviceClock {
 public:
  /// `told`: what it was told; empty rules of a patch mean that.
  DeviceClock(const SeriesClock& clock, const Event& event, const Change<ZoneRules>& rules,
              const Context& context);

  /// A device that has the rules of another year shows the same wall clock.
  Time as_told(Time time) const;
  bool zone_changes() const { return zone_changes_; }
  const ZoneRules& rules() const { return rules_; }

 private:
  const SeriesClock& clock_;
  ZoneRules rules_;
  bool repeats_;
  bool zone_changes_ = false;
};

Timing timing_of(const SeriesClock& clock, const Event& event, const EventPatch& patch,
                 const DeviceClock& device, const Context& context);

/// The zone that times which had none are written in, with rules to define where nobody knows it.
Moment in_zone(const ZoneRules& rules, Time told, bool repeats, const Context& context,
               std::optional<ZoneRules>& defined);

}  // namespace godwit::convert::ical
