/// Code page 24, RightsManagement ([MS-ASWBXML] Code Pages).
#pragma once

#include "wbxml/tag.hpp"

namespace godwit::wbxml {
struct Page;
}

namespace godwit::wbxml::rights_management {

inline constexpr Tag RightsManagementSupport{24, 0x05};
inline constexpr Tag RightsManagementTemplates{24, 0x06};
inline constexpr Tag RightsManagementTemplate{24, 0x07};
inline constexpr Tag RightsManagementLicense{24, 0x08};
inline constexpr Tag EditAllowed{24, 0x09};
inline constexpr Tag ReplyAllowed{24, 0x0A};
inline constexpr Tag ReplyAllAllowed{24, 0x0B};
inline constexpr Tag ForwardAllowed{24, 0x0C};
inline constexpr Tag ModifyRecipientsAllowed{24, 0x0D};
inline constexpr Tag ExtractAllowed{24, 0x0E};
inline constexpr Tag PrintAllowed{24, 0x0F};
inline constexpr Tag ExportAllowed{24, 0x10};
inline constexpr Tag ProgrammaticAccessAllowed{24, 0x11};
inline constexpr Tag Owner{24, 0x12};
inline constexpr Tag ContentExpiryDate{24, 0x13};
inline constexpr Tag TemplateID{24, 0x14};
inline constexpr Tag TemplateName{24, 0x15};
inline constexpr Tag TemplateDescription{24, 0x16};
inline constexpr Tag ContentOwner{24, 0x17};
inline constexpr Tag RemoveRightsManagementProtection{24, 0x18};

/// The table of this page.
extern const Page page;

}  // namespace godwit::wbxml::rights_management
