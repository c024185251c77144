/// One series in a calendar: which components make it, its clock, and what its rules give. What
/// reading, editing and expanding have in common.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "convert/ical/context.hpp"
#include "convert/ical/document.hpp"
#include "convert/ical/rule.hpp"
#include "convert/ical/value.hpp"
#include "convert/ical/zones.hpp"

namespace godwit::convert::ical {

/// Places in `calendar.children`.
struct Series {
  std::size_t calendar = 0;  // in Document::calendars
  std::string uid;
  std::optional<std::size_t> master;
  std::vector<std::size_t> overrides;  // with RECURRENCE-ID, in the text's order
  /// The component that stands for it.
  std::size_t place() const { return master ? *master : overrides.front(); }
};

/// UID as it counts: trimmed; of a component without one, made of its content.
std::string uid_of(const Component& component);

/// The series of that UID, or the first one when `uid` is empty. `kind` is VEVENT, VTODO or
/// VJOURNAL. Error: not_found (rule `no_item`).
Result<Series> find_series(const Document& document, std::string_view kind, std::string_view uid);

/// When a component takes place.
struct Span {
  Moment start;
  std::optional<Moment> end;
  std::optional<std::chrono::seconds> duration;  // instead of an end
  bool day_by_name = false;  // all-day by X-MICROSOFT-CDO-ALLDAYEVENT, though it has times
  bool all_day() const { return start.kind == Moment::Kind::date || day_by_name; }
};
/// `original`: the RECURRENCE-ID, which stands in for a missing start. Error: incomplete (rule
/// `no_start`), malformed (rule `bad_date`).
Result<Span> read_span(const Component& component, const Moment* original, Repairs& repairs);

/// How the times of a series are told to a device; see Event.
class SeriesClock {
 public:
  SeriesClock(const Component& calendar, const Context& context, const Span& span, bool repeats);

  /// What a device is told of a moment in this series.
  Time told(const Moment& moment);
  /// Of the end of a span, exclusive; never before its start.
  Time told_end(const Span& span, Repairs& repairs);
  /// The series' reading of what a device told; dates of all-day series.
  LocalTime local_of(Time told) const;
  /// The same the other way.
  Time told_of(LocalTime local) const;
  /// The occurrence that a RECURRENCE-ID or EXDATE names, in the series' reading.
  LocalTime occurrence(const Moment& moment);
  /// A moment written as the series writes its own.
  Moment moment_of(LocalTime local) const;
  /// The true instant of an occurrence; of all-day series midnight in the user's zone.
  Time instant(LocalTime local) const { return zone_.to_utc(local); }

  const Zone& zone() const { return zone_; }
  const ZoneRules& rules() const { return rules_; }
  const Moment& start() const { return start_; }
  bool all_day() const { return all_day_; }
  Zones& zones() { return zones_; }

 private:
  Zones zones_;
  Moment start_;
  Zone zone_;
  ZoneRules rules_;
  bool all_day_;
  bool repeats_;
};

/// What the rules of a master say, in its own reading.
struct Pattern {
  std::vector<Rule> rules, excluded_rules;
  std::vector<LocalTime> dates;     // RDATE
  std::vector<LocalTime> excluded;  // EXDATE, sorted
  bool repeats() const { return !rules.empty() || !dates.empty(); }
  /// The last start that a rule allows.
  static std::optional<LocalTime> until(const Rule& rule, SeriesClock& clock);
};
bool repeats(const Component& master);
Pattern read_pattern(const Component& master, SeriesClock& clock, Repairs& repairs);

/// Starts of a pattern from `from` to before `to`, in their order, each once, EXDATE left out
/// unless `with_excluded`. Stops after `count_max`. False: it would have cost too much.
bool walk_pattern(const Pattern& pattern, SeriesClock& clock, LocalTime from, LocalTime to,
                  bool with_excluded, const std::function<bool(LocalTime)>& take);

}  // namespace godwit::convert::ical
