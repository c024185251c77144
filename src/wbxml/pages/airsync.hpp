/// Code page 0, AirSync ([MS-ASWBXML] Code Pages).
#pragma once

#include "wbxml/tag.hpp"

namespace godwit::wbxml {
struct Page;
}

namespace godwit::wbxml::airsync {

inline constexpr Tag Sync{0, 0x05};
inline constexpr Tag Responses{0, 0x06};
inline constexpr Tag Add{0, 0x07};
inline constexpr Tag Change{0, 0x08};
inline constexpr Tag Delete{0, 0x09};
inline constexpr Tag Fetch{0, 0x0A};
inline constexpr Tag SyncKey{0, 0x0B};
inline constexpr Tag ClientId{0, 0x0C};
inline constexpr Tag ServerId{0, 0x0D};
inline constexpr Tag Status{0, 0x0E};
inline constexpr Tag Collection{0, 0x0F};
inline constexpr Tag Class{0, 0x10};
inline constexpr Tag Version{0, 0x11};
inline constexpr Tag CollectionId{0, 0x12};
inline constexpr Tag GetChanges{0, 0x13};
inline constexpr Tag MoreAvailable{0, 0x14};
inline constexpr Tag WindowSize{0, 0x15};
inline constexpr Tag Commands{0, 0x16};
inline constexpr Tag Options{0, 0x17};
inline constexpr Tag FilterType{0, 0x18};
inline constexpr Tag Truncation{0, 0x19};
inline constexpr Tag RTFTruncation{0, 0x1A};
inline constexpr Tag Conflict{0, 0x1B};
inline constexpr Tag Collections{0, 0x1C};
inline constexpr Tag ApplicationData{0, 0x1D};
inline constexpr Tag DeletesAsMoves{0, 0x1E};
inline constexpr Tag NotifyGUID{0, 0x1F};
inline constexpr Tag Supported{0, 0x20};
inline constexpr Tag SoftDelete{0, 0x21};
inline constexpr Tag MIMESupport{0, 0x22};
inline constexpr Tag MIMETruncation{0, 0x23};
inline constexpr Tag Wait{0, 0x24};
inline constexpr Tag Limit{0, 0x25};
inline constexpr Tag Partial{0, 0x26};
inline constexpr Tag ConversationMode{0, 0x27};
inline constexpr Tag MaxItems{0, 0x28};
inline constexpr Tag HeartbeatInterval{0, 0x29};

/// The table of this page.
extern const Page page;

}  // namespace godwit::wbxml::airsync
