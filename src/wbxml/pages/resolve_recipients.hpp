/// Code page 10, ResolveRecipients ([MS-ASWBXML] Code Pages).
#pragma once

#include "wbxml/tag.hpp"

namespace godwit::wbxml {
struct Page;
}

namespace godwit::wbxml::resolve_recipients {

inline constexpr Tag ResolveRecipients{10, 0x05};
inline constexpr Tag Response{10, 0x06};
inline constexpr Tag Status{10, 0x07};
inline constexpr Tag Type{10, 0x08};
inline constexpr Tag Recipient{10, 0x09};
inline constexpr Tag DisplayName{10, 0x0A};
inline constexpr Tag EmailAddress{10, 0x0B};
inline constexpr Tag Certificates{10, 0x0C};
inline constexpr Tag Certificate{10, 0x0D};
inline constexpr Tag MiniCertificate{10, 0x0E};
inline constexpr Tag Options{10, 0x0F};
inline constexpr Tag To{10, 0x10};
inline constexpr Tag CertificateRetrieval{10, 0x11};
inline constexpr Tag RecipientCount{10, 0x12};
inline constexpr Tag MaxCertificates{10, 0x13};
inline constexpr Tag MaxAmbiguousRecipients{10, 0x14};
inline constexpr Tag CertificateCount{10, 0x15};
inline constexpr Tag Availability{10, 0x16};
inline constexpr Tag StartTime{10, 0x17};
inline constexpr Tag EndTime{10, 0x18};
inline constexpr Tag MergedFreeBusy{10, 0x19};
inline constexpr Tag Picture{10, 0x1A};
inline constexpr Tag MaxSize{10, 0x1B};
inline constexpr Tag Data{10, 0x1C};
inline constexpr Tag MaxPictures{10, 0x1D};

/// The table of this page.
extern const Page page;

}  // namespace godwit::wbxml::resolve_recipients
