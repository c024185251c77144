#include "wbxml/pages/resolve_recipients.hpp"

#include <array>

#include "wbxml/page.hpp"

namespace godwit::wbxml::resolve_recipients {
namespace {

constexpr auto rows = std::to_array<TagInfo>({
    {ResolveRecipients, "ResolveRecipients", Content::container},
    {Response, "Response", Content::container},
    {Status, "Status", Content::text},
    {Type, "Type", Content::text},
    {Recipient, "Recipient", Content::container},
    {DisplayName, "DisplayName", Content::text},
    {EmailAddress, "EmailAddress", Content::text},
    {Certificates, "Certificates", Content::container},
    {Certificate, "Certificate", Content::text},
    {MiniCertificate, "MiniCertificate", Content::text},
    {Options, "Options", Content::container},
    {To, "To", Content::text},
    {CertificateRetrieval, "CertificateRetrieval", Content::text},
    {RecipientCount, "RecipientCount", Content::text},
    {MaxCertificates, "MaxCertificates", Content::text},
    {MaxAmbiguousRecipients, "MaxAmbiguousRecipients", Content::text},
    {CertificateCount, "CertificateCount", Content::text},
    {Availability, "Availability", Content::container, 140},
    {StartTime, "StartTime", Content::text, 140},
    {EndTime, "EndTime", Content::text, 140},
    {MergedFreeBusy, "MergedFreeBusy", Content::text, 140},
    {Picture, "Picture", Content::container, 141},
    {MaxSize, "MaxSize", Content::text, 141},
    {Data, "Data", Content::opaque, 141},
    {MaxPictures, "MaxPictures", Content::text, 141},
});
static_assert(well_formed(rows, 10));

}  // namespace

constinit const Page page = make_page(10, "ResolveRecipients", rows);

}  // namespace godwit::wbxml::resolve_recipients
