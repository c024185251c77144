/// Code page 21, ComposeMail ([MS-ASWBXML] Code Pages).
#pragma once

#include "wbxml/tag.hpp"

namespace godwit::wbxml {
struct Page;
}

namespace godwit::wbxml::compose_mail {

inline constexpr Tag SendMail{21, 0x05};
inline constexpr Tag SmartForward{21, 0x06};
inline constexpr Tag SmartReply{21, 0x07};
inline constexpr Tag SaveInSentItems{21, 0x08};
inline constexpr Tag ReplaceMime{21, 0x09};
inline constexpr Tag Type{21, 0x0A};
inline constexpr Tag Source{21, 0x0B};
inline constexpr Tag FolderId{21, 0x0C};
inline constexpr Tag ItemId{21, 0x0D};
inline constexpr Tag LongId{21, 0x0E};
inline constexpr Tag InstanceId{21, 0x0F};
inline constexpr Tag Mime{21, 0x10};
inline constexpr Tag ClientId{21, 0x11};
inline constexpr Tag Status{21, 0x12};
inline constexpr Tag AccountId{21, 0x13};
inline constexpr Tag Forwardees{21, 0x15};
inline constexpr Tag Forwardee{21, 0x16};
inline constexpr Tag Name{21, 0x17};
inline constexpr Tag Email{21, 0x18};

/// The table of this page.
extern const Page page;

}  // namespace godwit::wbxml::compose_mail
