/// Code page 2, Email ([MS-ASWBXML] Code Pages).
#pragma once

#include "wbxml/tag.hpp"

namespace godwit::wbxml {
struct Page;
}

namespace godwit::wbxml::email {

inline constexpr Tag Attachment{2, 0x05};
inline constexpr Tag Attachments{2, 0x06};
inline constexpr Tag AttName{2, 0x07};
inline constexpr Tag AttSize{2, 0x08};
inline constexpr Tag AttOId{2, 0x09};
inline constexpr Tag AttMethod{2, 0x0A};
inline constexpr Tag AttRemoved{2, 0x0B};
inline constexpr Tag Body{2, 0x0C};
inline constexpr Tag BodySize{2, 0x0D};
inline constexpr Tag BodyTruncated{2, 0x0E};
inline constexpr Tag DateReceived{2, 0x0F};
inline constexpr Tag DisplayName{2, 0x10};
inline constexpr Tag DisplayTo{2, 0x11};
inline constexpr Tag Importance{2, 0x12};
inline constexpr Tag MessageClass{2, 0x13};
inline constexpr Tag Subject{2, 0x14};
inline constexpr Tag Read{2, 0x15};
inline constexpr Tag To{2, 0x16};
inline constexpr Tag Cc{2, 0x17};
inline constexpr Tag From{2, 0x18};
inline constexpr Tag ReplyTo{2, 0x19};
inline constexpr Tag AllDayEvent{2, 0x1A};
inline constexpr Tag Categories{2, 0x1B};
inline constexpr Tag Category{2, 0x1C};
inline constexpr Tag DtStamp{2, 0x1D};
inline constexpr Tag EndTime{2, 0x1E};
inline constexpr Tag InstanceType{2, 0x1F};
inline constexpr Tag BusyStatus{2, 0x20};
inline constexpr Tag Location{2, 0x21};
inline constexpr Tag MeetingRequest{2, 0x22};
inline constexpr Tag Organizer{2, 0x23};
inline constexpr Tag RecurrenceId{2, 0x24};
inline constexpr Tag Reminder{2, 0x25};
inline constexpr Tag ResponseRequested{2, 0x26};
inline constexpr Tag Recurrences{2, 0x27};
inline constexpr Tag Recurrence{2, 0x28};
inline constexpr Tag Type{2, 0x29};
inline constexpr Tag Until{2, 0x2A};
inline constexpr Tag Occurrences{2, 0x2B};
inline constexpr Tag Interval{2, 0x2C};
inline constexpr Tag DayOfWeek{2, 0x2D};
inline constexpr Tag DayOfMonth{2, 0x2E};
inline constexpr Tag WeekOfMonth{2, 0x2F};
inline constexpr Tag MonthOfYear{2, 0x30};
inline constexpr Tag StartTime{2, 0x31};
inline constexpr Tag Sensitivity{2, 0x32};
inline constexpr Tag TimeZone{2, 0x33};
inline constexpr Tag GlobalObjId{2, 0x34};
inline constexpr Tag ThreadTopic{2, 0x35};
inline constexpr Tag MIMEData{2, 0x36};
inline constexpr Tag MIMETruncated{2, 0x37};
inline constexpr Tag MIMESize{2, 0x38};
inline constexpr Tag InternetCPID{2, 0x39};
inline constexpr Tag Flag{2, 0x3A};
inline constexpr Tag Status{2, 0x3B};
inline constexpr Tag ContentClass{2, 0x3C};
inline constexpr Tag FlagType{2, 0x3D};
inline constexpr Tag CompleteTime{2, 0x3E};
inline constexpr Tag DisallowNewTimeProposal{2, 0x3F};

/// The table of this page.
extern const Page page;

}  // namespace godwit::wbxml::email
