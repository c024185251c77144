// links: godwit_auth
// parser: auth/jose.cpp auth/key_set.cpp
// Whatever is sent as a token, or published as keys: of all tokens one alone is let in, the one
// that was signed by a key thrown away since, and in one spelling; keys that were read refuse junk.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "auth/bearer_token.hpp"
#include "auth/jose.hpp"
#include "auth/key_set.hpp"
#include "base/bytes.hpp"

namespace {

namespace auth = godwit::auth;

constexpr std::string_view published =
    R"({"keys":[{"kty":"RSA","kid":"k","use":"sig","alg":"RS256","e":"AQAB","n":")"
    "9s1LEZw4v-3U3kV0ebXhprDuQrWbygmKPqcINzp-RmswBXya9CwW2tbGXSKgVPm4E3d7m-q9BbVhgpNjOg18-hU_4o9f"
    "pFZu01ax7s4lDlds4Pp0QPSaxTcmZ84Tq7CPr-Vm9nS3pm6iHJBZAB56wfT5fcqJ7DGQyEmn7GH1AbAIeuUNko7kadQr"
    "TO5QFnBRAzqXLPz76vuoDa93Jar7jm4HmPbA4n8xLPm5D2TwHeKVZQcnrZbq10NYjn4t8I9tRIPdess5a0S63NJMKQTI"
    "JP6w7PQpfE0BgwQwVQ30cTixbbZ4ajxO4J03r8sxOgcehqXyX45zKRpN7Vtix1bN_Q"
    R"("}]})";
constexpr std::string_view good =
    "eyJhbGciOiJSUzI1NiIsImtpZCI6ImsiLCJ0eXAiOiJKV1QifQ.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUub3JnI"
    "iwiYXVkIjpbImdvZHdpdCJdLCJleHAiOjE3NTAwMDA2MDAsIm5iZiI6MTc0OTk5OTAwMCwiZW1haWwiOiJhbm5AZXhhb"
    "XBsZS5vcmciLCJlbWFpbF92ZXJpZmllZCI6dHJ1ZSwic2NvcGUiOiJvcGVuaWQgbWFpbCJ9.KjAsMwJZnci6r69Z_D4S"
    "9HaS7d75kou0kyU43WQHMizNMKDVG2nRgoKcBMgPzjl1vhMRLnOAFYNmJjUi_NJJE-Gb22dwD8PFrxhs3Hpg_BeyLMIK"
    "EgIDrNn24X4YhY8TFkIOCEe-CfAOXJNps6IOtmZbwznxTVRksAH6Hx0UyEWCb1NBshnfv55NKUPxHRSPuqvfQo16TLC8"
    "HMgbt4IV1AoeXrspm6DDRAqsYo4Suwc2OE8LdzRNDw4OiGONmVhSkvk403yvy3kfMCcmL52bq5DbPY4EMy4zK6UEqmTz"
    "Y2B74uO6EN--jMfB9wiwDEMcMWFolrHPA6TVo9e6fPperQ";
constexpr godwit::Time now{std::chrono::seconds(1'750'000'000)};

void require(bool condition) {
  if (!condition) std::abort();
}

std::string base64url(std::string_view bytes) {
  std::string out;
  for (const char c : godwit::base64_encode(bytes)) {
    if (c != '=') out += c == '+' ? '-' : c == '/' ? '_' : c;
  }
  return out;
}

void check_token(const std::string& token) {
  static const auto keys = auth::KeySet::parse(published);
  static const auth::TokenRules rules{.issuer = "https://id.example.org", .audience = "godwit"};
  const auto verified = auth::verify_token(godwit::Secret(token), rules, *keys, now);
  require(verified.has_value() == (token == good));
}

/// Head and claims in the clear, a line each, so that changes of them are tokens still.
void check_clear(std::string_view text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return;
  const std::string_view signature = good.substr(good.rfind('.'));
  std::string token = base64url(text.substr(0, end)) + '.';
  token += base64url(text.substr(end + 1));
  token += signature;
  check_token(token);
}

void check_keys(std::string_view json) {
  const auto keys = auth::KeySet::parse(json);
  if (!keys) return;
  require(keys->size() > 0 && keys->size() <= auth::keys_max);
  for (const auto algorithm : {auth::Algorithm::rs256, auth::Algorithm::ps256,
                               auth::Algorithm::es256, auth::Algorithm::es512}) {
    require(!keys->verify(algorithm, "k", "a.b", std::string(64, 's')));
  }
}

void check_base64url(std::string_view text) {
  const auto bytes = auth::base64url_decode(text);
  if (bytes) require(base64url(*bytes) == text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check_token(std::string(bytes));
  check_clear(bytes);
  check_keys(bytes);
  check_base64url(bytes);
  return 0;
}
