#include "wbxml/pages/contacts.hpp"

#include <array>

#include "wbxml/page.hpp"

namespace godwit::wbxml::contacts {
namespace {

constexpr auto rows = std::to_array<TagInfo>({
    {Anniversary, "Anniversary", Content::text},
    {AssistantName, "AssistantName", Content::text},
    {AssistantPhoneNumber, "AssistantPhoneNumber", Content::text},
    {Birthday, "Birthday", Content::text},
    {Body, "Body", Content::text, 25, 255, true},
    {BodySize, "BodySize", Content::text, 25, 255, true},
    {BodyTruncated, "BodyTruncated", Content::text, 25, 255, true},
    {Business2PhoneNumber, "Business2PhoneNumber", Content::text},
    {BusinessAddressCity, "BusinessAddressCity", Content::text},
    {BusinessAddressCountry, "BusinessAddressCountry", Content::text},
    {BusinessAddressPostalCode, "BusinessAddressPostalCode", Content::text},
    {BusinessAddressState, "BusinessAddressState", Content::text},
    {BusinessAddressStreet, "BusinessAddressStreet", Content::text},
    {BusinessFaxNumber, "BusinessFaxNumber", Content::text},
    {BusinessPhoneNumber, "BusinessPhoneNumber", Content::text},
    {CarPhoneNumber, "CarPhoneNumber", Content::text},
    {Categories, "Categories", Content::container},
    {Category, "Category", Content::text},
    {Children, "Children", Content::container},
    {Child, "Child", Content::text},
    {CompanyName, "CompanyName", Content::text},
    {Department, "Department", Content::text},
    {Email1Address, "Email1Address", Content::text},
    {Email2Address, "Email2Address", Content::text},
    {Email3Address, "Email3Address", Content::text},
    {FileAs, "FileAs", Content::text},
    {FirstName, "FirstName", Content::text},
    {Home2PhoneNumber, "Home2PhoneNumber", Content::text},
    {HomeAddressCity, "HomeAddressCity", Content::text},
    {HomeAddressCountry, "HomeAddressCountry", Content::text},
    {HomeAddressPostalCode, "HomeAddressPostalCode", Content::text},
    {HomeAddressState, "HomeAddressState", Content::text},
    {HomeAddressStreet, "HomeAddressStreet", Content::text},
    {HomeFaxNumber, "HomeFaxNumber", Content::text},
    {HomePhoneNumber, "HomePhoneNumber", Content::text},
    {JobTitle, "JobTitle", Content::text},
    {LastName, "LastName", Content::text},
    {MiddleName, "MiddleName", Content::text},
    {MobilePhoneNumber, "MobilePhoneNumber", Content::text},
    {OfficeLocation, "OfficeLocation", Content::text},
    {OtherAddressCity, "OtherAddressCity", Content::text},
    {OtherAddressCountry, "OtherAddressCountry", Content::text},
    {OtherAddressPostalCode, "OtherAddressPostalCode", Content::text},
    {OtherAddressState, "OtherAddressState", Content::text},
    {OtherAddressStreet, "OtherAddressStreet", Content::text},
    {PagerNumber, "PagerNumber", Content::text},
    {RadioPhoneNumber, "RadioPhoneNumber", Content::text},
    {Spouse, "Spouse", Content::text},
    {Suffix, "Suffix", Content::text},
    {Title, "Title", Content::text},
    {WebPage, "WebPage", Content::text},
    {YomiCompanyName, "YomiCompanyName", Content::text},
    {YomiFirstName, "YomiFirstName", Content::text},
    {YomiLastName, "YomiLastName", Content::text},
    {CompressedRTF, "CompressedRTF", Content::text, 25, 255, true},
    {Picture, "Picture", Content::text},
    {Alias, "Alias", Content::text, 140},
    {WeightedRank, "WeightedRank", Content::text, 140},
});
static_assert(well_formed(rows, 1));

}  // namespace

constinit const Page page = make_page(1, "Contacts", rows);

}  // namespace godwit::wbxml::contacts
