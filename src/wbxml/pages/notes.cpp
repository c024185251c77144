#include "wbxml/pages/notes.hpp"

#include <array>

#include "wbxml/page.hpp"

namespace godwit::wbxml::notes {
namespace {

constexpr auto rows = std::to_array<TagInfo>({
    {Subject, "Subject", Content::text, 140},
    {MessageClass, "MessageClass", Content::text, 140},
    {LastModifiedDate, "LastModifiedDate", Content::text, 140},
    {Categories, "Categories", Content::container, 140},
    {Category, "Category", Content::text, 140},
});
static_assert(well_formed(rows, 23));

}  // namespace

constinit const Page page = make_page(23, "Notes", rows);

}  // namespace godwit::wbxml::notes
