/// Code page 5, Move ([MS-ASWBXML] Code Pages).
#pragma once

#include "wbxml/tag.hpp"

namespace godwit::wbxml {
struct Page;
}

namespace godwit::wbxml::move {

inline constexpr Tag MoveItems{5, 0x05};
inline constexpr Tag Move{5, 0x06};
inline constexpr Tag SrcMsgId{5, 0x07};
inline constexpr Tag SrcFldId{5, 0x08};
inline constexpr Tag DstFldId{5, 0x09};
inline constexpr Tag Response{5, 0x0A};
inline constexpr Tag Status{5, 0x0B};
inline constexpr Tag DstMsgId{5, 0x0C};

/// The table of this page.
extern const Page page;

}  // namespace godwit::wbxml::move
