#include "wbxml/pages/folder_hierarchy.hpp"

#include <array>

#include "wbxml/page.hpp"

namespace godwit::wbxml::folder_hierarchy {
namespace {

constexpr auto rows = std::to_array<TagInfo>({
    {Folders, "Folders", Content::container, 25, 121},
    {Folder, "Folder", Content::container, 25, 121},
    {DisplayName, "DisplayName", Content::text},
    {ServerId, "ServerId", Content::text},
    {ParentId, "ParentId", Content::text},
    {Type, "Type", Content::text},
    {Response, "Response", Content::container, 25, 255, true},
    {Status, "Status", Content::text},
    {ContentClass, "ContentClass", Content::text, 25, 255, true},
    {Changes, "Changes", Content::container},
    {Add, "Add", Content::container},
    {Delete, "Delete", Content::container},
    {Update, "Update", Content::container},
    {SyncKey, "SyncKey", Content::text},
    {FolderCreate, "FolderCreate", Content::container},
    {FolderDelete, "FolderDelete", Content::container},
    {FolderUpdate, "FolderUpdate", Content::container},
    {FolderSync, "FolderSync", Content::container},
    {Count, "Count", Content::text},
    {Version, "Version", Content::text, 25, 255, true},
});
static_assert(well_formed(rows, 7));

}  // namespace

constinit const Page page = make_page(7, "FolderHierarchy", rows);

}  // namespace godwit::wbxml::folder_hierarchy
