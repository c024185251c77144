/// Code page 17, AirSyncBase ([MS-ASWBXML] Code Pages).
#pragma once

#include "wbxml/tag.hpp"

namespace godwit::wbxml {
struct Page;
}

namespace godwit::wbxml::airsyncbase {

inline constexpr Tag BodyPreference{17, 0x05};
inline constexpr Tag Type{17, 0x06};
inline constexpr Tag TruncationSize{17, 0x07};
inline constexpr Tag AllOrNone{17, 0x08};
inline constexpr Tag Body{17, 0x0A};
inline constexpr Tag Data{17, 0x0B};
inline constexpr Tag EstimatedDataSize{17, 0x0C};
inline constexpr Tag Truncated{17, 0x0D};
inline constexpr Tag Attachments{17, 0x0E};
inline constexpr Tag Attachment{17, 0x0F};
inline constexpr Tag DisplayName{17, 0x10};
inline constexpr Tag FileReference{17, 0x11};
inline constexpr Tag Method{17, 0x12};
inline constexpr Tag ContentId{17, 0x13};
inline constexpr Tag ContentLocation{17, 0x14};
inline constexpr Tag IsInline{17, 0x15};
inline constexpr Tag NativeBodyType{17, 0x16};
inline constexpr Tag ContentType{17, 0x17};
inline constexpr Tag Preview{17, 0x18};
inline constexpr Tag BodyPartPreference{17, 0x19};
inline constexpr Tag BodyPart{17, 0x1A};
inline constexpr Tag Status{17, 0x1B};
inline constexpr Tag Add{17, 0x1C};
inline constexpr Tag Delete{17, 0x1D};
inline constexpr Tag ClientId{17, 0x1E};
inline constexpr Tag Content{17, 0x1F};
inline constexpr Tag Location{17, 0x20};
inline constexpr Tag Annotation{17, 0x21};
inline constexpr Tag Street{17, 0x22};
inline constexpr Tag City{17, 0x23};
inline constexpr Tag State{17, 0x24};
inline constexpr Tag Country{17, 0x25};
inline constexpr Tag PostalCode{17, 0x26};
inline constexpr Tag Latitude{17, 0x27};
inline constexpr Tag Longitude{17, 0x28};
inline constexpr Tag Accuracy{17, 0x29};
inline constexpr Tag Altitude{17, 0x2A};
inline constexpr Tag AltitudeAccuracy{17, 0x2B};
inline constexpr Tag LocationUri{17, 0x2C};
inline constexpr Tag InstanceId{17, 0x2D};

/// The table of this page.
extern const Page page;

}  // namespace godwit::wbxml::airsyncbase
