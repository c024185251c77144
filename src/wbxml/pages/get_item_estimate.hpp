/// Code page 6, GetItemEstimate ([MS-ASWBXML] Code Pages).
#pragma once

#include "wbxml/tag.hpp"

namespace godwit::wbxml {
struct Page;
}

namespace godwit::wbxml::get_item_estimate {

inline constexpr Tag GetItemEstimate{6, 0x05};
inline constexpr Tag Version{6, 0x06};
inline constexpr Tag Collections{6, 0x07};
inline constexpr Tag Collection{6, 0x08};
inline constexpr Tag Class{6, 0x09};
inline constexpr Tag CollectionId{6, 0x0A};
inline constexpr Tag DateTime{6, 0x0B};
inline constexpr Tag Estimate{6, 0x0C};
inline constexpr Tag Response{6, 0x0D};
inline constexpr Tag Status{6, 0x0E};

/// The table of this page.
extern const Page page;

}  // namespace godwit::wbxml::get_item_estimate
