#include "wbxml/pages/contacts2.hpp"

#include <array>

#include "wbxml/page.hpp"

namespace godwit::wbxml::contacts2 {
namespace {

constexpr auto rows = std::to_array<TagInfo>({
    {CustomerId, "CustomerId", Content::text},
    {GovernmentId, "GovernmentId", Content::text},
    {IMAddress, "IMAddress", Content::text},
    {IMAddress2, "IMAddress2", Content::text},
    {IMAddress3, "IMAddress3", Content::text},
    {ManagerName, "ManagerName", Content::text},
    {CompanyMainPhone, "CompanyMainPhone", Content::text},
    {AccountName, "AccountName", Content::text},
    {NickName, "NickName", Content::text},
    {MMS, "MMS", Content::text},
});
static_assert(well_formed(rows, 12));

}  // namespace

constinit const Page page = make_page(12, "Contacts2", rows);

}  // namespace godwit::wbxml::contacts2
