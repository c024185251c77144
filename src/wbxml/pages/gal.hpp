/// Code page 16, GAL ([MS-ASWBXML] Code Pages).
#pragma once

#include "wbxml/tag.hpp"

namespace godwit::wbxml {
struct Page;
}

namespace godwit::wbxml::gal {

inline constexpr Tag DisplayName{16, 0x05};
inline constexpr Tag Phone{16, 0x06};
inline constexpr Tag Office{16, 0x07};
inline constexpr Tag Title{16, 0x08};
inline constexpr Tag Company{16, 0x09};
inline constexpr Tag Alias{16, 0x0A};
inline constexpr Tag FirstName{16, 0x0B};
inline constexpr Tag LastName{16, 0x0C};
inline constexpr Tag HomePhone{16, 0x0D};
inline constexpr Tag MobilePhone{16, 0x0E};
inline constexpr Tag EmailAddress{16, 0x0F};
inline constexpr Tag Picture{16, 0x10};
inline constexpr Tag Status{16, 0x11};
inline constexpr Tag Data{16, 0x12};

/// The table of this page.
extern const Page page;

}  // namespace godwit::wbxml::gal
