#include "convert/ical/details.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "convert/html.hpp"
#include "convert/ical/limits.hpp"

namespace godwit::convert::ical {
namespace {

namespace chrono = std::chrono;

std::string_view raw_of(const Component& component, std::string_view name) {
  const Line* const line = component.find(name);
  return line == nullptr ? std::string_view{} : trim(line->value);
}

std::string without_carriage(std::string text) {
  std::erase(text, '\r');
  return text;
}

std::optional<Time> instant_of(const Component& component, std::string_view name, Zones& zones) {
  const Line* const line = component.find(name);
  if (line == nullptr) return std::nullopt;
  const auto moment = moment_of(*line);
  if (!moment) return std::nullopt;
  return zones.instant(*moment);
}

}  // namespace

std::string text_of(const Component& component, std::string_view name) {
  const Line* const line = component.find(name);
  return line == nullptr ? std::string{} : unescape_text(line->value);
}

std::vector<std::string> categories_of(const Component& component) {
  std::vector<std::string> out;
  for (const Line* const line : component.all("CATEGORIES")) {
    for (std::string& category : split_texts(line->value)) {
      if (out.size() == categories_max) return out;
      if (std::ranges::find(out, category) == out.end()) out.push_back(std::move(category));
    }
  }
  return out;
}

Sensitivity sensitivity_of(const Component& component) {
  const Line* const line = component.find("CLASS");
  if (line == nullptr) return Sensitivity::normal;
  if (iequals(trim(line->value), "CONFIDENTIAL")) return Sensitivity::confidential;
  if (!iequals(trim(line->value), "PRIVATE")) return Sensitivity::normal;
  const bool personal = iequals(line->parameter("X-SENSITIVITY"), "PERSONAL");
  return personal ? Sensitivity::personal : Sensitivity::secret;
}

Bodies bodies_of(const Component& component) {
  Bodies bodies;
  bodies.plain = without_carriage(text_of(component, "DESCRIPTION"));
  for (const Line* const line : component.all("X-ALT-DESC")) {
    if (!iequals(line->parameter("FMTTYPE"), "text/html")) continue;
    bodies.html = unescape_text(line->value);
    break;
  }
  // Outlook writes an empty document beside every text.
  if (!bodies.html.empty()) {
    const std::string text = without_carriage(html_to_text(bodies.html));
    if (trim(text).empty()) {
      bodies.html.clear();
    } else if (trim(bodies.plain).empty()) {
      bodies.plain = text;
    }
  }
  return bodies;
}

bool same_text(std::string_view a, std::string_view b) {
  const auto next_line = [](std::string_view& rest) {
    const auto end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    while (line.ends_with(' ') || line.ends_with('\r') || line.ends_with('\t')) {
      line.remove_suffix(1);
    }
    return line;
  };
  a = trim(a);
  b = trim(b);
  while (!a.empty() || !b.empty()) {
    if (next_line(a) != next_line(b)) return false;
  }
  return true;
}

namespace {

/// Minutes before `start`; nothing when it comes after it, or cannot be told.
std::optional<std::uint32_t> minutes_before(const Component& alarm, const SeriesClock& clock,
                                            Time start, Time end) {
  const Line* const trigger = alarm.find("TRIGGER");
  if (trigger == nullptr) return std::nullopt;
  chrono::seconds before{0};
  if (const auto duration = parse_duration(trigger->value)) {
    const bool of_end = iequals(trigger->parameter("RELATED"), "END");
    before = -*duration;
    if (of_end) before -= chrono::floor<chrono::seconds>(end - start);
  } else if (const auto moment = parse_moment(trigger->value, {})) {
    if (moment->kind != Moment::Kind::utc) return std::nullopt;
    const Time at(moment->local.time_since_epoch());
    const Time begins = clock.instant(clock.local_of(start));
    before = chrono::floor<chrono::seconds>(begins - at);
  } else {
    return std::nullopt;
  }
  constexpr auto longest = chrono::days(366);
  if (before < chrono::seconds(0) || before > longest) return std::nullopt;
  return static_cast<std::uint32_t>(chrono::floor<chrono::minutes>(before).count());
}

}  // namespace

std::optional<Alarm> alarm_of(const Component& component, const SeriesClock& clock, Time start,
                              Time end) {
  for (std::size_t i = 0; i < component.children.size(); ++i) {
    const Component& alarm = component.children[i];
    if (alarm.name != "VALARM") continue;
    const std::string_view action = raw_of(alarm, "ACTION");
    const bool shown = action.empty() || iequals(action, "DISPLAY") || iequals(action, "AUDIO");
    if (!shown) continue;
    if (const auto minutes = minutes_before(alarm, clock, start, end)) return Alarm{i, *minutes};
  }
  return std::nullopt;
}

std::string address_of(const Line& line) {
  std::string_view address = trim(line.value);
  if (istarts_with(address, "mailto:")) {
    address.remove_prefix(7);
  } else {
    address = trim(line.parameter("EMAIL"));
  }
  // Some write no scheme.
  if (address.empty() && line.value.find(':') == std::string::npos) address = trim(line.value);
  return address.find('@') == std::string_view::npos ? std::string{} : utf8_clean(address);
}

bool is_own(std::string_view address, const Context& context) {
  return std::ranges::any_of(context.addresses,
                             [&](std::string_view own) { return iequals(own, address); });
}

std::vector<std::size_t> attendee_lines(const Component& component) {
  const Line* const organizer = component.find("ORGANIZER");
  const std::string organizer_address = organizer == nullptr ? "" : address_of(*organizer);
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < component.lines.size() && out.size() < attendees_max; ++i) {
    if (component.lines[i].name != "ATTENDEE") continue;
    const std::string address = address_of(component.lines[i]);
    if (!address.empty() && !iequals(address, organizer_address)) out.push_back(i);
  }
  return out;
}

