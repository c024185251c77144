/// Code page 13, Ping ([MS-ASWBXML] Code Pages).
#pragma once

#include "wbxml/tag.hpp"

namespace godwit::wbxml {
struct Page;
}

namespace godwit::wbxml::ping {

inline constexpr Tag Ping{13, 0x05};
inline constexpr Tag AutdState{13, 0x06};
inline constexpr Tag Status{13, 0x07};
inline constexpr Tag HeartbeatInterval{13, 0x08};
inline constexpr Tag Folders{13, 0x09};
inline constexpr Tag Folder{13, 0x0A};
inline constexpr Tag Id{13, 0x0B};
inline constexpr Tag Class{13, 0x0C};
inline constexpr Tag MaxFolders{13, 0x0D};

/// The table of this page.
extern const Page page;

}  // namespace godwit::wbxml::ping
