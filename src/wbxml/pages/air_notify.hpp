/// Code page 3, AirNotify ([MS-ASWBXML] Code Pages).
#pragma once

#include "wbxml/tag.hpp"

namespace godwit::wbxml {
struct Page;
}

namespace godwit::wbxml::air_notify {

inline constexpr Tag Notify{3, 0x05};
inline constexpr Tag Notification{3, 0x06};
inline constexpr Tag Version{3, 0x07};
inline constexpr Tag LifeTime{3, 0x08};
inline constexpr Tag DeviceInfo{3, 0x09};
inline constexpr Tag Enable{3, 0x0A};
inline constexpr Tag Folder{3, 0x0B};
inline constexpr Tag ServerId{3, 0x0C};
inline constexpr Tag DeviceAddress{3, 0x0D};
inline constexpr Tag ValidCarrierProfiles{3, 0x0E};
inline constexpr Tag CarrierProfile{3, 0x0F};
inline constexpr Tag Status{3, 0x10};
inline constexpr Tag Responses{3, 0x11};
inline constexpr Tag Devices{3, 0x12};
inline constexpr Tag Device{3, 0x13};
inline constexpr Tag Id{3, 0x14};
inline constexpr Tag Expiry{3, 0x15};
inline constexpr Tag NotifyGUID{3, 0x16};
inline constexpr Tag DeviceFriendlyName{3, 0x17};

/// The table of this page.
extern const Page page;

}  // namespace godwit::wbxml::air_notify
