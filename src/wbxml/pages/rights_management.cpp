#include "wbxml/pages/rights_management.hpp"

#include <array>

#include "wbxml/page.hpp"

namespace godwit::wbxml::rights_management {
namespace {

constexpr auto rows = std::to_array<TagInfo>({
    {RightsManagementSupport, "RightsManagementSupport", Content::text, 141},
    {RightsManagementTemplates, "RightsManagementTemplates", Content::container, 141},
    {RightsManagementTemplate, "RightsManagementTemplate", Content::container, 141},
    {RightsManagementLicense, "RightsManagementLicense", Content::container, 141},
    {EditAllowed, "EditAllowed", Content::text, 141},
    {ReplyAllowed, "ReplyAllowed", Content::text, 141},
    {ReplyAllAllowed, "ReplyAllAllowed", Content::text, 141},
    {ForwardAllowed, "ForwardAllowed", Content::text, 141},
    {ModifyRecipientsAllowed, "ModifyRecipientsAllowed", Content::text, 141},
    {ExtractAllowed, "ExtractAllowed", Content::text, 141},
    {PrintAllowed, "PrintAllowed", Content::text, 141},
    {ExportAllowed, "ExportAllowed", Content::text, 141},
    {ProgrammaticAccessAllowed, "ProgrammaticAccessAllowed", Content::text, 141},
    {Owner, "Owner", Content::text, 141},
    {ContentExpiryDate, "ContentExpiryDate", Content::text, 141},
    {TemplateID, "TemplateID", Content::text, 141},
    {TemplateName, "TemplateName", Content::text, 141},
    {TemplateDescription, "TemplateDescription", Content::text, 141},
    {ContentOwner, "ContentOwner", Content::text, 141},
    {RemoveRightsManagementProtection, "RemoveRightsManagementProtection", Content::empty, 141},
});
static_assert(well_formed(rows, 24));

}  // namespace

constinit const Page page = make_page(24, "RightsManagement", rows);

}  // namespace godwit::wbxml::rights_management
