#include "wbxml/pages/gal.hpp"

#include <array>

#include "wbxml/page.hpp"

namespace godwit::wbxml::gal {
namespace {

constexpr auto rows = std::to_array<TagInfo>({
    {DisplayName, "DisplayName", Content::text},
    {Phone, "Phone", Content::text},
    {Office, "Office", Content::text},
    {Title, "Title", Content::text},
    {Company, "Company", Content::text},
    {Alias, "Alias", Content::text},
    {FirstName, "FirstName", Content::text},
    {LastName, "LastName", Content::text},
    {HomePhone, "HomePhone", Content::text},
    {MobilePhone, "MobilePhone", Content::text},
    {EmailAddress, "EmailAddress", Content::text},
    {Picture, "Picture", Content::container, 141},
    {Status, "Status", Content::text, 141},
    {Data, "Data", Content::opaque, 141},
});
static_assert(well_formed(rows, 16));

}  // namespace

constinit const Page page = make_page(16, "GAL", rows);

}  // namespace godwit::wbxml::gal