namespace {

Response response_of(const Line& line) {
  const std::string_view status = line.parameter("PARTSTAT");
  if (iequals(status, "ACCEPTED")) return Response::accepted;
  if (iequals(status, "TENTATIVE")) return Response::tentative;
  if (iequals(status, "DECLINED")) return Response::declined;
  return Response::not_responded;
}

/// What the user said; [MS-ASCAL] ResponseType.
Response own_response(const Component& component, const Context& context) {
  const Line* const organizer = component.find("ORGANIZER");
  if (organizer == nullptr) return Response::none;
  if (is_own(address_of(*organizer), context)) return Response::organizer;
  for (const Line* const attendee : component.all("ATTENDEE")) {
    if (is_own(address_of(*attendee), context)) return response_of(*attendee);
  }
  return Response::none;
}

}  // namespace

std::optional<Time> proposed_of(const Line& line, std::string_view name) {
  const std::string_view value = line.parameter(name);
  if (value.empty()) return std::nullopt;
  const auto moment = moment_of(make_line("DTSTART", {}, value, "\r\n"));
  if (!moment || moment->kind != Moment::Kind::utc) return std::nullopt;
  return Time(moment->local.time_since_epoch());
}

Attendee attendee_of(const Line& line) {
  Attendee attendee;
  attendee.email = address_of(line);
  attendee.name = utf8_clean(trim(line.parameter("CN")));
  if (attendee.name.empty()) attendee.name = attendee.email;
  attendee.status = response_of(line);
  const std::string_view kind = line.parameter("CUTYPE");
  if (iequals(kind, "RESOURCE") || iequals(kind, "ROOM")) {
    attendee.type = Attendee::Type::resource;
  } else if (iequals(line.parameter("ROLE"), "OPT-PARTICIPANT") ||
             iequals(line.parameter("ROLE"), "NON-PARTICIPANT")) {
    attendee.type = Attendee::Type::optional;
  }
  attendee.proposed_start = proposed_of(line, proposed_start);
  attendee.proposed_end = proposed_of(line, proposed_end);
  if (!attendee.proposed_start || !attendee.proposed_end) {
    attendee.proposed_start = attendee.proposed_end = std::nullopt;
  }
  return attendee;
}

std::vector<std::size_t> attachment_lines(const Component& component) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < component.lines.size() && out.size() < attachments_max; ++i) {
    if (component.lines[i].name == "ATTACH") out.push_back(i);
  }
  return out;
}

namespace {

EventAttachment attachment_of(const Line& line) {
  EventAttachment out;
  out.content_type = line.parameter("FMTTYPE");
  for (const std::string_view name :
       {"FILENAME", "X-FILENAME", "X-APPLE-FILENAME", "X-ORACLE-FILENAME", "X-LABEL"}) {
    if (out.name.empty()) out.name = utf8_clean(line.parameter(name));
  }
  const bool inside =
      iequals(line.parameter("VALUE"), "BINARY") || iequals(line.parameter("ENCODING"), "BASE64");
  if (inside) {
    const std::uint64_t octets = line.value.size() / 4 * 3;
    const auto padding = static_cast<std::uint64_t>(std::ranges::count(line.value, '='));
    out.size = octets - std::min(padding, octets);
  } else {
    out.uri = utf8_clean(trim(line.value));
    out.size = parse_number<std::uint64_t>(line.parameter("SIZE")).value_or(0);
    if (out.name.empty()) out.name = out.uri.substr(out.uri.rfind('/') + 1);
  }
  if (out.name.empty()) out.name = "attachment";
  return out;
}

void read_coordinates(std::string_view text, char between, Location& out) {
  const auto at = text.find(between);
  if (at == std::string_view::npos) return;
  const auto number = [](std::string_view value) {
    value = trim(value);
    const bool fits = !value.empty() && value.size() < 32 &&
                      value.find_first_not_of("0123456789.-+") == std::string_view::npos;
    return fits ? std::string(value) : std::string{};
  };
  const std::string latitude = number(text.substr(0, at));
  const std::string longitude =
      number(text.substr(at + 1, text.find_first_of(";,", at + 1) - at - 1));
  if (latitude.empty() || longitude.empty()) return;
  out.latitude = latitude;
  out.longitude = longitude;
}

}  // namespace

