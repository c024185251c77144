/// Code page 9, Tasks ([MS-ASWBXML] Code Pages).
#pragma once

#include "wbxml/tag.hpp"

namespace godwit::wbxml {
struct Page;
}

namespace godwit::wbxml::tasks {

inline constexpr Tag Body{9, 0x05};
inline constexpr Tag BodySize{9, 0x06};
inline constexpr Tag BodyTruncated{9, 0x07};
inline constexpr Tag Categories{9, 0x08};
inline constexpr Tag Category{9, 0x09};
inline constexpr Tag Complete{9, 0x0A};
inline constexpr Tag DateCompleted{9, 0x0B};
inline constexpr Tag DueDate{9, 0x0C};
inline constexpr Tag UtcDueDate{9, 0x0D};
inline constexpr Tag Importance{9, 0x0E};
inline constexpr Tag Recurrence{9, 0x0F};
inline constexpr Tag Type{9, 0x10};
inline constexpr Tag Start{9, 0x11};
inline constexpr Tag Until{9, 0x12};
inline constexpr Tag Occurrences{9, 0x13};
inline constexpr Tag Interval{9, 0x14};
inline constexpr Tag DayOfMonth{9, 0x15};
inline constexpr Tag DayOfWeek{9, 0x16};
inline constexpr Tag WeekOfMonth{9, 0x17};
inline constexpr Tag MonthOfYear{9, 0x18};
inline constexpr Tag Regenerate{9, 0x19};
inline constexpr Tag DeadOccur{9, 0x1A};
inline constexpr Tag ReminderSet{9, 0x1B};
inline constexpr Tag ReminderTime{9, 0x1C};
inline constexpr Tag Sensitivity{9, 0x1D};
inline constexpr Tag StartDate{9, 0x1E};
inline constexpr Tag UtcStartDate{9, 0x1F};
inline constexpr Tag Subject{9, 0x20};
inline constexpr Tag CompressedRTF{9, 0x21};
inline constexpr Tag OrdinalDate{9, 0x22};
inline constexpr Tag SubOrdinalDate{9, 0x23};
inline constexpr Tag CalendarType{9, 0x24};
inline constexpr Tag IsLeapMonth{9, 0x25};
inline constexpr Tag FirstDayOfWeek{9, 0x26};

/// The table of this page.
extern const Page page;

}  // namespace godwit::wbxml::tasks
