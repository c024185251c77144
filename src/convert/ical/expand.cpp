#include "convert/ical/expand.hpp"

#include <algorithm>
#include <map>

#include "base/text.hpp"
#include "convert/ical/details.hpp"
#include "convert/ical/series.hpp"

namespace godwit::convert::ical {
namespace {

namespace chrono = std::chrono;
using chrono::seconds;

/// One component's own times and what it says of them.
class Taking {
 public:
  Taking(const Component& component, SeriesClock& clock, const Span& span)
      : clock_(clock),
        busy_status_(busy_status_of(component)),
        cancelled_(iequals(text_of(component, "STATUS"), "CANCELLED")),
        all_day_(clock.all_day()) {
    Repairs repairs;
    start_ = clock.occurrence(span.start);
    length_ = chrono::floor<seconds>(clock.told_end(span, repairs) - clock.told(span.start));
    // A length on the clock, where the end is one: it does not grow when clocks are put.
    if (span.end && !all_day_) length_ = clock.occurrence(*span.end) - start_;
    length_ = std::max(length_, seconds(0));
    by_clock_ = span.end.has_value() || all_day_;
  }

  seconds length() const { return length_; }
  LocalTime start() const { return start_; }

  Occurrence at(LocalTime start, LocalTime original, bool is_exception) const {
    const Time begins = clock_.instant(start);
    const Time ends = by_clock_ ? clock_.instant(start + length_) : begins + length_;
    return {.start = begins,
            .end = std::max(begins, ends),
            .original = clock_.told_of(original),
            .all_day = all_day_,
            .is_exception = is_exception,
            .cancelled = cancelled_,
            .busy_status = busy_status_};
  }

