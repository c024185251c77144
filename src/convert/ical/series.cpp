#include "convert/ical/series.hpp"

#include <algorithm>
#include <array>

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "convert/ical/limits.hpp"

namespace godwit::convert::ical {
namespace {

namespace chrono = std::chrono;
using chrono::days;
using chrono::seconds;

void note(Repairs& repairs, std::string_view rule) {
  if (std::ranges::find(repairs, rule) == repairs.end()) repairs.emplace_back(rule);
}

bool is_midnight(LocalTime local) { return local == chrono::floor<days>(local); }

}  // namespace

std::string uid_of(const Component& component) {
  if (const Line* const line = component.find("UID")) {
    if (std::string uid = utf8_clean(trim(line->value)); !uid.empty()) return uid;
  }
  std::string text;
  component.write(text);
  return "no-uid-" + hex_encode(digest128(text));
}

Result<Series> find_series(const Document& document, std::string_view kind, std::string_view uid) {
  Series series;
  bool found = false;
  const auto& calendars = document.calendars();
  for (std::size_t at = 0; at < calendars.size(); ++at) {
    const auto& children = calendars[at].children;
    if (found && at != series.calendar) break;
    for (std::size_t i = 0; i < children.size(); ++i) {
      if (children[i].name != kind) continue;
      const std::string own = uid_of(children[i]);
      if (found ? own != series.uid : !uid.empty() && own != uid) continue;
      found = true;
      series.calendar = at;
      series.uid = own;
      if (children[i].find("RECURRENCE-ID") != nullptr) {
        series.overrides.push_back(i);
      } else if (!series.master) {
        series.master = i;
      }
    }
  }
  if (!found) return fail(Errc::not_found, "no_item: the calendar has no such component");
  return series;
}

namespace {

/// What an end says, so that it fits its start.
void read_end(const Component& component, Span& span, Repairs& repairs) {
  const Line* const end = component.find(component.name == "VTODO" ? "DUE" : "DTEND");
  const Line* const duration = component.find("DURATION");
  if (end != nullptr) {
    if (duration != nullptr) note(repairs, "end_and_duration");
    if (auto moment = moment_of(*end)) {
      span.end = std::move(*moment);
      return;
    }
    note(repairs, "bad_end");
  } else if (duration != nullptr) {
    const auto length = parse_duration(duration->value);
    if (length && *length >= seconds(0)) {
      span.duration = *length;
      return;
    }
    note(repairs, "bad_duration");
  }
}

}  // namespace

Result<Span> read_span(const Component& component, const Moment* original, Repairs& repairs) {
  Span span;
  if (const Line* const start = component.find("DTSTART")) {
    auto moment = moment_of(*start);
    if (!moment) return pass(moment);
    span.start = std::move(*moment);
  } else if (original != nullptr) {
    span.start = *original;
    note(repairs, "override_without_start");
  } else {
    return fail(Errc::incomplete, "no_start: a component without DTSTART");
  }
  read_end(component, span, repairs);
  const Line* const by_name = component.find("X-MICROSOFT-CDO-ALLDAYEVENT");
  span.day_by_name = by_name != nullptr && iequals(trim(by_name->value), "TRUE") &&
                     span.start.kind != Moment::Kind::date &&
                     span.start.kind != Moment::Kind::utc && is_midnight(span.start.local) &&
                     span.end && is_midnight(span.end->local) && span.end->local > span.start.local;
  return span;
}

namespace {

/// The year whose rules a device is told: of a series those of now, while it lasts.
Time rules_time(const Context& context, Time start, bool repeats) {
  return repeats ? std::max(start, context.now) : start;
}

}  // namespace

SeriesClock::SeriesClock(const Component& calendar, const Context& context, const Span& span,
                         bool repeats)
    : zones_(calendar, context.zone),
      start_(span.start),
      zone_(zones_.of(span.start)),
      all_day_(span.all_day()),
      repeats_(repeats) {
  const Time start = zone_.to_utc(start_.local);
  // What happens once in UTC is shown in the user's zone anyway.
  const bool users = start_.kind == Moment::Kind::utc && !repeats;
  rules_ = (users ? context.zone : zone_).rules_at(rules_time(context, start, repeats));
}

Time SeriesClock::told_of(LocalTime local) const {
  if (all_day_) return Time(chrono::floor<days>(local).time_since_epoch());
  return repeats_ ? rules_.to_utc(local) : zone_.to_utc(local);
}

LocalTime SeriesClock::local_of(Time told) const {
  if (all_day_) return LocalTime(chrono::floor<days>(told.time_since_epoch()));
  return repeats_ ? rules_.to_local(told) : zone_.to_local(told);
}

Time SeriesClock::told(const Moment& moment) {
  if (all_day_) {
    // Of a time in an all-day series its date where it is.
    if (moment.kind != Moment::Kind::utc) return told_of(moment.local);
    return told_of(is_midnight(moment.local) ? moment.local
                                             : zone_.to_local(zones_.instant(moment)));
  }
  const Zone& own = zones_.of(moment);
  if (moment.kind == start_.kind && moment.zone == start_.zone) return told_of(moment.local);
  return told_of(zone_.to_local(own.to_utc(moment.local)));
}

Time SeriesClock::told_end(const Span& span, Repairs& repairs) {
  const Time start = told(span.start);
  const bool day = all_day_;
  Time end = start;
  if (span.end) {
    if ((span.end->kind == Moment::Kind::date) != (span.start.kind == Moment::Kind::date)) {
      note(repairs, "end_of_other_kind");
    }
    Moment moment = *span.end;
    // A date that ends a time is midnight where the time is.
    if (moment.kind == Moment::Kind::date && !day) {
      moment.kind = span.start.kind;
      moment.zone = span.start.zone;
    }
    end = told(moment);
  } else if (span.duration && day) {
    end = start + chrono::ceil<days>(*span.duration);
  } else if (span.duration) {
    // Days and weeks are the calendar's, hours the clock's.
    const bool nominal = *span.duration % days(1) == seconds(0);
    const Zone& own = zones_.of(span.start);
    const Time instant = nominal ? own.to_utc(span.start.local + *span.duration)
                                 : own.to_utc(span.start.local) + *span.duration;
    end = told_of(zone_.to_local(instant));
  } else if (day) {
    end = start + days(1);
  }
  if (end < start) note(repairs, "end_before_start");
  if (day && end <= start) {
    if (end == start) note(repairs, "empty_day");
    return start + days(1);
  }
  return std::max(end, start);
}

LocalTime SeriesClock::occurrence(const Moment& moment) {
  if (all_day_) return LocalTime(chrono::floor<seconds>(told(moment).time_since_epoch()));
  // A date names that day's occurrence.
  if (moment.kind == Moment::Kind::date) {
    return moment.local + (start_.local - chrono::floor<days>(start_.local));
  }
  if (moment.kind == start_.kind && moment.zone == start_.zone) return moment.local;
  return zone_.to_local(zones_.instant(moment));
}

Moment SeriesClock::moment_of(LocalTime local) const {
  return {.kind = start_.kind, .local = local, .zone = start_.zone};
}

bool repeats(const Component& master) {
  return master.find("RRULE") != nullptr || master.find("RDATE") != nullptr;
}

std::optional<LocalTime> Pattern::until(const Rule& rule, SeriesClock& clock) {
  if (!rule.until) return std::nullopt;
  const Moment& until = *rule.until;
  if (until.kind == Moment::Kind::date) {
    // RFC 5545 3.3.10 wants the kind of DTSTART; a date then means all of that day.
    return until.local + (clock.all_day() ? seconds(0) : days(1) - seconds(1));
  }
  if (clock.all_day()) return chrono::floor<days>(until.local);
  if (until.kind == Moment::Kind::utc) return clock.zone().to_local(clock.zones().instant(until));
  return until.local;
}

Pattern read_pattern(const Component& master, SeriesClock& clock, Repairs& repairs) {
  Pattern pattern;
  const auto rules = [&](std::string_view name, std::vector<Rule>& out) {
    for (const Line* const line : master.all(name)) {
      constexpr std::size_t rules_max = 10;
      auto rule = parse_rule(line->value);
      if (!rule || out.size() == rules_max) {
        note(repairs, "bad_rule");
      } else {
        out.push_back(std::move(*rule));
      }
    }
  };
  const auto dates = [&](std::string_view name, std::vector<LocalTime>& out) {
    for (const Line* const line : master.all(name)) {
      for (const std::string& text : split_texts(line->value)) {
        // A period is its start.
        const std::string_view begin = std::string_view(text).substr(0, text.find('/'));
        const auto moment = parse_moment(begin, line->parameter("TZID"));
        if (!moment || out.size() == lines_max) {
          note(repairs, "bad_exception_date");
        } else {
          out.push_back(clock.occurrence(*moment));
        }
      }
    }
    std::ranges::sort(out);
    const auto twice = std::ranges::unique(out);
    out.erase(twice.begin(), twice.end());
  };
  rules("RRULE", pattern.rules);
  rules("EXRULE", pattern.excluded_rules);
  dates("RDATE", pattern.dates);
  dates("EXDATE", pattern.excluded);
  return pattern;
}

namespace {

/// The next start of several sources, each sorted.
class Sources {
 public:
  Sources(const std::vector<Rule>& rules, SeriesClock& clock, LocalTime from) {
    for (const Rule& rule : rules) {
      expanders_.emplace_back(rule, clock.start().local, Pattern::until(rule, clock)).seek(from);
      heads_.push_back(expanders_.back().next());
    }
  }
  std::optional<LocalTime> head() const {
    std::optional<LocalTime> lowest;
    for (const auto& head : heads_) {
      if (head && (!lowest || *head < *lowest)) lowest = head;
    }
    return lowest;
  }
  void skip(LocalTime past) {
    for (std::size_t i = 0; i < heads_.size(); ++i) {
      while (heads_[i] && *heads_[i] <= past) heads_[i] = expanders_[i].next();
    }
  }
  bool gave_up() const { return std::ranges::any_of(expanders_, &Expander::gave_up); }

