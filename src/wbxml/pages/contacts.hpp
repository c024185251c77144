/// Code page 1, Contacts ([MS-ASWBXML] Code Pages).
#pragma once

#include "wbxml/tag.hpp"

namespace godwit::wbxml {
struct Page;
}

namespace godwit::wbxml::contacts {

inline constexpr Tag Anniversary{1, 0x05};
inline constexpr Tag AssistantName{1, 0x06};
inline constexpr Tag AssistantPhoneNumber{1, 0x07};
inline constexpr Tag Birthday{1, 0x08};
inline constexpr Tag Body{1, 0x09};
inline constexpr Tag BodySize{1, 0x0A};
inline constexpr Tag BodyTruncated{1, 0x0B};
inline constexpr Tag Business2PhoneNumber{1, 0x0C};
inline constexpr Tag BusinessAddressCity{1, 0x0D};
inline constexpr Tag BusinessAddressCountry{1, 0x0E};
inline constexpr Tag BusinessAddressPostalCode{1, 0x0F};
inline constexpr Tag BusinessAddressState{1, 0x10};
inline constexpr Tag BusinessAddressStreet{1, 0x11};
inline constexpr Tag BusinessFaxNumber{1, 0x12};
inline constexpr Tag BusinessPhoneNumber{1, 0x13};
inline constexpr Tag CarPhoneNumber{1, 0x14};
inline constexpr Tag Categories{1, 0x15};
inline constexpr Tag Category{1, 0x16};
inline constexpr Tag Children{1, 0x17};
inline constexpr Tag Child{1, 0x18};
inline constexpr Tag CompanyName{1, 0x19};
inline constexpr Tag Department{1, 0x1A};
inline constexpr Tag Email1Address{1, 0x1B};
inline constexpr Tag Email2Address{1, 0x1C};
inline constexpr Tag Email3Address{1, 0x1D};
inline constexpr Tag FileAs{1, 0x1E};
inline constexpr Tag FirstName{1, 0x1F};
inline constexpr Tag Home2PhoneNumber{1, 0x20};
inline constexpr Tag HomeAddressCity{1, 0x21};
inline constexpr Tag HomeAddressCountry{1, 0x22};
inline constexpr Tag HomeAddressPostalCode{1, 0x23};
inline constexpr Tag HomeAddressState{1, 0x24};
inline constexpr Tag HomeAddressStreet{1, 0x25};
inline constexpr Tag HomeFaxNumber{1, 0x26};
inline constexpr Tag HomePhoneNumber{1, 0x27};
inline constexpr Tag JobTitle{1, 0x28};
inline constexpr Tag LastName{1, 0x29};
inline constexpr Tag MiddleName{1, 0x2A};
inline constexpr Tag MobilePhoneNumber{1, 0x2B};
inline constexpr Tag OfficeLocation{1, 0x2C};
inline constexpr Tag OtherAddressCity{1, 0x2D};
inline constexpr Tag OtherAddressCountry{1, 0x2E};
inline constexpr Tag OtherAddressPostalCode{1, 0x2F};
inline constexpr Tag OtherAddressState{1, 0x30};
inline constexpr Tag OtherAddressStreet{1, 0x31};
inline constexpr Tag PagerNumber{1, 0x32};
inline constexpr Tag RadioPhoneNumber{1, 0x33};
inline constexpr Tag Spouse{1, 0x34};
inline constexpr Tag Suffix{1, 0x35};
inline constexpr Tag Title{1, 0x36};
inline constexpr Tag WebPage{1, 0x37};
inline constexpr Tag YomiCompanyName{1, 0x38};
inline constexpr Tag YomiFirstName{1, 0x39};
inline constexpr Tag YomiLastName{1, 0x3A};
inline constexpr Tag CompressedRTF{1, 0x3B};
inline constexpr Tag Picture{1, 0x3C};
inline constexpr Tag Alias{1, 0x3D};
inline constexpr Tag WeightedRank{1, 0x3E};

/// The table of this page.
extern const Page page;

}  // namespace godwit::wbxml::contacts
