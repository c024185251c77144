#include "convert/ical/imip.hpp"

#include <array>

#include "base/text.hpp"
#include "convert/charset.hpp"
#include "convert/ical/details.hpp"
#include "convert/ical/document.hpp"
#include "convert/ical/ical.hpp"
#include "convert/ical/series.hpp"
#include "convert/transfer.hpp"

namespace godwit::convert::ical {
namespace {

using Method = MeetingMessage::Method;

struct MethodName {
  std::string_view name;
  Method method;
};
constexpr auto methods = std::to_array<MethodName>({{"REQUEST", Method::request},
                                                    {"CANCEL", Method::cancel},
                                                    {"REPLY", Method::reply},
                                                    {"COUNTER", Method::counter},
                                                    {"DECLINECOUNTER", Method::decline_counter}});

Result<Method> method_of(const Component& calendar, std::string_view parameter) {
  const Line* const line = calendar.find("METHOD");
  const std::string_view name = line == nullptr ? trim(parameter) : trim(line->value);
  for (const MethodName& row : methods) {
    if (iequals(row.name, name)) return row.method;
  }
  return fail(Errc::unsupported, "no_method: not a message of a meeting");
}

/// RFC 5546 3.2: DTSTART is optional in these.
bool may_lack_times(Method method) {
  return method != Method::request && method != Method::counter;
}
bool is_answer(Method method) { return method == Method::reply || method == Method::counter; }

std::optional<Time> instant_of(const Component& component, std::string_view name, Zones& zones) {
  const Line* const line = component.find(name);
  if (line == nullptr) return std::nullopt;
  const auto moment = moment_of(*line);
  return moment ? std::optional(zones.instant(*moment)) : std::nullopt;
}

/// RFC 5546 3.2.3, 3.2.7: the one attendee of an answer. Outlook names the organizer, too.
std::optional<Attendee> responder_of(const Component& component) {
  const auto places = attendee_lines(component);
  if (places.empty()) return std::nullopt;
  return attendee_of(component.lines[places.front()]);
}

/// The event of a message that leaves its times out, as it may.
Event timeless(const Component& component, const Series& series, const Context& context,
               Zones& zones) {
  Event event;
  event.uid = series.uid;
  event.details.subject = text_of(component, "SUMMARY");
  if (const Line* const line = component.find("SEQUENCE")) {
    event.sequence = parse_number<std::uint32_t>(trim(line->value)).value_or(0);
  }
  event.zone_rules = context.zone.rules_at(context.now);
  event.orphan_of = instant_of(component, "RECURRENCE-ID", zones);
  if (const Line* const organizer = component.find("ORGANIZER")) {
    event.organizer = Organizer{.email = address_of(*organizer), .name = {}};
    event.organizer_is_user = is_own(event.organizer->email, context);
  }
  return event;
}

/// [MS-OXCICAL] X-MS-OLK-ORIGINALSTART: a counter's DTSTART is what is proposed.
void read_proposal(const Component& component, Zones& zones, MeetingMessage& out) {
  out.proposed_start = out.event.details.start;
  out.proposed_end = out.event.details.end;
  const auto start = instant_of(component, "X-MS-OLK-ORIGINALSTART", zones);
  const auto end = instant_of(component, "X-MS-OLK-ORIGINALEND", zones);
  if (!start || out.event.details.all_day) return;
  out.event.details.end = end.value_or(*start + (*out.proposed_end - *out.proposed_start));
  out.event.details.start = *start;
}

}  // namespace

Result<MeetingMessage> read_meeting_message(std::string_view ics, std::string_view method,
                                            const Context& context) {
  const auto document = Document::parse(ics);
  if (!document) return pass(document);
  const auto series = find_series(*document, "VEVENT", {});
  if (!series) return pass(series);
  const Component& calendar = document->calendars()[series->calendar];
  const Component& component = calendar.children[series->place()];
  const auto named = method_of(calendar, method);
  if (!named) return pass(named);
  const Line* const uid = component.find("UID");
  if (uid == nullptr || trim(uid->value).empty()) {
    return fail(Errc::incomplete, "no_uid: a message about nothing that has a name");
  }
  MeetingMessage out;
  out.method = *named;
  Repairs repairs;
  Zones zones(calendar, context.zone);
  auto event = read_event(ics, series->uid, context, repairs);
  if (event) {
    out.event = std::move(*event);
  } else if (may_lack_times(*named) && event.error().code == Errc::incomplete) {
    out.event = timeless(component, *series, context, zones);
    out.has_times = false;
  } else {
    return pass(event);
  }
  out.stamp = instant_of(component, "DTSTAMP", zones).value_or(context.now);
  if (is_answer(*named)) {
    out.responder = responder_of(component);
    if (!out.responder) return fail(Errc::incomplete, "no_attendee: an answer of nobody");
    out.comment = text_of(component, "COMMENT");
  }
  if (*named == Method::counter && out.has_times) read_proposal(component, zones, out);
  return out;
}

namespace {

const Part* find_part(const Part& part, bool (*wanted)(const Part&)) {
  const bool calendar = part.is("text", "calendar") && part.size <= meeting_part_bytes_max;
  if (calendar && wanted(part)) return &part;
  if (part.type == "message") return nullptr;
  for (const Part& child : part.children) {
    if (const Part* const found = find_part(child, wanted)) return found;
  }
  return nullptr;
}

}  // namespace

const Part* meeting_part(const Part& structure) {
  const auto says = [](const Part& part) { return !part.parameter("method").empty(); };
  if (const Part* const found = find_part(structure, says)) return found;
  return find_part(structure, [](const Part& part) { return part.disposition != "attachment"; });
}

std::string meeting_text(const Part& part, std::string_view raw) {
  std::string decoded;
  TransferDecoder decoder(part.encoding);
  decoder.feed(raw, decoded);
  decoder.finish(decoded);
  return to_utf8(decoded, part.parameter("charset"));
}

Result<MeetingMessage> read_meeting_part(const Part& part, std::string_view raw,
                                         const Context& context) {
  return read_meeting_message(meeting_text(part, raw), part.parameter("method"), context);
}

}  // namespace godwit::convert::ical