std::vector<LocationField> location_fields() {
  return {{"ANNOTATION", &Location::annotation},
          {"STREET", &Location::street},
          {"CITY", &Location::city},
          {"STATE", &Location::state},
          {"COUNTRY", &Location::country},
          {"POSTAL-CODE", &Location::postal_code},
          {"ACCURACY", &Location::accuracy},
          {"ALTITUDE", &Location::altitude},
          {"ALTITUDE-ACCURACY", &Location::altitude_accuracy}};
}

Location location_of(const Component& component) {
  Location out;
  out.display_name = text_of(component, "LOCATION");
  if (const Line* const line = component.find("X-APPLE-STRUCTURED-LOCATION")) {
    if (out.display_name.empty()) out.display_name = utf8_clean(line->parameter("X-TITLE"));
    if (istarts_with(line->value, "geo:")) {
      read_coordinates(std::string_view(line->value).substr(4), ',', out);
    }
  }
  if (const Line* const geo = component.find("GEO")) read_coordinates(geo->value, ';', out);
  if (const Line* const more = component.find("X-GODWIT-LOCATION")) {
    for (const LocationField& field : location_fields()) {
      out.*field.member = utf8_clean(more->parameter(field.parameter));
    }
    out.uri = utf8_clean(trim(more->value));
  }
  return out;
}

BusyStatus busy_status_of(const Component& component) {
  struct Name {
    std::string_view name;
    BusyStatus status;
  };
  constexpr auto names = std::to_array<Name>({{"FREE", BusyStatus::free},
                                              {"TENTATIVE", BusyStatus::tentative},
                                              {"BUSY", BusyStatus::busy},
                                              {"OOF", BusyStatus::out_of_office},
                                              {"WORKINGELSEWHERE", BusyStatus::working_elsewhere}});
  const std::string_view own = raw_of(component, "X-MICROSOFT-CDO-BUSYSTATUS");
  for (const Name& name : names) {
    if (iequals(name.name, own)) return name.status;
  }
  if (iequals(raw_of(component, "TRANSP"), "TRANSPARENT")) return BusyStatus::free;
  if (iequals(raw_of(component, "STATUS"), "TENTATIVE")) return BusyStatus::tentative;
  return BusyStatus::busy;
}

namespace {

void read_links(const Component& component, EventDetails& out) {
  out.online_meeting_link = text_of(component, "X-MICROSOFT-ONLINEMEETINGCONFLINK");
  for (const std::string_view name :
       {"X-MICROSOFT-ONLINEMEETINGEXTERNALLINK", "X-MICROSOFT-SKYPETEAMSMEETINGURL", "CONFERENCE",
        "X-GOOGLE-CONFERENCE"}) {
    if (!out.online_meeting_external_link.empty()) return;
    out.online_meeting_external_link = text_of(component, name);
  }
}

}  // namespace

EventDetails read_details(const Component& component, SeriesClock& clock, const Span& span,
                          const Context& context, Repairs& repairs) {
  EventDetails out;
  out.subject = text_of(component, "SUMMARY");
  out.location = location_of(component);
  Bodies bodies = bodies_of(component);
  out.body = std::move(bodies.plain);
  out.html_body = std::move(bodies.html);
  out.categories = categories_of(component);
  out.sensitivity = sensitivity_of(component);
  out.busy_status = busy_status_of(component);
  out.all_day = clock.all_day();
  out.start = clock.told(span.start);
  out.end = clock.told_end(span, repairs);
  if (const auto alarm = alarm_of(component, clock, out.start, out.end)) {
    out.reminder_minutes = alarm->minutes;
  }
  out.stamp = instant_of(component, "LAST-MODIFIED", clock.zones());
  if (!out.stamp) out.stamp = instant_of(component, "DTSTAMP", clock.zones());
  out.cancelled = iequals(raw_of(component, "STATUS"), "CANCELLED");
  for (const std::size_t line : attendee_lines(component)) {
    out.attendees.push_back(attendee_of(component.lines[line]));
  }
  out.response = own_response(component, context);
  if (const auto replied = instant_of(component, "X-MICROSOFT-CDO-REPLYTIME", clock.zones())) {
    out.reply_time = replied;
  }
  read_links(component, out);
  for (const std::size_t line : attachment_lines(component)) {
    out.attachments.push_back(attachment_of(component.lines[line]));
  }
  return out;
}

}  // namespace godwit::convert::ical
