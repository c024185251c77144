/// Code page 12, Contacts2 ([MS-ASWBXML] Code Pages).
#pragma once

#include "wbxml/tag.hpp"

namespace godwit::wbxml {
struct Page;
}

namespace godwit::wbxml::contacts2 {

inline constexpr Tag CustomerId{12, 0x05};
inline constexpr Tag GovernmentId{12, 0x06};
inline constexpr Tag IMAddress{12, 0x07};
inline constexpr Tag IMAddress2{12, 0x08};
inline constexpr Tag IMAddress3{12, 0x09};
inline constexpr Tag ManagerName{12, 0x0A};
inline constexpr Tag CompanyMainPhone{12, 0x0B};
inline constexpr Tag AccountName{12, 0x0C};
inline constexpr Tag NickName{12, 0x0D};
inline constexpr Tag MMS{12, 0x0E};

/// The table of this page.
extern const Page page;

}  // namespace godwit::wbxml::contacts2
