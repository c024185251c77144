#include "wbxml/pages/get_item_estimate.hpp"

#include <array>

#include "wbxml/page.hpp"

namespace godwit::wbxml::get_item_estimate {
namespace {

constexpr auto rows = std::to_array<TagInfo>({
    {GetItemEstimate, "GetItemEstimate", Content::container},
    {Version, "Version", Content::text, 25, 255, true},
    {Collections, "Collections", Content::container},
    {Collection, "Collection", Content::container},
    {Class, "Class", Content::text, 25, 121},
    {CollectionId, "CollectionId", Content::text},
    {DateTime, "DateTime", Content::text, 25, 255, true},
    {Estimate, "Estimate", Content::text},
    {Response, "Response", Content::container},
    {Status, "Status", Content::text},
});
static_assert(well_formed(rows, 6));

}  // namespace

constinit const Page page = make_page(6, "GetItemEstimate", rows);

}  // namespace godwit::wbxml::get_item_estimate
