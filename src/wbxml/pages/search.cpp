#include "wbxml/pages/search.hpp"

#include <array>

#include "wbxml/page.hpp"

namespace godwit::wbxml::search {
namespace {

constexpr auto rows = std::to_array<TagInfo>({
    {Search, "Search", Content::container},
    {Store, "Store", Content::container},
    {Name, "Name", Content::text},
    {Query, "Query", Content::mixed},  // string for GAL; container otherwise
    {Options, "Options", Content::container},
    {Range, "Range", Content::text},
    {Status, "Status", Content::text},
    {Response, "Response", Content::container},
    {Result, "Result", Content::container},
    {Properties, "Properties", Content::container},
    {Total, "Total", Content::text},
    {EqualTo, "EqualTo", Content::container, 120},
    {Value, "Value", Content::text, 120},
    {And, "And", Content::container, 120},
    {Or, "Or", Content::container, 120},
    {FreeText, "FreeText", Content::text, 120},
    {DeepTraversal, "DeepTraversal", Content::empty, 120},
    {LongId, "LongId", Content::text, 120},
    {RebuildResults, "RebuildResults", Content::empty, 120},
    {LessThan, "LessThan", Content::container, 120},
    {GreaterThan, "GreaterThan", Content::container, 120},
    {Schema, "Schema", Content::container, 120, 255, true},
    {Supported, "Supported", Content::container, 120, 255, true},
    {UserName, "UserName", Content::text, 121},
    {Password, "Password", Content::text, 121},
    {ConversationId, "ConversationId", Content::opaque, 140},
    {Picture, "Picture", Content::container, 141},
    {MaxSize, "MaxSize", Content::text, 141},
    {MaxPictures, "MaxPictures", Content::text, 141},
});
static_assert(well_formed(rows, 15));

}  // namespace

constinit const Page page = make_page(15, "Search", rows);

}  // namespace godwit::wbxml::search
