// links: godwit_auth
// Certificates that strangers show: what is taken for a login is plain, chains come back as they
// were, and a name is found alike whoever looks for it twice.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "auth/certificate_owner.hpp"
#include "auth/credentials.hpp"

namespace {

using namespace godwit;

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const auto name : {auth::CertificateName::email, auth::CertificateName::upn,
                          auth::CertificateName::common_name}) {
    const auto owner = auth::certificate_owner(bytes, name);
    require(!owner || auth::is_plain_login(owner->login));
    require(!owner || owner->login.size() <= auth::user_name_max);
  }
  const auto chain = auth::split_certificates(bytes);
  if (!chain) return 0;
  const auto joined = auth::join_certificates(*chain);
  require(joined && joined->reveal() == bytes);
  return 0;
}
