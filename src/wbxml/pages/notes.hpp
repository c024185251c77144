/// Code page 23, Notes ([MS-ASWBXML] Code Pages).
#pragma once

#include "wbxml/tag.hpp"

namespace godwit::wbxml {
struct Page;
}

namespace godwit::wbxml::notes {

inline constexpr Tag Subject{23, 0x05};
inline constexpr Tag MessageClass{23, 0x06};
inline constexpr Tag LastModifiedDate{23, 0x07};
inline constexpr Tag Categories{23, 0x08};
inline constexpr Tag Category{23, 0x09};

/// The table of this page.
extern const Page page;

}  // namespace godwit::wbxml::notes
