/// Code page 7, FolderHierarchy ([MS-ASWBXML] Code Pages).
#pragma once

#include "wbxml/tag.hpp"

namespace godwit::wbxml {
struct Page;
}

namespace godwit::wbxml::folder_hierarchy {

inline constexpr Tag Folders{7, 0x05};
inline constexpr Tag Folder{7, 0x06};
inline constexpr Tag DisplayName{7, 0x07};
inline constexpr Tag ServerId{7, 0x08};
inline constexpr Tag ParentId{7, 0x09};
inline constexpr Tag Type{7, 0x0A};
inline constexpr Tag Response{7, 0x0B};
inline constexpr Tag Status{7, 0x0C};
inline constexpr Tag ContentClass{7, 0x0D};
inline constexpr Tag Changes{7, 0x0E};
inline constexpr Tag Add{7, 0x0F};
inline constexpr Tag Delete{7, 0x10};
inline constexpr Tag Update{7, 0x11};
inline constexpr Tag SyncKey{7, 0x12};
inline constexpr Tag FolderCreate{7, 0x13};
inline constexpr Tag FolderDelete{7, 0x14};
inline constexpr Tag FolderUpdate{7, 0x15};
inline constexpr Tag FolderSync{7, 0x16};
inline constexpr Tag Count{7, 0x17};
inline constexpr Tag Version{7, 0x18};

/// The table of this page.
extern const Page page;

}  // namespace godwit::wbxml::folder_hierarchy
