#include "wbxml/pages/validate_cert.hpp"

#include <array>

#include "wbxml/page.hpp"

namespace godwit::wbxml::validate_cert {
namespace {

constexpr auto rows = std::to_array<TagInfo>({
    {ValidateCert, "ValidateCert", Content::container},
    {Certificates, "Certificates", Content::container},
    {Certificate, "Certificate",
     Content::mixed},  // string base64 in request; container in response
    {CertificateChain, "CertificateChain", Content::container},
    {CheckCRL, "CheckCRL", Content::text},
    {Status, "Status", Content::text},
});
static_assert(well_formed(rows, 11));

}  // namespace

constinit const Page page = make_page(11, "ValidateCert", rows);

}  // namespace godwit::wbxml::validate_cert
