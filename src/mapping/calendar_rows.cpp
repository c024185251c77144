#include "mapping/calendar_rows.hpp"

#include <array>
#include <chrono>

#include "base/text.hpp"
#include "mapping/calendar.hpp"
#include "wbxml/pages/airsyncbase.hpp"
#include "wbxml/pages/calendar.hpp"
#include "wbxml/pages/meeting_response.hpp"

namespace godwit::mapping {
namespace {

namespace airsyncbase = wbxml::airsyncbase;
namespace calendar = wbxml::calendar;
namespace chrono = std::chrono;
using eas::Version;
using wbxml::Element;
using wbxml::Tag;
using wbxml::Writer;

constexpr std::size_t attendees_max = 5'000;
constexpr std::size_t categories_max = 300;  // [MS-ASCAL] Categories
constexpr std::uint32_t reminder_minutes_max = 366 * 24 * 60;

std::unexpected<Error> bad(const char* what) { return fail(Errc::malformed, what); }

template <auto member>
bool same(const EventDetails& a, const EventDetails& b, const EventWriting&) {
  return a.*member == b.*member;
}

template <auto member>
void write_text(const EventDetails& item, const EventWriting&, Tag tag, bool bare, Writer& out) {
  if (bare || !(item.*member).empty()) out.text(tag, item.*member);
}

void write_subject(const EventDetails& item, const EventWriting&, Tag tag, bool, Writer& out) {
  out.text(tag, item.subject);
}

Result<> read_subject(const Element& in, const DetailsReading&, EventDetailsPatch& patch) {
  patch.subject = Change<std::string>::set(utf8_clean(in.text));
  return {};
}

template <auto member>
void clear(EventDetailsPatch& patch) {
  patch.*member = std::remove_cvref_t<decltype(patch.*member)>::clear();
}

template <auto item_member>
void write_time(const EventDetails& item, const EventWriting& writing, Tag tag, bool, Writer& out) {
  out.text(tag, format_compact_date(writing.wire(item.*item_member, item.all_day)));
}

template <auto member>
Result<> read_time(const Element& in, const DetailsReading& reading, EventDetailsPatch& patch) {
  if (in.text.empty()) return {};
  auto time = reading.time(in.text);
  if (!time) return pass(time);
  patch.*member = Change<Time>::set(*time);
  return {};
}

/// In an exception times are its own when they are not the series' at that occurrence; the caller
/// compares with that.
void write_stamp(const EventDetails& item, const EventWriting&, Tag tag, bool, Writer& out) {
  out.text(tag, format_compact_date(item.stamp.value_or(item.start)));
}

Result<> read_stamp(const Element& in, const DetailsReading& reading, EventDetailsPatch& patch) {
  if (reading.version >= Version::v16_0 || in.text.empty()) return {};
  auto time = parse_date(in.text);
  if (!time) return pass(time);
  patch.stamp = Change<Time>::set(*time);
  return {};
}

void write_all_day(const EventDetails& item, const EventWriting&, Tag tag, bool, Writer& out) {
  out.boolean(tag, item.all_day);
}

Result<> read_all_day(const Element&, const DetailsReading& reading, EventDetailsPatch& patch) {
  patch.all_day = Change<bool>::set(reading.all_day);
  return {};
}

bool same_place(const EventDetails& a, const EventDetails& b, const EventWriting&) {
  return a.location.display_name == b.location.display_name;
}

void write_place(const EventDetails& item, const EventWriting&, Tag tag, bool, Writer& out) {
  out.text(tag, item.location.display_name);
}

Result<> read_place(const Element& in, const DetailsReading&, EventDetailsPatch& patch) {
  patch.place = Change<std::string>::set(utf8_clean(in.text));
  return {};
}

struct LocationRow {
  Tag tag;
  std::string Location::* member;
};
constexpr auto location_rows = std::to_array<LocationRow>({
    {airsyncbase::DisplayName, &Location::display_name},
    {airsyncbase::Annotation, &Location::annotation},
    {airsyncbase::Street, &Location::street},
    {airsyncbase::City, &Location::city},
    {airsyncbase::State, &Location::state},
    {airsyncbase::Country, &Location::country},
    {airsyncbase::PostalCode, &Location::postal_code},
    {airsyncbase::Latitude, &Location::latitude},
    {airsyncbase::Longitude, &Location::longitude},
    {airsyncbase::Accuracy, &Location::accuracy},
    {airsyncbase::Altitude, &Location::altitude},
    {airsyncbase::AltitudeAccuracy, &Location::altitude_accuracy},
    {airsyncbase::LocationUri, &Location::uri},
});

void write_where(const EventDetails& item, const EventWriting&, Tag tag, bool bare, Writer& out) {
  if (item.location.empty() && bare) return out.empty(tag);
  write_location(item.location, out);
}

Result<> read_location(const Element& in, const DetailsReading&, EventDetailsPatch& patch) {
  Location location;
  for (const LocationRow& row : location_rows) {
    location.*row.member = utf8_clean(trim(in.text_of(row.tag)));
  }
  patch.location = Change<Location>::set(std::move(location));
  return {};
}

void write_categories(const EventDetails& item, const EventWriting&, Tag tag, bool bare,
                      Writer& out) {
  if (item.categories.empty()) {
    if (bare) out.empty(tag);
    return;
  }
  out.open(tag);
  for (const std::string& category : item.categories) out.text(calendar::Category, category);
  out.close();
}

Result<> read_categories(const Element& in, const DetailsReading&, EventDetailsPatch& patch) {
  std::vector<std::string> categories;
  if (in.children.size() > categories_max) return bad("too many Categories");
  for (const Element& child : in.children) {
    if (child.tag != calendar::Category) return bad("Categories: not a Category");
    if (!trim(child.text).empty()) categories.push_back(utf8_clean(trim(child.text)));
  }
  patch.categories = Change<std::vector<std::string>>::set(std::move(categories));
  return {};
}

void write_sensitivity(const EventDetails& item, const EventWriting&, Tag tag, bool, Writer& out) {
  out.number(tag, static_cast<std::int64_t>(item.sensitivity));
}

Result<> read_sensitivity(const Element& in, const DetailsReading&, EventDetailsPatch& patch) {
  const auto value = parse_number<unsigned>(in.text.empty() ? "0" : in.text);
  if (!value || *value > 3) return bad("Sensitivity is not 0 to 3");
  patch.sensitivity = Change<Sensitivity>::set(static_cast<Sensitivity>(*value));
  return {};
}

void write_busy_status(const EventDetails& item, const EventWriting& writing, Tag tag, bool,
                       Writer& out) {
  BusyStatus status = item.busy_status;
  if (writing.version < Version::v16_0) {
    // [MS-ASCAL] BusyStatus: both came with 16.0.
    if (status == BusyStatus::working_elsewhere) status = BusyStatus::busy;
    if (status == BusyStatus::unknown) status = BusyStatus::tentative;
  }
  out.number(tag, static_cast<std::int64_t>(status));
}

Result<> read_busy_status(const Element& in, const DetailsReading& reading,
                          EventDetailsPatch& patch) {
  const auto value = parse_number<int>(in.text);
  const int highest = reading.version >= Version::v16_0 ? 4 : 3;
  if (!value || *value < 0 || *value > highest) return bad("BusyStatus is not 0 to 4");
  patch.busy_status = Change<BusyStatus>::set(static_cast<BusyStatus>(*value));
  return {};
}

void write_reminder(const EventDetails& item, const EventWriting& writing, Tag tag, bool bare,
                    Writer& out) {
  if (item.reminder_minutes) {
    out.number(tag, *item.reminder_minutes);
  } else if (bare || writing.version >= Version::v14_1) {
    out.empty(tag);
  }
}

Result<> read_reminder(const Element& in, const DetailsReading&, EventDetailsPatch& patch) {
  if (trim(in.text).empty()) {
    clear<&EventDetailsPatch::reminder_minutes>(patch);
    return {};
  }
  const auto minutes = parse_number<std::uint32_t>(trim(in.text));
  if (!minutes || *minutes > reminder_minutes_max) return bad("Reminder is no number of minutes");
  patch.reminder_minutes = Change<std::uint32_t>::set(*minutes);
  return {};
}

void write_meeting_status(const EventDetails& item, const EventWriting& writing, Tag tag, bool,
                          Writer& out) {
  const Event& event = writing.event;
  const bool meeting =
      event.organizer && (!event.organizer_is_user || !event.details.attendees.empty());
  unsigned status = 0;
  if (meeting) status = 1U | (event.organizer_is_user ? 0U : 2U) | (item.cancelled ? 4U : 0U);
  out.number(tag, status);
}

void write_attendees(const EventDetails& item, const EventWriting& writing, Tag tag, bool,
                     Writer& out) {
  if (item.attendees.empty()) return;
  out.open(tag);
  for (const Attendee& attendee : item.attendees) {
    out.open(calendar::Attendee);
    out.text(calendar::Email, attendee.email);
    out.text(calendar::Name, attendee.name);
    out.number(calendar::AttendeeStatus, static_cast<std::int64_t>(attendee.status));
    out.number(calendar::AttendeeType, static_cast<std::int64_t>(attendee.type));
    if (writing.version >= Version::v16_1) {
      for (const auto& [name, time] :
           {std::pair(wbxml::meeting_response::ProposedStartTime, attendee.proposed_start),
            std::pair(wbxml::meeting_response::ProposedEndTime, attendee.proposed_end)}) {
        if (time) out.text(name, format_compact_date(*time));
      }
    }
    out.close();
  }
  out.close();
}

Result<Attendee> read_attendee(const Element& in, Version version) {
  Attendee attendee{.email = utf8_clean(trim(in.text_of(calendar::Email))),
                    .name = utf8_clean(trim(in.text_of(calendar::Name))),
                    .status = Response::none,
                    .type = Attendee::Type::unsaid};
  if (attendee.email.empty()) return bad("Attendee: no Email");
  if (version < Version::v16_0 && in.has(calendar::AttendeeStatus)) {
    const auto status = parse_number<unsigned>(in.text_of(calendar::AttendeeStatus));
    if (!status || *status > 5 || *status == 1) return bad("AttendeeStatus is not 0, 2 to 5");
    attendee.status = static_cast<Response>(*status);
  }
  if (in.has(calendar::AttendeeType)) {
    const auto type = parse_number<unsigned>(in.text_of(calendar::AttendeeType));
    if (!type || *type < 1 || *type > 3) return bad("AttendeeType is not 1 to 3");
    attendee.type = static_cast<Attendee::Type>(*type);
  }
  return attendee;
}

Result<> read_attendees(const Element& in, const DetailsReading& reading,
                        EventDetailsPatch& patch) {
  std::vector<Attendee> attendees;
  if (in.children.size() > attendees_max) return bad("too many Attendees");
  for (const Element& child : in.children) {
    if (child.tag != calendar::Attendee) return bad("Attendees: not an Attendee");
    auto attendee = read_attendee(child, reading.version);
    if (!attendee) return pass(attendee);
    attendees.push_back(std::move(*attendee));
  }
  patch.attendees = Change<std::vector<Attendee>>::set(std::move(attendees));
  return {};
}

bool has_answered(Response response) {
  return response == Response::tentative || response == Response::accepted ||
         response == Response::declined;
}

void write_reply_time(const EventDetails& item, const EventWriting&, Tag tag, bool, Writer& out) {
  if (item.reply_time && has_answered(item.response)) {
    out.text(tag, format_compact_date(*item.reply_time));
  }
}

void write_response(const EventDetails& item, const EventWriting&, Tag tag, bool, Writer& out) {
  out.number(tag, static_cast<std::int64_t>(item.response));
}

constexpr auto to_14_1 = eas::until(Version::v14_1);
constexpr auto from_14_0 = eas::since(Version::v14_0);
constexpr auto from_14_1 = eas::since(Version::v14_1);
constexpr auto from_16_0 = eas::since(Version::v16_0);
constexpr auto every = eas::all_versions;

constexpr auto rows = std::to_array<DetailsRow>({
    // [MS-ASCAL] AllDayEvent: from 16.0 on an exception's is its series'.
    {calendar::AllDayEvent, every, to_14_1, &same<&EventDetails::all_day>, &write_all_day,
     &read_all_day, nullptr},
    {calendar::StartTime, every, every, &same<&EventDetails::start>,
     &write_time<&EventDetails::start>, &read_time<&EventDetailsPatch::start>, nullptr},
    {calendar::EndTime, every, every, &same<&EventDetails::end>, &write_time<&EventDetails::end>,
     &read_time<&EventDetailsPatch::end>, nullptr},
    {calendar::DtStamp, every, every, &same<&EventDetails::stamp>, &write_stamp, &read_stamp,
     nullptr},
    {calendar::Subject, every, every, &same<&EventDetails::subject>, &write_subject, &read_subject,
     &clear<&EventDetailsPatch::subject>},
    {calendar::Location, to_14_1, to_14_1, &same_place, &write_place, &read_place,
     &clear<&EventDetailsPatch::place>},
    {airsyncbase::Location, from_16_0, from_16_0, &same<&EventDetails::location>, &write_where,
     &read_location, nullptr},
    {calendar::Categories, every, every, &same<&EventDetails::categories>, &write_categories,
     &read_categories, &clear<&EventDetailsPatch::categories>},
    {calendar::Sensitivity, every, every, &same<&EventDetails::sensitivity>, &write_sensitivity,
     &read_sensitivity, &clear<&EventDetailsPatch::sensitivity>},
    {calendar::BusyStatus, every, every, &same<&EventDetails::busy_status>, &write_busy_status,
     &read_busy_status, nullptr},
    {calendar::Reminder, every, every, &same<&EventDetails::reminder_minutes>, &write_reminder,
     &read_reminder, &clear<&EventDetailsPatch::reminder_minutes>},
    {calendar::MeetingStatus, every, every, &same<&EventDetails::cancelled>, &write_meeting_status,
     nullptr, nullptr},
    {calendar::Attendees, every, from_14_0, &same<&EventDetails::attendees>, &write_attendees,
     &read_attendees, &clear<&EventDetailsPatch::attendees>},
    {calendar::AppointmentReplyTime, from_14_0, from_14_0, &same<&EventDetails::reply_time>,
     &write_reply_time, nullptr, nullptr},
    {calendar::ResponseType, from_14_0, from_14_0, &same<&EventDetails::response>, &write_response,
     nullptr, nullptr},
    {calendar::OnlineMeetingConfLink, from_14_1, from_14_1,
     &same<&EventDetails::online_meeting_link>, &write_text<&EventDetails::online_meeting_link>,
     nullptr, nullptr},
    {calendar::OnlineMeetingExternalLink, from_14_1, from_14_1,
     &same<&EventDetails::online_meeting_external_link>,
     &write_text<&EventDetails::online_meeting_external_link>, nullptr, nullptr},
});

}  // namespace

std::span<const DetailsRow> details_rows() { return rows; }

void write_location(const Location& location, Writer& out) {
  if (location.empty()) return;
  out.open(airsyncbase::Location);
  for (const LocationRow& row : location_rows) {
    const std::string& value = location.*row.member;
    if (!value.empty()) out.text(row.tag, value);
  }
  out.close();
}

Time EventWriting::wire(Time time, bool all_day) const {
  if (!all_day || version >= Version::v16_0) return time;
  return event.zone_rules.to_utc(
      LocalTime(chrono::floor<chrono::seconds>(time.time_since_epoch())));
}

Result<Time> DetailsReading::time(std::string_view text) const {
  auto time = parse_date(text);
  if (!time) return pass(time);
  if (!all_day) return chrono::floor<chrono::seconds>(*time);
  const auto date = chrono::floor<chrono::days>(*time);
  // Quirk all_day_in_utc: below 16.0 some devices write the date at midnight UTC, as 16.x does.
  if (version >= Version::v16_0) return Time(date);
  const LocalTime local = zone.to_local(*time);
  const auto day = chrono::floor<chrono::days>(local);
  if (local != day && *time == date) return Time(date);
  // The nearest midnight: the device's clock may not be ours.
  return Time(chrono::floor<chrono::days>(local + chrono::hours(12)).time_since_epoch());
}

}  // namespace godwit::mapping
