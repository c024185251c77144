#include "wbxml/pages/email.hpp"

#include <array>

#include "wbxml/page.hpp"

namespace godwit::wbxml::email {
namespace {

constexpr auto rows = std::to_array<TagInfo>({
    {Attachment, "Attachment", Content::container, 25, 255, true},
    {Attachments, "Attachments", Content::container, 25, 255, true},
    {AttName, "AttName", Content::text, 25, 255, true},
    {AttSize, "AttSize", Content::text, 25, 255, true},
    {AttOId, "AttOId", Content::text, 25, 255, true},
    {AttMethod, "AttMethod", Content::text, 25, 255, true},
    {AttRemoved, "AttRemoved", Content::text, 25, 255, true},
    {Body, "Body", Content::text, 25, 255, true},
    {BodySize, "BodySize", Content::text, 25, 255, true},
    {BodyTruncated, "BodyTruncated", Content::text, 25, 255, true},
    {DateReceived, "DateReceived", Content::text},
    {DisplayName, "DisplayName", Content::text, 25, 255, true},
    {DisplayTo, "DisplayTo", Content::text},
    {Importance, "Importance", Content::text},
    {MessageClass, "MessageClass", Content::text},
    {Subject, "Subject", Content::text},
    {Read, "Read", Content::text},
    {To, "To", Content::text},
    {Cc, "Cc", Content::text},
    {From, "From", Content::text},
    {ReplyTo, "ReplyTo", Content::text},
    {AllDayEvent, "AllDayEvent", Content::text},
    {Categories, "Categories", Content::container, 140},
    {Category, "Category", Content::text, 140},
    {DtStamp, "DtStamp", Content::text},
    {EndTime, "EndTime", Content::text},
    {InstanceType, "InstanceType", Content::text},
    {BusyStatus, "BusyStatus", Content::text},
    {Location, "Location", Content::text, 25, 141},
    {MeetingRequest, "MeetingRequest", Content::container},
    {Organizer, "Organizer", Content::text},
    {RecurrenceId, "RecurrenceId", Content::text},
    {Reminder, "Reminder", Content::text},
    {ResponseRequested, "ResponseRequested", Content::text},
    {Recurrences, "Recurrences", Content::container},
    {Recurrence, "Recurrence", Content::container},
    {Type, "Type", Content::text},
    {Until, "Until", Content::text},
    {Occurrences, "Occurrences", Content::text},
    {Interval, "Interval", Content::text},
    {DayOfWeek, "DayOfWeek", Content::text},
    {DayOfMonth, "DayOfMonth", Content::text},
    {WeekOfMonth, "WeekOfMonth", Content::text},
    {MonthOfYear, "MonthOfYear", Content::text},
    {StartTime, "StartTime", Content::text},
    {Sensitivity, "Sensitivity", Content::text},
    {TimeZone, "TimeZone", Content::text},
    {GlobalObjId, "GlobalObjId", Content::text, 25, 141},
    {ThreadTopic, "ThreadTopic", Content::text},
    {MIMEData, "MIMEData", Content::text, 25, 255, true},
    {MIMETruncated, "MIMETruncated", Content::text, 25, 255, true},
    {MIMESize, "MIMESize", Content::text, 25, 255, true},
    {InternetCPID, "InternetCPID", Content::text},
    {Flag, "Flag", Content::container, 120},
    {Status, "Status", Content::text, 120},
    {ContentClass, "ContentClass", Content::text, 120},
    {FlagType, "FlagType", Content::text, 120},
    {CompleteTime, "CompleteTime", Content::text, 120},
    {DisallowNewTimeProposal, "DisallowNewTimeProposal", Content::text, 140},
});
static_assert(well_formed(rows, 2));

}  // namespace

constinit const Page page = make_page(2, "Email", rows);

}  // namespace godwit::wbxml::email
