/// Code page 18, Settings ([MS-ASWBXML] Code Pages).
#pragma once

#include "wbxml/tag.hpp"

namespace godwit::wbxml {
struct Page;
}

namespace godwit::wbxml::settings {

inline constexpr Tag Settings{18, 0x05};
inline constexpr Tag Status{18, 0x06};
inline constexpr Tag Get{18, 0x07};
inline constexpr Tag Set{18, 0x08};
inline constexpr Tag Oof{18, 0x09};
inline constexpr Tag OofState{18, 0x0A};
inline constexpr Tag StartTime{18, 0x0B};
inline constexpr Tag EndTime{18, 0x0C};
inline constexpr Tag OofMessage{18, 0x0D};
inline constexpr Tag AppliesToInternal{18, 0x0E};
inline constexpr Tag AppliesToExternalKnown{18, 0x0F};
inline constexpr Tag AppliesToExternalUnknown{18, 0x10};
inline constexpr Tag Enabled{18, 0x11};
inline constexpr Tag ReplyMessage{18, 0x12};
inline constexpr Tag BodyType{18, 0x13};
inline constexpr Tag DevicePassword{18, 0x14};
inline constexpr Tag Password{18, 0x15};
inline constexpr Tag DeviceInformation{18, 0x16};
inline constexpr Tag Model{18, 0x17};
inline constexpr Tag IMEI{18, 0x18};
inline constexpr Tag FriendlyName{18, 0x19};
inline constexpr Tag OS{18, 0x1A};
inline constexpr Tag OSLanguage{18, 0x1B};
inline constexpr Tag PhoneNumber{18, 0x1C};
inline constexpr Tag UserInformation{18, 0x1D};
inline constexpr Tag EmailAddresses{18, 0x1E};
inline constexpr Tag SMTPAddress{18, 0x1F};
inline constexpr Tag UserAgent{18, 0x20};
inline constexpr Tag EnableOutboundSMS{18, 0x21};
inline constexpr Tag MobileOperator{18, 0x22};
inline constexpr Tag PrimarySmtpAddress{18, 0x23};
inline constexpr Tag Accounts{18, 0x24};
inline constexpr Tag Account{18, 0x25};
inline constexpr Tag AccountId{18, 0x26};
inline constexpr Tag AccountName{18, 0x27};
inline constexpr Tag UserDisplayName{18, 0x28};
inline constexpr Tag SendDisabled{18, 0x29};
inline constexpr Tag RightsManagementInformation{18, 0x2B};

/// The table of this page.
extern const Page page;

}  // namespace godwit::wbxml::settings
