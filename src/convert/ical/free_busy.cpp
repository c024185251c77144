#include "convert/ical/free_busy.hpp"

#include <algorithm>
#include <optional>

#include "base/text.hpp"
#include "convert/ical/document.hpp"
#include "convert/ical/expand.hpp"
#include "convert/ical/ical.hpp"
#include "convert/ical/value.hpp"

namespace godwit::convert::ical {
namespace {

/// Whether the user said no to all of it. What says so nowhere is not read a second time.
bool is_declined(std::string_view ics, const std::string& uid, const Context& context) {
  if (!ics.contains("DECLINED")) return false;
  Repairs repairs;
  const auto event = read_event(ics, uid, context, repairs);
  return event && std::ranges::any_of(event->details.attendees, [&](const Attendee& attendee) {
           return attendee.status == Response::declined &&
                  std::ranges::any_of(context.addresses, [&](const std::string& own) {
                    return iequals(own, attendee.email);
                  });
         });
}

bool takes_time(const Occurrence& occurrence) {
  return !occurrence.cancelled && occurrence.busy_status != BusyStatus::free &&
         occurrence.end > occurrence.start;
}

/// Nothing for FREE and what is no type; an unknown one is BUSY (RFC 5545 3.2.9).
std::optional<BusyStatus> status_of(std::string_view type) {
  if (iequals(type, "FREE")) return std::nullopt;
  if (iequals(type, "BUSY-TENTATIVE")) return BusyStatus::tentative;
  if (iequals(type, "BUSY-UNAVAILABLE")) return BusyStatus::out_of_office;
  return BusyStatus::busy;
}

/// `start/end` or `start/duration`, in UTC. Nothing for what is none.
std::optional<TakenTime> period_of(std::string_view text, BusyStatus as) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto start = parse_moment(text.substr(0, slash), "");
  if (!start) return std::nullopt;
  const Time begins{start->local.time_since_epoch()};
  const std::string_view rest = text.substr(slash + 1);
  if (const auto end = parse_moment(rest, "")) {
    return TakenTime{begins, Time{end->local.time_since_epoch()}, as};
  }
  const auto length = parse_duration(rest);
  if (!length || length->count() < 0) return std::nullopt;
  return TakenTime{begins, begins + *length, as};
}

void add_line(const Line& line, std::size_t count_max, TakenTimes& out) {
  const auto as = status_of(line.parameter("FBTYPE"));
  if (!as) return;
  for (std::string_view rest = line.value; !rest.empty();) {
    const auto comma = rest.find(',');
    if (const auto period = period_of(trim(rest.substr(0, comma)), *as)) {
      if (out.all.size() == count_max) {
        out.complete = false;
        return;
      }
      out.all.push_back(*period);
    }
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
  }
}

}  // namespace

std::string utc_text(Time time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  return value_of(
      {.kind = Moment::Kind::utc, .local = LocalTime(seconds.time_since_epoch()), .zone = {}});
}

TakenTimes taken_times(std::string_view ics, Time from, Time to, std::size_t count_max,
                       const Context& context) {
  TakenTimes out;
  const auto items = parse(ics);
  if (!items) return out;
  for (const Item& item : *items) {
    if (item.kind != ItemKind::event || is_declined(ics, item.uid, context)) continue;
    const std::size_t room = count_max - out.all.size();
    const auto found = expand(ics, item.uid, from, to, room, context);
    if (!found) continue;
    for (const Occurrence& each : found->all) {
      if (takes_time(each)) out.all.push_back({each.start, each.end, each.busy_status});
    }
    out.complete = out.complete && found->complete;
  }
  return out;
}

Result<TakenTimes> read_free_busy(std::string_view ics, std::size_t count_max) {
  const auto document = Document::parse(ics);
  if (!document) return pass(document);
  TakenTimes out;
  bool any = false;
  for (const Component& calendar : document->calendars()) {
    for (const Component& component : calendar.children) {
      if (component.name != "VFREEBUSY") continue;
      any = true;
      for (const Line* line : component.all("FREEBUSY")) add_line(*line, count_max, out);
    }
  }
  if (!any) return fail(Errc::malformed, "no_free_busy");
  return out;
}

std::string make_free_busy_request(std::string_view uid, std::string_view organizer,
                                   const std::vector<std::string>& attendees, Time from, Time to,
                                   Time now) {
  Document document = Document::create_with("VFREEBUSY", uid);
  const std::string_view end = document.line_end();
  Component& calendar = document.calendars().front();
  calendar.replace(make_line("METHOD", {}, "REQUEST", end));
  Component& component = calendar.children.front();
  component.replace(make_line("DTSTAMP", {}, utc_text(now), end));
  component.replace(make_line("DTSTART", {}, utc_text(from), end));
  component.replace(make_line("DTEND", {}, utc_text(to), end));
  component.replace(make_line("ORGANIZER", {}, "mailto:" + std::string(organizer), end));
  for (const std::string& attendee : attendees) {
    component.add(make_line("ATTENDEE", {}, "mailto:" + attendee, end));
  }
  return document.str();
}

}  // namespace godwit::convert::ical
