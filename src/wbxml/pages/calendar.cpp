#include "wbxml/pages/calendar.hpp"

#include <array>

#include "wbxml/page.hpp"

namespace godwit::wbxml::calendar {
namespace {

constexpr auto rows = std::to_array<TagInfo>({
    {Timezone, "Timezone", Content::text},
    {AllDayEvent, "AllDayEvent", Content::text},
    {Attendees, "Attendees", Content::container},
    {Attendee, "Attendee", Content::container},
    {Email, "Email", Content::text},
    {Name, "Name", Content::text},
    {Body, "Body", Content::text, 25, 255, true},
    {BodyTruncated, "BodyTruncated", Content::text, 25, 255, true},
    {BusyStatus, "BusyStatus", Content::text},
    {Categories, "Categories", Content::container},
    {Category, "Category", Content::text},
    {CompressedRTF, "CompressedRTF", Content::text, 25, 255, true},
    {DtStamp, "DtStamp", Content::text},
    {EndTime, "EndTime", Content::text},
    {Exception, "Exception", Content::container},
    {Exceptions, "Exceptions", Content::container},
    {Deleted, "Deleted", Content::text},
    {ExceptionStartTime, "ExceptionStartTime", Content::text, 25, 141},
    {Location, "Location", Content::text, 25, 141},
    {MeetingStatus, "MeetingStatus", Content::text},
    {OrganizerEmail, "OrganizerEmail", Content::text},
    {OrganizerName, "OrganizerName", Content::text},
    {Recurrence, "Recurrence", Content::container},
    {Type, "Type", Content::text},
    {Until, "Until", Content::text},
    {Occurrences, "Occurrences", Content::text},
    {Interval, "Interval", Content::text},
    {DayOfWeek, "DayOfWeek", Content::text},
    {DayOfMonth, "DayOfMonth", Content::text},
    {WeekOfMonth, "WeekOfMonth", Content::text},
    {MonthOfYear, "MonthOfYear", Content::text},
    {Reminder, "Reminder", Content::text},
    {Sensitivity, "Sensitivity", Content::text},
    {Subject, "Subject", Content::text},
    {StartTime, "StartTime", Content::text},
    {UID, "UID", Content::text},
    {AttendeeStatus, "AttendeeStatus", Content::text, 120},
    {AttendeeType, "AttendeeType", Content::text, 120},
    {Attachment, "Attachment", Content::container, 25, 255, true},
    {Attachments, "Attachments", Content::container, 25, 255, true},
    {AttName, "AttName", Content::text, 25, 255, true},
    {AttSize, "AttSize", Content::text, 25, 255, true},
    {AttOId, "AttOId", Content::text, 25, 255, true},
    {AttMethod, "AttMethod", Content::text, 25, 255, true},
    {AttRemoved, "AttRemoved", Content::text, 25, 255, true},
    {DisplayName, "DisplayName", Content::text, 25, 255, true},
    {DisallowNewTimeProposal, "DisallowNewTimeProposal", Content::text, 140},
    {ResponseRequested, "ResponseRequested", Content::text, 140},
    {AppointmentReplyTime, "AppointmentReplyTime", Content::text, 140},
    {ResponseType, "ResponseType", Content::text, 140},
    {CalendarType, "CalendarType", Content::text, 140},
    {IsLeapMonth, "IsLeapMonth", Content::text, 140},
    {FirstDayOfWeek, "FirstDayOfWeek", Content::text, 141},
    {OnlineMeetingConfLink, "OnlineMeetingConfLink", Content::text, 141},
    {OnlineMeetingExternalLink, "OnlineMeetingExternalLink", Content::text, 141},
    {ClientUid, "ClientUid", Content::text, 160},
});
static_assert(well_formed(rows, 4));

}  // namespace

constinit const Page page = make_page(4, "Calendar", rows);

}  // namespace godwit::wbxml::calendar
