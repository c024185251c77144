/// The reading half of the Calendar class.
#include <algorithm>
#include <array>
#include <chrono>

#include "base/text.hpp"
#include "mapping/calendar.hpp"
#include "mapping/calendar_rows.hpp"
#include "mapping/recurrence.hpp"
#include "mapping/time_zone.hpp"
#include "wbxml/pages/airsyncbase.hpp"
#include "wbxml/pages/calendar.hpp"

namespace godwit::mapping {
namespace {

namespace airsyncbase = wbxml::airsyncbase;
namespace calendar = wbxml::calendar;
namespace chrono = std::chrono;
using eas::Version;
using wbxml::Element;
using wbxml::Tag;

constexpr std::size_t exceptions_read_max = 1'000;
constexpr std::size_t attachments_max = 100;  // what one request may add to an event

std::unexpected<Error> bad(const char* what) { return fail(Errc::malformed, what); }

/// Everything that one element's reading needs.
struct Reader {
  const Element& data;
  const EventReading& reading;
  DetailsReading details;
  EventChange& out;
};

Result<> read_attachments(const Element& in, Reader& reader, EventDetailsPatch& patch) {
  if (in.children.size() > attachments_max) return bad("too many Attachments");
  for (const Element& child : in.children) {
    if (child.tag == airsyncbase::Add) {
      auto added = read_new_attachment(child);
      if (!added) return pass(added);
      if (added->method != 1) return bad("Attachments: an event takes Method 1");
      patch.added_attachments.push_back({.name = added->display_name,
                                         .content_type = added->content_type,
                                         .content = std::string(added->content)});
      reader.out.attachment_client_ids.push_back(added->client_id);
    } else if (child.tag == airsyncbase::Delete) {
      reader.out.removed_attachments.emplace_back(child.text_of(airsyncbase::FileReference));
    }
  }
  return {};
}

/// The properties that exceptions share with their series. False: no such property.
Result<bool> read_details(const Element& child, Reader& reader, const DetailsReading& details,
                          EventDetailsPatch& patch, bool exception) {
  if (child.tag == airsyncbase::Body) {
    auto body = read_item_body(child);
    if (!body) return pass(body);
    patch.body = std::move(*body);
    return true;
  }
  if (child.tag == airsyncbase::Attachments && details.version >= Version::v16_0) {
    auto read = read_attachments(child, reader, patch);
    if (!read) return pass(read);
    return true;
  }
  const auto rows = details_rows();
  const auto row = std::ranges::find(rows, child.tag, &DetailsRow::tag);
  if (row == rows.end()) return false;
  const eas::Versions versions = exception ? row->exception_versions : row->versions;
  if (row->read == nullptr || !versions.contains(details.version)) return true;
  auto read = row->read(child, details, patch);
  if (!read) return pass(read);
  return true;
}

Result<EventExceptionPatch> read_exception(const Element& in, Reader& reader) {
  const Tag original =
      in.has(airsyncbase::InstanceId) ? airsyncbase::InstanceId : calendar::ExceptionStartTime;
  auto start = reader.details.time(in.text_of(original));
  if (!start) return pass(start);
  EventExceptionPatch out{.original = *start, .deleted = false, .whole = true, .details = {}};
  if (in.has(calendar::Deleted)) {
    const auto deleted = in.boolean(calendar::Deleted);
    if (!deleted) return bad("Deleted is not 0 or 1");
    out.deleted = *deleted;
  }
  DetailsReading details = reader.details;
  if (in.has(calendar::AllDayEvent) && details.version < Version::v16_0) {
    const auto all_day = in.boolean(calendar::AllDayEvent);
    if (!all_day) return bad("AllDayEvent is not 0 or 1");
    details.all_day = *all_day;
  }
  for (const Element& child : in.children) {
    if (out.deleted) break;
    if (in.count(child.tag) > 1) return bad("Exception: an element twice");
    if (auto read = read_details(child, reader, details, out.details, true); !read) {
      return pass(read);
    }
  }
  return out;
}

Result<> read_exceptions(const Element& in, Reader& reader) {
  if (in.children.size() > exceptions_read_max) return bad("too many Exceptions");
  for (const Element& child : in.children) {
    if (child.tag != calendar::Exception) return bad("Exceptions: not an Exception");
    auto exception = read_exception(child, reader);
    if (!exception) return pass(exception);
    reader.out.patch.exceptions.push_back(std::move(*exception));
  }
  return {};
}

Result<> read_pattern(const Element& in, Reader& reader) {
  Change<Recurrence>& out = reader.out.patch.recurrence;
  if (in.children.empty()) {
    out = Change<Recurrence>::clear();
    return {};
  }
  auto recurrence = read_recurrence(in, RecurrenceOf::calendar);
  if (!recurrence) return pass(recurrence);
  if (recurrence->until) {
    auto until = reader.details.time(in.text_of(calendar::Until));
    if (!until) return pass(until);
    recurrence->until = *until;
  }
  out = Change<Recurrence>::set(*recurrence);
  return {};
}

Result<> read_uid(const Element& in, Reader& reader) {
  if (reader.details.version >= Version::v16_0 || in.text.empty()) return {};
  reader.out.patch.uid = Change<std::string>::set(utf8_clean(trim(in.text)));
  return {};
}

template <std::string Organizer::* member>
Result<> read_organizer(const Element& in, Reader& reader) {
  if (reader.details.version >= Version::v16_0 || in.text.empty()) return {};
  Organizer organizer = reader.out.patch.organizer.applied_to({});
  organizer.*member = utf8_clean(trim(in.text));
  reader.out.patch.organizer = Change<Organizer>::set(std::move(organizer));
  return {};
}

template <Change<bool> EventPatch::* member>
Result<> read_flag(const Element& in, Reader& reader) {
  auto value = read_boolean(trim(in.text));
  if (!value) return pass(value);
  reader.out.patch.*member = Change<bool>::set(*value);
  return {};
}

template <Change<bool> EventPatch::* member>
void clear_flag(EventPatch& patch) {
  patch.*member = Change<bool>::set(false);
}

Result<> read_meeting_status(const Element& in, Reader& reader) {
  const auto status = parse_number<unsigned>(trim(in.text));
  if (!status || *status > 15) return bad("MeetingStatus is not 0 to 15");
  reader.out.patch.cancelled = Change<bool>::set((*status & 4U) != 0);
  return {};
}

Result<> read_client_uid(const Element& in, Reader& reader) {
  reader.out.client_uid = utf8_clean(trim(in.text));
  return {};
}

Result<> read_instance_id(const Element& in, Reader& reader) {
  auto instance = read_instance(in.text, reader.details.all_day);
  if (!instance) return pass(instance);
  reader.out.instance = *instance;
  return {};
}

Result<> read_nothing(const Element&, Reader&) { return {}; }

struct Row {
  Tag tag;
  eas::Versions versions;
  Result<> (*read)(const Element& in, Reader& reader);
  void (*clear)(EventPatch& patch);  // what absence does where it deletes
};
constexpr auto rows = std::to_array<Row>({
    {calendar::Timezone, eas::all_versions, &read_nothing, nullptr},  // read before all others
    {calendar::UID, eas::all_versions, &read_uid, nullptr},
    {calendar::OrganizerName, eas::all_versions, &read_organizer<&Organizer::name>, nullptr},
    {calendar::OrganizerEmail, eas::all_versions, &read_organizer<&Organizer::email>, nullptr},
    {calendar::MeetingStatus, eas::all_versions, &read_meeting_status, nullptr},
    {calendar::ResponseRequested, eas::since(Version::v14_0),
     &read_flag<&EventPatch::response_requested>, &clear_flag<&EventPatch::response_requested>},
    {calendar::DisallowNewTimeProposal, eas::since(Version::v14_0),
     &read_flag<&EventPatch::disallows_new_time_proposal>,
     &clear_flag<&EventPatch::disallows_new_time_proposal>},
    {calendar::Recurrence, eas::all_versions, &read_pattern,
     [](EventPatch& patch) { patch.recurrence = Change<Recurrence>::clear(); }},
    {calendar::Exceptions, eas::all_versions, &read_exceptions, nullptr},
    {calendar::ClientUid, eas::since(Version::v16_0), &read_client_uid, nullptr},
    {airsyncbase::InstanceId, eas::since(Version::v16_0), &read_instance_id, nullptr},
    {airsyncbase::NativeBodyType, eas::all_versions, &read_nothing, nullptr},
});

Result<> read_child(const Element& child, Reader& reader) {
  if (reader.data.count(child.tag) > 1) return bad("an element twice");
  const auto* const row = std::ranges::find(rows, child.tag, &Row::tag);
  if (row != rows.end()) {
    if (!row->versions.contains(reader.details.version)) return bad("not of this version");
    return row->read(child, reader);
  }
  const auto read = read_details(child, reader, reader.details, reader.out.patch.details, false);
  if (!read) return pass(read);
  if (!*read) return bad("an element that a calendar item does not have");
  return {};
}

/// [MS-ASCMD] Supported, [MS-ASCAL]: the one place where absence gets a meaning.
void read_absence(const Element& data, const EventReading& reading, EventPatch& patch) {
  if (reading.is_add || reading.version >= Version::v16_0) return;
  const auto deletes = [&](Tag tag) {
    if (data.has(tag)) return false;
    // [MS-ASCAL] Location cannot be ghosted.
    return reading.absence == Absence::clears || tag == calendar::Location ||
           std::ranges::find(reading.supported, tag) != reading.supported.end();
  };
  for (const DetailsRow& row : details_rows()) {
    const bool known = row.versions.contains(reading.version) && row.clear != nullptr;
    if (known && deletes(row.tag)) row.clear(patch.details);
  }
  for (const Row& row : rows) {
    const bool known = row.versions.contains(reading.version) && row.clear != nullptr;
    if (known && deletes(row.tag)) row.clear(patch);
  }
}

Time next_half_hour(Time now) {
  return chrono::ceil<chrono::duration<long, std::ratio<1800>>>(now);
}

/// [MS-ASCAL] StartTime, EndTime: what an Add that lacks them means.
Result<> add_times(const EventReading& reading, EventDetailsPatch& patch) {
  const Time* const start = patch.start.value();
  const Time* const end = patch.end.value();
  if (start != nullptr && end != nullptr) return {};
  constexpr auto half_hour = chrono::minutes(30);
  const Time soon = next_half_hour(reading.now);
  if (start == nullptr && end == nullptr) {
    patch.start = Change<Time>::set(soon);
    patch.end = Change<Time>::set(soon + half_hour);
  } else if (start == nullptr) {
    if (*end < reading.now || soon > *end) return bad("EndTime without StartTime, and it is past");
    patch.start = Change<Time>::set(soon);
  } else {
    if (*start > reading.now) return bad("StartTime to come without EndTime");
    patch.end = Change<Time>::set(soon + half_hour);
  }
  return {};
}

}  // namespace

Result<EventChange> read_event_change(const Element& application_data,
                                      const EventReading& reading) {
  EventChange change;
  ZoneRules zone = reading.zone;
  bool all_day = reading.was_all_day;
  if (application_data.has(calendar::AllDayEvent)) {
    const auto value = application_data.boolean(calendar::AllDayEvent);
    if (!value) return bad("AllDayEvent is not 0 or 1");
    all_day = *value;
  }
  const std::string_view blob = trim(application_data.text_of(calendar::Timezone));
  if (!blob.empty()) {
    auto rules = parse_time_zone(blob);
    if (!rules) return pass(rules);
    zone = std::move(*rules);
    change.patch.zone_rules = Change<ZoneRules>::set(zone);
  }
  Reader reader{application_data, reading, {reading.version, all_day, zone}, change};
  for (const Element& child : application_data.children) {
    if (auto read = read_child(child, reader); !read) return pass(read);
  }
  read_absence(application_data, reading, change.patch);
  if (reading.is_add) {
    if (auto done = add_times(reading, change.patch.details); !done) return pass(done);
  }
  change.patch.pattern_ends_exceptions = reading.version >= Version::v16_0;
  return change;
}

Result<Change<ItemBody>> read_item_body(const Element& body) {
  if (body.children.empty()) return Change<ItemBody>::clear();
  const auto type = parse_number<unsigned>(trim(body.text_of(airsyncbase::Type)));
  if (!type) return bad("Body: no Type");
  // What was never shown as RTF or MIME is not changed by it.
  const Element* const data = body.find(airsyncbase::Data);
  if ((*type != 1 && *type != 2) || data == nullptr) return Change<ItemBody>::keep();
  return Change<ItemBody>::set(
      {.type = static_cast<ItemBody::Type>(*type), .text = utf8_clean(data->text)});
}

Result<Time> read_instance(std::string_view text, bool all_day) {
  auto time = parse_date(text);
  if (!time) return pass(time);
  return all_day ? Time(chrono::floor<chrono::days>(*time)) : *time;
}

EventPatch for_occurrence(EventPatch patch, Time instance) {
  EventPatch out;
  out.exceptions.push_back({.original = instance,
                            .deleted = false,
                            .whole = false,
                            .details = std::move(patch.details)});
  return out;
}

EventPatch without_occurrence(Time instance) {
  EventPatch out;
  out.exceptions.push_back({.original = instance, .deleted = true, .whole = false, .details = {}});
  return out;
}

}  // namespace godwit::mapping
