#include "mapping/calendar.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "mapping/calendar_rows.hpp"
#include "mapping/recurrence.hpp"
#include "mapping/time_zone.hpp"
#include "wbxml/pages/airsyncbase.hpp"
#include "wbxml/pages/calendar.hpp"

namespace godwit::mapping {
namespace {

namespace airsyncbase = wbxml::airsyncbase;
namespace calendar = wbxml::calendar;
using eas::Version;
using wbxml::Tag;
using wbxml::Writer;

constexpr std::size_t uid_characters_max = 300;  // [MS-ASCAL] UID

void write_zone(const EventWriting& writing, Tag tag, Writer& out) {
  // [MS-ASCAL] Timezone: from 16.0 on all-day events have none.
  if (writing.version >= Version::v16_0 && writing.event.details.all_day) return;
  out.text(tag, format_time_zone(writing.event.zone_rules));
}

void write_uid(const EventWriting& writing, Tag tag, Writer& out) {
  out.text(tag, utf8_prefix_characters(writing.event.uid, uid_characters_max));
}

template <std::string Organizer::* member>
void write_organizer(const EventWriting& writing, Tag tag, Writer& out) {
  if (writing.event.organizer) out.text(tag, (*writing.event.organizer).*member);
}

void write_response_requested(const EventWriting& writing, Tag tag, Writer& out) {
  out.boolean(tag, writing.event.response_requested);
}

void write_disallows(const EventWriting& writing, Tag tag, Writer& out) {
  out.boolean(tag, writing.event.disallows_new_time_proposal);
}

void write_pattern(const EventWriting& writing, Tag, Writer& out) {
  if (!writing.event.recurrence) return;
  Recurrence recurrence = *writing.event.recurrence;
  if (recurrence.until) {
    recurrence.until = writing.wire(*recurrence.until, writing.event.details.all_day);
  }
  write_recurrence(recurrence, RecurrenceOf::calendar, writing.version, out);
}

void write_orphan(const EventWriting& writing, Tag tag, Writer& out) {
  const Event& event = writing.event;
  if (!event.orphan_of) return;
  out.text(tag, format_compact_date(writing.wire(*event.orphan_of, event.details.all_day)));
}

/// What only the series has.
struct SeriesRow {
  Tag tag;
  eas::Versions versions;
  void (*write)(const EventWriting& writing, Tag tag, Writer& out);
};
constexpr auto series_rows = std::to_array<SeriesRow>({
    {calendar::Timezone, eas::all_versions, &write_zone},
    {calendar::UID, eas::all_versions, &write_uid},
    {calendar::OrganizerName, eas::all_versions, &write_organizer<&Organizer::name>},
    {calendar::OrganizerEmail, eas::all_versions, &write_organizer<&Organizer::email>},
    {calendar::ResponseRequested, eas::since(Version::v14_0), &write_response_requested},
    {calendar::DisallowNewTimeProposal, eas::since(Version::v14_0), &write_disallows},
    {airsyncbase::InstanceId, eas::since(Version::v16_0), &write_orphan},
    {calendar::Recurrence, eas::all_versions, &write_pattern},
});

/// The series at that occurrence: what an exception is compared with.
EventDetails at_occurrence(const Event& event, Time original) {
  EventDetails details = event.details;
  details.end = original + (details.end - details.start);
  details.start = original;
  return details;
}

void write_exception(const EventException& exception, const EventWriting& writing,
                     const EventContent& content, Writer& out) {
  const Event& event = writing.event;
  const Tag original =
      writing.version >= Version::v16_0 ? airsyncbase::InstanceId : calendar::ExceptionStartTime;
  out.open(calendar::Exception);
  if (exception.deleted) out.boolean(calendar::Deleted, true);
  out.text(original, format_compact_date(writing.wire(exception.original, event.details.all_day)));
  if (!exception.deleted) {
    const EventDetails series = at_occurrence(event, exception.original);
    for (const DetailsRow& row : details_rows()) {
      const bool own = row.exception_versions.contains(writing.version) &&
                       !row.same(exception.details, series, writing);
      if (own) row.write(exception.details, writing, row.tag, true, out);
    }
    const bool own_body =
        exception.details.body != series.body || exception.details.html_body != series.html_body;
    if (own_body && content.body) content.body(exception.details, out);
    if (writing.version >= Version::v16_0 && content.attachments &&
        exception.details.attachments != series.attachments) {
      content.attachments(exception.details, &exception, out);
    }
  }
  out.close();
}

/// The nearest to come, then the nearest that passed.
std::pair<std::size_t, std::size_t> nearest(const std::vector<EventException>& all, Time now) {
  if (all.size() <= exceptions_written_max) return {0, all.size()};
  const auto next = static_cast<std::size_t>(
      std::ranges::lower_bound(all, now, {}, &EventException::original) - all.begin());
  const std::size_t first = std::min(next, all.size() - exceptions_written_max);
  return {first, first + exceptions_written_max};
}

}  // namespace

void write_event(const Event& event, Version version, Time now, const EventContent& content,
                 Writer& writer) {
  const EventWriting writing{event, version};
  for (const SeriesRow& row : series_rows) {
    if (row.versions.contains(version)) row.write(writing, row.tag, writer);
  }
  for (const DetailsRow& row : details_rows()) {
    if (row.versions.contains(version)) row.write(event.details, writing, row.tag, false, writer);
  }
  if (content.body) content.body(event.details, writer);
  if (version >= Version::v16_0 && content.attachments) {
    content.attachments(event.details, nullptr, writer);
  }
  const auto [first, last] = nearest(event.exceptions, now);
  if (!event.recurrence || first == last) return;
  writer.open(calendar::Exceptions);
  for (std::size_t i = first; i < last; ++i) {
    write_exception(event.exceptions[i], writing, content, writer);
  }
  writer.close();
}

}  // namespace godwit::mapping
