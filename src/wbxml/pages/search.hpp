/// Code page 15, Search ([MS-ASWBXML] Code Pages).
#pragma once

#include "wbxml/tag.hpp"

namespace godwit::wbxml {
struct Page;
}

namespace godwit::wbxml::search {

inline constexpr Tag Search{15, 0x05};
inline constexpr Tag Store{15, 0x07};
inline constexpr Tag Name{15, 0x08};
inline constexpr Tag Query{15, 0x09};
inline constexpr Tag Options{15, 0x0A};
inline constexpr Tag Range{15, 0x0B};
inline constexpr Tag Status{15, 0x0C};
inline constexpr Tag Response{15, 0x0D};
inline constexpr Tag Result{15, 0x0E};
inline constexpr Tag Properties{15, 0x0F};
inline constexpr Tag Total{15, 0x10};
inline constexpr Tag EqualTo{15, 0x11};
inline constexpr Tag Value{15, 0x12};
inline constexpr Tag And{15, 0x13};
inline constexpr Tag Or{15, 0x14};
inline constexpr Tag FreeText{15, 0x15};
inline constexpr Tag DeepTraversal{15, 0x17};
inline constexpr Tag LongId{15, 0x18};
inline constexpr Tag RebuildResults{15, 0x19};
inline constexpr Tag LessThan{15, 0x1A};
inline constexpr Tag GreaterThan{15, 0x1B};
inline constexpr Tag Schema{15, 0x1C};
inline constexpr Tag Supported{15, 0x1D};
inline constexpr Tag UserName{15, 0x1E};
inline constexpr Tag Password{15, 0x1F};
inline constexpr Tag ConversationId{15, 0x20};
inline constexpr Tag Picture{15, 0x21};
inline constexpr Tag MaxSize{15, 0x22};
inline constexpr Tag MaxPictures{15, 0x23};

/// The table of this page.
extern const Page page;

}  // namespace godwit::wbxml::search
