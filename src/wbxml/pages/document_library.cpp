#include "wbxml/pages/document_library.hpp"

#include <array>

#include "wbxml/page.hpp"

namespace godwit::wbxml::document_library {
namespace {

constexpr auto rows = std::to_array<TagInfo>({
    {LinkId, "LinkId", Content::text, 120},
    {DisplayName, "DisplayName", Content::text, 120},
    {IsFolder, "IsFolder", Content::text, 120},
    {CreationDate, "CreationDate", Content::text, 120},
    {LastModifiedDate, "LastModifiedDate", Content::text, 120},
    {IsHidden, "IsHidden", Content::text, 120},
    {ContentLength, "ContentLength", Content::text, 120},
    {ContentType, "ContentType", Content::text, 120},
});
static_assert(well_formed(rows, 19));

}  // namespace

constinit const Page page = make_page(19, "DocumentLibrary", rows);

}  // namespace godwit::wbxml::document_library