 private:
  std::vector<Expander> expanders_;
  std::vector<std::optional<LocalTime>> heads_;
};

}  // namespace

bool walk_pattern(const Pattern& pattern, SeriesClock& clock, LocalTime from, LocalTime to,
                  bool with_excluded, const std::function<bool(LocalTime)>& take) {
  Sources rules(pattern.rules, clock, from);
  Sources excluded(pattern.excluded_rules, clock, from);
  // RFC 5545 3.8.5.3: the start is the first one, whether or not the rules give it.
  std::vector<LocalTime> dates = pattern.dates;
  dates.push_back(clock.start().local);
  std::ranges::sort(dates);
  auto date = std::ranges::lower_bound(dates, from);
  for (;;) {
    std::optional<LocalTime> next = rules.head();
    if (date != dates.end() && (!next || *date <= *next)) next = *date;
    if (!next || *next >= to) break;
    rules.skip(*next);
    while (date != dates.end() && *date <= *next) ++date;
    if (!with_excluded) {
      if (std::ranges::binary_search(pattern.excluded, *next)) continue;
      if (!pattern.excluded_rules.empty()) {
        excluded.skip(*next - seconds(1));
        if (excluded.head() == next) continue;
      }
    }
    if (!take(*next)) return true;
  }
  return !rules.gave_up() && !excluded.gave_up();
}

}  // namespace godwit::convert::ical
