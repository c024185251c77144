#include "wbxml/pages/item_operations.hpp"

#include <array>

#include "wbxml/page.hpp"

namespace godwit::wbxml::item_operations {
namespace {

constexpr auto rows = std::to_array<TagInfo>({
    {ItemOperations, "ItemOperations", Content::container, 120},
    {Fetch, "Fetch", Content::container, 120},
    {Store, "Store", Content::text, 120},
    {Options, "Options", Content::container, 120},
    {Range, "Range", Content::text, 120},
    {Total, "Total", Content::text, 120},
    {Properties, "Properties", Content::container, 120},
    {Data, "Data", Content::text, 120},
    {Status, "Status", Content::text, 120},
    {Response, "Response", Content::container, 120},
    {Version, "Version", Content::text, 120},
    {Schema, "Schema", Content::container, 120},
    {Part, "Part", Content::text, 120},
    {EmptyFolderContents, "EmptyFolderContents", Content::container, 120},
    {DeleteSubFolders, "DeleteSubFolders", Content::empty, 120},
    {UserName, "UserName", Content::text, 121},
    {Password, "Password", Content::text, 121},
    {Move, "Move", Content::container, 140},
    {DstFldId, "DstFldId", Content::text, 140},
    {ConversationId, "ConversationId", Content::opaque, 140},
    {MoveAlways, "MoveAlways", Content::empty, 140},
});
static_assert(well_formed(rows, 20));

}  // namespace

constinit const Page page = make_page(20, "ItemOperations", rows);

}  // namespace godwit::wbxml::item_operations
