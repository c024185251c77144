/// Code page 25, Find ([MS-ASWBXML] Code Pages).
#pragma once

#include "wbxml/tag.hpp"

namespace godwit::wbxml {
struct Page;
}

namespace godwit::wbxml::find {

inline constexpr Tag Find{25, 0x05};
inline constexpr Tag SearchId{25, 0x06};
inline constexpr Tag ExecuteSearch{25, 0x07};
inline constexpr Tag MailBoxSearchCriterion{25, 0x08};
inline constexpr Tag Query{25, 0x09};
inline constexpr Tag Status{25, 0x0A};
inline constexpr Tag FreeText{25, 0x0B};
inline constexpr Tag Options{25, 0x0C};
inline constexpr Tag Range{25, 0x0D};
inline constexpr Tag DeepTraversal{25, 0x0E};
inline constexpr Tag Response{25, 0x11};
inline constexpr Tag Result{25, 0x12};
inline constexpr Tag Properties{25, 0x13};
inline constexpr Tag Preview{25, 0x14};
inline constexpr Tag HasAttachments{25, 0x15};
inline constexpr Tag Total{25, 0x16};
inline constexpr Tag DisplayCc{25, 0x17};
inline constexpr Tag DisplayBcc{25, 0x18};
inline constexpr Tag GalSearchCriterion{25, 0x19};
inline constexpr Tag MaxPictures{25, 0x20};
inline constexpr Tag MaxSize{25, 0x21};
inline constexpr Tag Picture{25, 0x22};

/// The table of this page.
extern const Page page;

}  // namespace godwit::wbxml::find
