/// Code page 19, DocumentLibrary ([MS-ASWBXML] Code Pages).
#pragma once

#include "wbxml/tag.hpp"

namespace godwit::wbxml {
struct Page;
}

namespace godwit::wbxml::document_library {

inline constexpr Tag LinkId{19, 0x05};
inline constexpr Tag DisplayName{19, 0x06};
inline constexpr Tag IsFolder{19, 0x07};
inline constexpr Tag CreationDate{19, 0x08};
inline constexpr Tag LastModifiedDate{19, 0x09};
inline constexpr Tag IsHidden{19, 0x0A};
inline constexpr Tag ContentLength{19, 0x0B};
inline constexpr Tag ContentType{19, 0x0C};

/// The table of this page.
extern const Page page;

}  // namespace godwit::wbxml::document_library
