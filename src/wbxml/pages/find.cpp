#include "wbxml/pages/find.hpp"

#include <array>

#include "wbxml/page.hpp"

namespace godwit::wbxml::find {
namespace {

constexpr auto rows = std::to_array<TagInfo>({
    {Find, "Find", Content::container, 161},
    {SearchId, "SearchId", Content::text, 161},
    {ExecuteSearch, "ExecuteSearch", Content::container, 161},
    {MailBoxSearchCriterion, "MailBoxSearchCriterion", Content::container, 161},
    {Query, "Query", Content::mixed, 161},  // string for GAL; container for mailbox
    {Status, "Status", Content::text, 161},
    {FreeText, "FreeText", Content::text, 161},
    {Options, "Options", Content::container, 161},
    {Range, "Range", Content::text, 161},
    {DeepTraversal, "DeepTraversal", Content::empty, 161},
    {Response, "Response", Content::container, 161},
    {Result, "Result", Content::container, 161},
    {Properties, "Properties", Content::container, 161},
    {Preview, "Preview", Content::text, 161},
    {HasAttachments, "HasAttachments", Content::text, 161},
    {Total, "Total", Content::text, 161},
    {DisplayCc, "DisplayCc", Content::text, 161},
    {DisplayBcc, "DisplayBcc", Content::text, 161},
    {GalSearchCriterion, "GalSearchCriterion", Content::container, 161},
    {MaxPictures, "MaxPictures", Content::text, 161},
    {MaxSize, "MaxSize", Content::text, 161},
    {Picture, "Picture", Content::container, 161},
});
static_assert(well_formed(rows, 25));

}  // namespace

constinit const Page page = make_page(25, "Find", rows);

}  // namespace godwit::wbxml::find
