/// Code page 11, ValidateCert ([MS-ASWBXML] Code Pages).
#pragma once

#include "wbxml/tag.hpp"

namespace godwit::wbxml {
struct Page;
}

namespace godwit::wbxml::validate_cert {

inline constexpr Tag ValidateCert{11, 0x05};
inline constexpr Tag Certificates{11, 0x06};
inline constexpr Tag Certificate{11, 0x07};
inline constexpr Tag CertificateChain{11, 0x08};
inline constexpr Tag CheckCRL{11, 0x09};
inline constexpr Tag Status{11, 0x0A};

/// The table of this page.
extern const Page page;

}  // namespace godwit::wbxml::validate_cert
