/// Code page 22, Email2 ([MS-ASWBXML] Code Pages).
#pragma once

#include "wbxml/tag.hpp"

namespace godwit::wbxml {
struct Page;
}

namespace godwit::wbxml::email2 {

inline constexpr Tag UmCallerID{22, 0x05};
inline constexpr Tag UmUserNotes{22, 0x06};
inline constexpr Tag UmAttDuration{22, 0x07};
inline constexpr Tag UmAttOrder{22, 0x08};
inline constexpr Tag ConversationId{22, 0x09};
inline constexpr Tag ConversationIndex{22, 0x0A};
inline constexpr Tag LastVerbExecuted{22, 0x0B};
inline constexpr Tag LastVerbExecutionTime{22, 0x0C};
inline constexpr Tag ReceivedAsBcc{22, 0x0D};
inline constexpr Tag Sender{22, 0x0E};
inline constexpr Tag CalendarType{22, 0x0F};
inline constexpr Tag IsLeapMonth{22, 0x10};
inline constexpr Tag AccountId{22, 0x11};
inline constexpr Tag FirstDayOfWeek{22, 0x12};
inline constexpr Tag MeetingMessageType{22, 0x13};
inline constexpr Tag IsDraft{22, 0x15};
inline constexpr Tag Bcc{22, 0x16};
inline constexpr Tag Send{22, 0x17};

/// The table of this page.
extern const Page page;

}  // namespace godwit::wbxml::email2