 private:
  const SeriesClock& clock_;
  BusyStatus busy_status_;
  bool cancelled_;
  bool all_day_;
  bool by_clock_ = true;
  LocalTime start_;
  seconds length_{0};
};

struct Window {
  Time from, to;
  bool has(const Occurrence& occurrence) const {
    // What takes no time takes place where it begins.
    return occurrence.start < to && (occurrence.end > from || (occurrence.end == occurrence.start &&
                                                               occurrence.start >= from));
  }
};

/// Overrides by the occurrence that they stand for; the last one counts.
std::map<LocalTime, Occurrence> moved_occurrences(const Component& calendar, const Series& series,
                                                  SeriesClock& clock) {
  std::map<LocalTime, Occurrence> out;
  for (const std::size_t child : series.overrides) {
    const Component& component = calendar.children[child];
    const auto original = moment_of(*component.find("RECURRENCE-ID"));
    if (!original) continue;
    Repairs repairs;
    const auto span = read_span(component, &*original, repairs);
    if (!span) continue;
    const LocalTime occurrence = clock.occurrence(*original);
    const Taking taking(component, clock, *span);
    out.insert_or_assign(occurrence, taking.at(taking.start(), occurrence, true));
  }
  return out;
}

/// The component that stands for a series, and its own times.
struct Begun {
  const Component& calendar;
  const Component& component;
  std::optional<Moment> original;  // its RECURRENCE-ID
  Span span;
};
Result<Begun> begin(const Document& document, const Series& series) {
  const Component& calendar = document.calendars()[series.calendar];
  const Component& component = calendar.children[series.place()];
  std::optional<Moment> original;
  if (const Line* const id = component.find("RECURRENCE-ID")) {
    if (auto moment = moment_of(*id)) original = std::move(*moment);
  }
  Repairs repairs;
  auto span = read_span(component, original ? &*original : nullptr, repairs);
  if (!span) return pass(span);
  return Begun{calendar, component, std::move(original), std::move(*span)};
}

Result<Occurrences> expand_series(const Document& document, const Series& series,
                                  const Window& window, std::size_t count_max,
                                  const Context& context) {
  auto begun = begin(document, series);
  if (!begun) return pass(begun);
  const auto& [calendar, component, original, span] = *begun;
  Repairs repairs;
  const bool repeating = series.master && repeats(component);
  SeriesClock clock(calendar, context, span, repeating);
  const Taking taking(component, clock, span);
  Occurrences out;
  const auto take = [&](const Occurrence& occurrence) {
    if (!window.has(occurrence)) return true;
    if (out.all.size() == count_max) return out.complete = false;
    out.all.push_back(occurrence);
    return true;
  };
  if (!repeating) {
    const LocalTime own = original ? clock.occurrence(*original) : taking.start();
    take(taking.at(taking.start(), own, !series.master));
    return out;
  }
  const auto moved = moved_occurrences(calendar, series, clock);
  const Pattern pattern = read_pattern(component, clock, repairs);
  // A day for what clocks may be put, and what began before and lasts.
  constexpr auto margin = chrono::days(2);
  const LocalTime first(chrono::floor<seconds>(window.from.time_since_epoch()) - taking.length() -
                        margin);
  const LocalTime last(chrono::ceil<seconds>(window.to.time_since_epoch()) + margin);
  const bool known = walk_pattern(pattern, clock, first, last, false, [&](LocalTime start) {
    return moved.contains(start) || take(taking.at(start, start, false));
  });
  out.complete = out.complete && known;
  // Some write EXDATE beside an override: it takes place.
  for (const auto& [occurrence, own] : moved) take(own);
  std::ranges::sort(out.all, {},
                    [](const Occurrence& one) { return std::pair(one.start, one.original); });
  return out;
}

}  // namespace

Result<Occurrences> expand(std::string_view ics, std::string_view uid, Time from, Time to,
                           std::size_t count_max, const Context& context) {
  const auto document = Document::parse(ics);
  if (!document) return pass(document);
  const auto series = find_series(*document, "VEVENT", uid);
  if (!series) return pass(series);
  return expand_series(*document, *series, {from, to}, count_max, context);
}

namespace {

/// Where a walk to a pattern's last start may begin, and must end; nothing: there is no last one.
struct LastStarts {
  LocalTime from = LocalTime::max(), to = LocalTime::min();
};
std::optional<LastStarts> last_starts(const Pattern& pattern, SeriesClock& clock) {
  // The last occurrence is not farther from the end of its rule, but for rules of many years: of
  // those the end itself counts.
  constexpr auto reach = chrono::days(800);
  const LocalTime start = clock.occurrence(clock.start());
  LastStarts out{start, start};
  bool counted = false;
  for (const Rule& rule : pattern.rules) {
    const auto until = Pattern::until(rule, clock);
    if (!until && !rule.count) return std::nullopt;
    counted = counted || rule.count;
    if (until) out.to = std::max(out.to, *until);
  }
  for (const LocalTime date : pattern.dates) out.to = std::max(out.to, date);
  if (counted) {
    out.to = LocalTime(chrono::sys_days(chrono::year(9'000) / 1 / 1).time_since_epoch());
  } else {
    out.from = std::max(start, out.to - reach);
  }
  out.to += seconds(1);
  return out;
}

}  // namespace

Result<std::optional<Time>> last_end(std::string_view ics, std::string_view uid,
                                     const Context& context) {
  const auto document = Document::parse(ics);
  if (!document) return pass(document);
  const auto series = find_series(*document, "VEVENT", uid);
  if (!series) return pass(series);
  auto begun = begin(*document, *series);
  if (!begun) return pass(begun);
  const auto& [calendar, component, original, span] = *begun;
  Repairs repairs;
  const bool repeating = series->master && repeats(component);
  SeriesClock clock(calendar, context, span, repeating);
  const Taking taking(component, clock, span);
  if (!repeating) return taking.at(taking.start(), taking.start(), false).end;
  const Pattern pattern = read_pattern(component, clock, repairs);
  const auto walk = last_starts(pattern, clock);
  if (!walk) return std::nullopt;
  std::optional<LocalTime> last;
  const bool known =
      walk_pattern(pattern, clock, walk->from, walk->to, true, [&](LocalTime occurrence) {
        last = occurrence;
        return true;
      });
  if (!known) return std::nullopt;
  const LocalTime start = last.value_or(walk->to);
  Time end = taking.at(start, start, false).end;
  for (const auto& [occurrence, own] : moved_occurrences(calendar, *series, clock)) {
    end = std::max(end, own.end);
  }
  return end;
}

}  // namespace godwit::convert::ical
