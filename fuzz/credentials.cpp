// links: godwit_auth
// Whatever a header says: what is taken for credentials is within its bounds and clean, and an
// address or network parses alike when it is asked twice.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "auth/credentials.hpp"
#include "auth/network.hpp"
#include "base/bytes.hpp"
#include "base/text.hpp"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

void check(const godwit::Result<godwit::auth::Credentials>& credentials) {
  if (!credentials) return;
  require(godwit::utf8_valid(credentials->user));
  const bool is_ticket = credentials->scheme == godwit::auth::Scheme::negotiate;
  require(is_ticket || godwit::utf8_valid(credentials->password.reveal()));
  require(!credentials->password.empty());
  const bool named = credentials->scheme == godwit::auth::Scheme::password;
  require(credentials->name.login.empty() != named && credentials->user.empty() != named);
  require(credentials->user.find('\0') == std::string_view::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check(godwit::auth::parse_authorization(bytes));
  check(godwit::auth::parse_authorization("Bearer " + std::string(bytes)));
  check(godwit::auth::parse_authorization("Negotiate " + std::string(bytes)));
  check(godwit::auth::parse_authorization("Basic " + godwit::base64_encode(bytes)));
  const auto address = godwit::auth::Address::parse(bytes);
  const auto network = godwit::auth::Network::parse(bytes);
  if (address && network) require(network->contains(*address));
  return 0;
}
