#include "wbxml/pages/compose_mail.hpp"

#include <array>

#include "wbxml/page.hpp"

namespace godwit::wbxml::compose_mail {
namespace {

constexpr auto rows = std::to_array<TagInfo>({
    {SendMail, "SendMail", Content::container, 140},
    {SmartForward, "SmartForward", Content::container, 140},
    {SmartReply, "SmartReply", Content::container, 140},
    {SaveInSentItems, "SaveInSentItems", Content::empty, 140},
    {ReplaceMime, "ReplaceMime", Content::empty, 140},
    {Type, "Type", Content::text, 140, 255, true},
    {Source, "Source", Content::container, 140},
    {FolderId, "FolderId", Content::text, 140},
    {ItemId, "ItemId", Content::text, 140},
    {LongId, "LongId", Content::text, 140},
    {InstanceId, "InstanceId", Content::text, 140},
    {Mime, "Mime", Content::opaque, 140},
    {ClientId, "ClientId", Content::text, 140},
    {Status, "Status", Content::text, 140},
    {AccountId, "AccountId", Content::text, 141},
    {Forwardees, "Forwardees", Content::container, 160},
    {Forwardee, "Forwardee", Content::container, 160},
    {Name, "Name", Content::text, 160},
    {Email, "Email", Content::text, 160},
});
static_assert(well_formed(rows, 21));

}  // namespace

constinit const Page page = make_page(21, "ComposeMail", rows);

}  // namespace godwit::wbxml::compose_mail
