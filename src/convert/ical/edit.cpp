#include "convert/ical/edit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "convert/html.hpp"

namespace godwit::convert::ical {
namespace {

namespace chrono = std::chrono;

}  // namespace

Line with_parameter(const Line& line, std::string_view name, std::string_view value,
                    std::string_view line_end) {
  std::vector<Parameter> parameters = line.parameters;
  std::erase_if(parameters, [&](const Parameter& parameter) { return parameter.name == name; });
  if (!value.empty()) parameters.push_back({std::string(name), std::string(value)});
  return make_line(line.name, std::move(parameters), line.value, line_end);
}

Component make_alarm(Line trigger, const std::string& line_end) {
  Component alarm;
  alarm.name = "VALARM";
  alarm.begin_raw = "BEGIN:VALARM" + line_end;
  alarm.end_raw = "END:VALARM" + line_end;
  alarm.add(make_line("ACTION", {}, "DISPLAY", line_end));
  alarm.add(make_line("DESCRIPTION", {}, "Reminder", line_end));
  alarm.add(std::move(trigger));
  return alarm;
}

void Editor::put(Line line) {
  component_.replace(std::move(line));
  changed_ = true;
}

void Editor::replace_at(std::size_t place, Line line) {
  component_.replace_at(place, std::move(line));
  changed_ = true;
}

void Editor::erase(std::string_view name) {
  if (component_.find(name) == nullptr) return;
  component_.remove(name);
  changed_ = true;
}

void Editor::erase_line(std::size_t place) {
  component_.remove_line(place);
  changed_ = true;
}

void Editor::set_value(std::string_view name, std::string_view value) {
  const Line* const line = component_.find(name);
  if (line != nullptr && trim(line->value) == value) return;
  std::vector<Parameter> parameters;
  if (line != nullptr) {
    parameters = line->parameters;
    // The new value is written plainly.
    std::erase_if(parameters, [](const Parameter& parameter) {
      return parameter.name == "ENCODING" || parameter.name == "CHARSET" ||
             parameter.name == "QUOTED-PRINTABLE";
    });
  }
  put(make_line(name, std::move(parameters), value, line_end_));
}

void Editor::set_text(std::string_view name, std::string_view text) {
  if (text.empty()) return erase(name);
  if (text_of(component_, name) != text) set_value(name, escape_text(text));
}

void Editor::body(const Change<ItemBody>& change) {
  if (change.keeps()) return;
  const Bodies now = bodies_of(component_);
  const ItemBody wanted = change.applied_to({});
  if (wanted.type == ItemBody::Type::html) {
    // A plain text that was shown as HTML comes back as HTML.
    const std::string text = html_to_text(wanted.text);
    if (wanted.text == now.html || (now.html.empty() && same_text(text, now.plain))) return;
    set_text("DESCRIPTION", trim(text));
    erase("X-ALT-DESC");
    if (trim(text).empty()) return;
    put(make_line("X-ALT-DESC", {{"FMTTYPE", "text/html"}}, escape_text(wanted.text), line_end_));
    return;
  }
  if (same_text(wanted.text, now.plain)) return;
  std::string text = wanted.text;
  std::erase(text, '\r');
  set_text("DESCRIPTION", text);
  // What it said is not what the text says any more.
  erase("X-ALT-DESC");
}

void Editor::categories(const Change<std::vector<std::string>>& change) {
  if (change.keeps()) return;
  const std::vector<std::string> wanted = change.applied_to({});
  if (wanted == categories_of(component_)) return;
  if (wanted.empty()) return erase("CATEGORIES");
  std::string value;
  for (const std::string& category : wanted) {
    if (!value.empty()) value += ',';
    value += escape_text(category);
  }
  put(make_line("CATEGORIES", {}, value, line_end_));
}

void Editor::sensitivity(const Change<Sensitivity>& change) {
  if (change.keeps()) return;
  const Sensitivity wanted = change.applied_to({});
  if (wanted == sensitivity_of(component_)) return;
  switch (wanted) {
    case Sensitivity::normal:
      return set_value("CLASS", "PUBLIC");
    case Sensitivity::confidential:
      return set_value("CLASS", "CONFIDENTIAL");
    case Sensitivity::secret:
      return put(make_line("CLASS", {}, "PRIVATE", line_end_));
    case Sensitivity::personal:
      return put(make_line("CLASS", {{"X-SENSITIVITY", "PERSONAL"}}, "PRIVATE", line_end_));
  }
}

void Editor::busy_status(const Change<BusyStatus>& change) {
  if (change.keeps()) return;
  BusyStatus wanted = change.value() == nullptr ? BusyStatus::busy : *change.value();
  if (wanted == BusyStatus::unknown) wanted = BusyStatus::tentative;
  if (wanted == busy_status_of(component_)) return;
  const bool blocks = wanted != BusyStatus::free && wanted != BusyStatus::working_elsewhere;
  set_value("TRANSP", blocks ? "OPAQUE" : "TRANSPARENT");
  constexpr std::array<std::string_view, 5> names{"FREE", "TENTATIVE", "BUSY", "OOF",
                                                  "WORKINGELSEWHERE"};
  if (component_.find("X-MICROSOFT-CDO-BUSYSTATUS") != nullptr ||
      busy_status_of(component_) != wanted) {
    set_value("X-MICROSOFT-CDO-BUSYSTATUS", names[static_cast<std::size_t>(wanted)]);
  }
}

void Editor::location(const Change<Location>& change) {
  if (change.keeps()) return;
  const Location wanted = change.applied_to({});
  const Location now = location_of(component_);
  if (wanted == now) return;
  // Another place: what was known of the old one goes with it.
  if (wanted.display_name != now.display_name) erase("X-APPLE-STRUCTURED-LOCATION");
  set_text("LOCATION", wanted.display_name);
  if (wanted.latitude != now.latitude || wanted.longitude != now.longitude) {
    write_coordinates(wanted);
  }
  write_location_fields(wanted);
}

void Editor::place(const Change<std::string>& change) {
  if (change.keeps()) return;
  const std::string wanted = change.applied_to({});
  if (wanted == location_of(component_).display_name) return;
  location(Change<Location>::set({.display_name = wanted}));
}

void Editor::write_coordinates(const Location& wanted) {
  erase("X-APPLE-STRUCTURED-LOCATION");
  if (wanted.latitude.empty() || wanted.longitude.empty()) return erase("GEO");
  set_value("GEO", wanted.latitude + ";" + wanted.longitude);
}

void Editor::write_location_fields(const Location& wanted) {
  std::vector<Parameter> parameters;
  for (const LocationField& field : location_fields()) {
    const std::string& value = wanted.*field.member;
    if (!value.empty()) parameters.push_back({std::string(field.parameter), value});
  }
  if (parameters.empty() && wanted.uri.empty()) return erase("X-GODWIT-LOCATION");
  put(make_line("X-GODWIT-LOCATION", std::move(parameters), wanted.uri, line_end_));
}

void Editor::reminder(const Change<std::uint32_t>& change, const std::optional<Alarm>& now,
                      const SeriesClock& clock, Time start, Time end) {
  if (change.keeps()) return;
  if (change.clears()) {
    // Every alarm that a device would be shown next.
    while (const auto alarm = alarm_of(component_, clock, start, end)) {
      component_.remove_child(alarm->child);
      changed_ = true;
    }
    return;
  }
  if (now && now->minutes == *change.value()) return;
  const std::string trigger = format_duration(-chrono::minutes(*change.value()));
  changed_ = true;
  if (now) {
    return component_.children[now->child].replace(make_line("TRIGGER", {}, trigger, line_end_));
  }
  component_.add(make_alarm(make_line("TRIGGER", {}, trigger, line_end_), line_end_));
}

namespace {

std::string_view partstat_of(Response response) {
  switch (response) {
    case Response::accepted:
      return "ACCEPTED";
    case Response::tentative:
      return "TENTATIVE";
    case Response::declined:
      return "DECLINED";
    case Response::none:
    case Response::organizer:
    case Response::not_responded:
      break;
  }
  return "NEEDS-ACTION";
}

std::string utc_text(Time time) {
  const Moment moment{
      .kind = Moment::Kind::utc,
      .local = LocalTime(std::chrono::floor<std::chrono::seconds>(time.time_since_epoch())),
      .zone = {}};
  return line_of("DTSTART", moment, "\r\n").value;
}

}  // namespace

void Editor::set_attendee(std::size_t place, const Attendee& wanted) {
  const Attendee now = attendee_of(component_.lines[place]);
  Line line = component_.lines[place];
  const auto set = [&](std::string_view name, std::string_view value) {
    line = with_parameter(line, name, value, line_end_);
  };
  if (!wanted.name.empty() && wanted.name != now.name && wanted.name != now.email) {
    set("CN", wanted.name);
  }
  const bool answered = wanted.status == Response::accepted ||
                        wanted.status == Response::tentative || wanted.status == Response::declined;
  const bool reset = wanted.status == Response::not_responded;
  if ((answered || reset) && wanted.status != now.status) {
    set("PARTSTAT", partstat_of(wanted.status));
    set(proposed_start, "");
    set(proposed_end, "");
  }
  if (wanted.proposed_start && wanted.proposed_end) {
    set(proposed_start, utc_text(*wanted.proposed_start));
    set(proposed_end, utc_text(*wanted.proposed_end));
  }
  if (wanted.type != Attendee::Type::unsaid && wanted.type != now.type) {
    set("ROLE", wanted.type == Attendee::Type::optional ? "OPT-PARTICIPANT" : "REQ-PARTICIPANT");
    if (wanted.type == Attendee::Type::resource) set("CUTYPE", "RESOURCE");
    if (now.type == Attendee::Type::resource) set("CUTYPE", "INDIVIDUAL");
  }
  if (line.raw != component_.lines[place].raw) replace_at(place, std::move(line));
}

void Editor::add_attendee(const Attendee& wanted) {
  std::vector<Parameter> parameters;
  if (!wanted.name.empty() && wanted.name != wanted.email)
    parameters.push_back({"CN", wanted.name});
  if (wanted.type == Attendee::Type::resource) parameters.push_back({"CUTYPE", "RESOURCE"});
  if (wanted.type == Attendee::Type::optional) parameters.push_back({"ROLE", "OPT-PARTICIPANT"});
  parameters.push_back({"PARTSTAT", std::string(partstat_of(wanted.status))});
  parameters.push_back({"RSVP", "TRUE"});
  std::string address = "mailto:";
  for (const char c : wanted.email) {
    if (static_cast<unsigned char>(c) > 0x20) address += c;
  }
  component_.add(make_line("ATTENDEE", std::move(parameters), address, line_end_));
  changed_ = true;
}

void Editor::attendees(const Change<std::vector<Attendee>>& change) {
  if (change.keeps()) return;
  const std::vector<Attendee> wanted = change.applied_to({});
  const Line* const organizer = component_.find("ORGANIZER");
  const std::string organizer_address = organizer == nullptr ? "" : address_of(*organizer);
  const auto is_wanted = [&](std::string_view address) {
    return std::ranges::any_of(
        wanted, [&](const Attendee& attendee) { return iequals(attendee.email, address); });
  };
  const std::vector<std::size_t> places = attendee_lines(component_);
  for (auto place = places.rbegin(); place != places.rend(); ++place) {
    if (!is_wanted(address_of(component_.lines[*place]))) erase_line(*place);
  }
  for (const Attendee& attendee : wanted) {
    if (attendee.email.empty() || iequals(attendee.email, organizer_address)) continue;
    const std::vector<std::size_t> left = attendee_lines(component_);
    const auto found = std::ranges::find_if(left, [&](std::size_t place) {
      return iequals(address_of(component_.lines[place]), attendee.email);
    });
    if (found == left.end()) {
      add_attendee(attendee);
    } else {
      set_attendee(*found, attendee);
    }
  }
}

void Editor::attachments(const EventDetailsPatch& patch) {
  std::vector<std::size_t> removed = patch.removed_attachments;
  std::ranges::sort(removed, std::greater{});
  const auto twice = std::ranges::unique(removed);
  removed.erase(twice.begin(), twice.end());
  const std::vector<std::size_t> places = attachment_lines(component_);
  for (const std::size_t position : removed) {
    if (position < places.size()) erase_line(places[position]);
  }
  for (const AddedAttachment& added : patch.added_attachments) {
    std::vector<Parameter> parameters;
    if (!added.content_type.empty()) parameters.push_back({"FMTTYPE", added.content_type});
    parameters.push_back({"ENCODING", "BASE64"});
    parameters.push_back({"VALUE", "BINARY"});
    parameters.push_back({"X-FILENAME", added.name});
    component_.add(
        make_line("ATTACH", std::move(parameters), base64_encode(added.content), line_end_));
    changed_ = true;
  }
}

void Editor::name(std::string_view uid) {
  const Line* const own = component_.find("UID");
  if (!changed_ || (own != nullptr && !utf8_clean(trim(own->value)).empty())) return;
  component_.replace(make_line("UID", {}, uid, line_end_));
}

void Editor::stamp(Time when) {
  if (!changed_) return;
  const Moment moment{.kind = Moment::Kind::utc,
                      .local = LocalTime(chrono::floor<chrono::seconds>(when.time_since_epoch())),
                      .zone = {}};
  component_.replace(line_of("DTSTAMP", moment, line_end_));
  component_.replace(line_of("LAST-MODIFIED", moment, line_end_));
}

}  // namespace godwit::convert::ical
