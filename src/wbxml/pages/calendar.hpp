/// Code page 4, Calendar ([MS-ASWBXML] Code Pages).
#pragma once

#include "wbxml/tag.hpp"

namespace godwit::wbxml {
struct Page;
}

namespace godwit::wbxml::calendar {

inline constexpr Tag Timezone{4, 0x05};
inline constexpr Tag AllDayEvent{4, 0x06};
inline constexpr Tag Attendees{4, 0x07};
inline constexpr Tag Attendee{4, 0x08};
inline constexpr Tag Email{4, 0x09};
inline constexpr Tag Name{4, 0x0A};
inline constexpr Tag Body{4, 0x0B};
inline constexpr Tag BodyTruncated{4, 0x0C};
inline constexpr Tag BusyStatus{4, 0x0D};
inline constexpr Tag Categories{4, 0x0E};
inline constexpr Tag Category{4, 0x0F};
inline constexpr Tag CompressedRTF{4, 0x10};
inline constexpr Tag DtStamp{4, 0x11};
inline constexpr Tag EndTime{4, 0x12};
inline constexpr Tag Exception{4, 0x13};
inline constexpr Tag Exceptions{4, 0x14};
inline constexpr Tag Deleted{4, 0x15};
inline constexpr Tag ExceptionStartTime{4, 0x16};
inline constexpr Tag Location{4, 0x17};
inline constexpr Tag MeetingStatus{4, 0x18};
inline constexpr Tag OrganizerEmail{4, 0x19};
inline constexpr Tag OrganizerName{4, 0x1A};
inline constexpr Tag Recurrence{4, 0x1B};
inline constexpr Tag Type{4, 0x1C};
inline constexpr Tag Until{4, 0x1D};
inline constexpr Tag Occurrences{4, 0x1E};
inline constexpr Tag Interval{4, 0x1F};
inline constexpr Tag DayOfWeek{4, 0x20};
inline constexpr Tag DayOfMonth{4, 0x21};
inline constexpr Tag WeekOfMonth{4, 0x22};
inline constexpr Tag MonthOfYear{4, 0x23};
inline constexpr Tag Reminder{4, 0x24};
inline constexpr Tag Sensitivity{4, 0x25};
inline constexpr Tag Subject{4, 0x26};
inline constexpr Tag StartTime{4, 0x27};
inline constexpr Tag UID{4, 0x28};
inline constexpr Tag AttendeeStatus{4, 0x29};
inline constexpr Tag AttendeeType{4, 0x2A};
inline constexpr Tag Attachment{4, 0x2B};
inline constexpr Tag Attachments{4, 0x2C};
inline constexpr Tag AttName{4, 0x2D};
inline constexpr Tag AttSize{4, 0x2E};
inline constexpr Tag AttOId{4, 0x2F};
inline constexpr Tag AttMethod{4, 0x30};
inline constexpr Tag AttRemoved{4, 0x31};
inline constexpr Tag DisplayName{4, 0x32};
inline constexpr Tag DisallowNewTimeProposal{4, 0x33};
inline constexpr Tag ResponseRequested{4, 0x34};
inline constexpr Tag AppointmentReplyTime{4, 0x35};
inline constexpr Tag ResponseType{4, 0x36};
inline constexpr Tag CalendarType{4, 0x37};
inline constexpr Tag IsLeapMonth{4, 0x38};
inline constexpr Tag FirstDayOfWeek{4, 0x39};
inline constexpr Tag OnlineMeetingConfLink{4, 0x3A};
inline constexpr Tag OnlineMeetingExternalLink{4, 0x3B};
inline constexpr Tag ClientUid{4, 0x3C};

/// The table of this page.
extern const Page page;

}  // namespace godwit::wbxml::calendar
