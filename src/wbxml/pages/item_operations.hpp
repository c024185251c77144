/// Code page 20, ItemOperations ([MS-ASWBXML] Code Pages).
#pragma once

#include "wbxml/tag.hpp"

namespace godwit::wbxml {
struct Page;
}

namespace godwit::wbxml::item_operations {

inline constexpr Tag ItemOperations{20, 0x05};
inline constexpr Tag Fetch{20, 0x06};
inline constexpr Tag Store{20, 0x07};
inline constexpr Tag Options{20, 0x08};
inline constexpr Tag Range{20, 0x09};
inline constexpr Tag Total{20, 0x0A};
inline constexpr Tag Properties{20, 0x0B};
inline constexpr Tag Data{20, 0x0C};
inline constexpr Tag Status{20, 0x0D};
inline constexpr Tag Response{20, 0x0E};
inline constexpr Tag Version{20, 0x0F};
inline constexpr Tag Schema{20, 0x10};
inline constexpr Tag Part{20, 0x11};
inline constexpr Tag EmptyFolderContents{20, 0x12};
inline constexpr Tag DeleteSubFolders{20, 0x13};
inline constexpr Tag UserName{20, 0x14};
inline constexpr Tag Password{20, 0x15};
inline constexpr Tag Move{20, 0x16};
inline constexpr Tag DstFldId{20, 0x17};
inline constexpr Tag ConversationId{20, 0x18};
inline constexpr Tag MoveAlways{20, 0x19};

/// The table of this page.
extern const Page page;

}  // namespace godwit::wbxml::item_operations
