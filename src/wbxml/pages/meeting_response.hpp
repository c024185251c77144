/// Code page 8, MeetingResponse ([MS-ASWBXML] Code Pages).
#pragma once

#include "wbxml/tag.hpp"

namespace godwit::wbxml {
struct Page;
}

namespace godwit::wbxml::meeting_response {

inline constexpr Tag CalendarId{8, 0x05};
inline constexpr Tag CollectionId{8, 0x06};
inline constexpr Tag MeetingResponse{8, 0x07};
inline constexpr Tag RequestId{8, 0x08};
inline constexpr Tag Request{8, 0x09};
inline constexpr Tag Result{8, 0x0A};
inline constexpr Tag Status{8, 0x0B};
inline constexpr Tag UserResponse{8, 0x0C};
inline constexpr Tag Version{8, 0x0D};
inline constexpr Tag InstanceId{8, 0x0E};
inline constexpr Tag ProposedStartTime{8, 0x10};
inline constexpr Tag ProposedEndTime{8, 0x11};
inline constexpr Tag SendResponse{8, 0x12};

/// The table of this page.
extern const Page page;

}  // namespace godwit::wbxml::meeting_response
