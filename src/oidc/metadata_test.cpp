#include "oidc/metadata.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

namespace godwit::oidc {
namespace {

using Json = nlohmann::json;

constexpr const char* issuer = "https://id.example.org/realms/staff";

std::vector<std::string> places(std::string_view name) {
  std::vector<std::string> out;
  if (const auto found = metadata_places(name)) {
    for (const Place& place : *found) out.push_back(place.host() + ' ' + place.target);
  }
  return out;
}

Json metadata() {
  return {{"issuer", issuer},
          {"jwks_uri", "https://keys.example.org/set?realm=staff"},
          {"authorization_endpoint", "https://id.example.org/authorize"}};
}

Errc error_of(const std::string& json) {
  const auto parsed = parse_metadata(json, issuer);
  return parsed ? Errc::conflict : parsed.error().code;
}

Errc error_with(const char* name, const Json& value) {
  Json changed = metadata();
  changed[name] = value;
  return error_of(changed.dump());
}

TEST(Metadata, LiesBelowTheIssuersNameAndBesideIt) {
  EXPECT_EQ(places("https://id.example.org"),
            (std::vector<std::string>{"id.example.org /.well-known/openid-configuration",
                                      "id.example.org /.well-known/oauth-authorization-server"}));
  // RFC 8414 3.1: what the name has of a path stands behind.
  EXPECT_EQ(places("https://id.example.org:8443/realms/staff/"),
            (std::vector<std::string>{
                "id.example.org:8443 /realms/staff/.well-known/openid-configuration",
                "id.example.org:8443 /.well-known/oauth-authorization-server/realms/staff"}));
  EXPECT_EQ(places("https://[2001:db8::1]").front(),
            "[2001:db8::1] /.well-known/openid-configuration");
  for (const char* bad :
       {"", "id.example.org", "http://id.example.org", "https://", "https://ann@id.example.org",
        "https://id.example.org?a=b", "https://id.example.org#a", "https://id.example.org/a b",
        "https://id.example.org/\r\nX: y", "https://id.example.org:x", "ftp://id.example.org"}) {
    EXPECT_TRUE(places(bad).empty()) << bad;
  }
}

TEST(Metadata, SaysWhereTheKeysAre) {
  const auto parsed = parse_metadata(metadata().dump(), issuer);
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(parsed->keys.host(), "keys.example.org");
  EXPECT_EQ(parsed->keys.target, "/set?realm=staff");
  EXPECT_EQ(parsed->authorization, "https://id.example.org/authorize");
}

TEST(Metadata, IsTheIssuersOwnByEachByteOfItsName) {
  for (const char* other : {"https://id.example.org/realms/staff/", "https://ID.example.org",
                            "http://id.example.org/realms/staff", ""}) {
    EXPECT_EQ(error_with("issuer", other), Errc::refused) << other;
  }
  EXPECT_EQ(error_with("issuer", Json::array({issuer})), Errc::refused);
}

TEST(Metadata, ThatIsOfNoUseIsRefused) {
  EXPECT_EQ(error_of("<html>"), Errc::malformed);
  EXPECT_EQ(error_of("[]"), Errc::malformed);
  EXPECT_EQ(error_of(std::string(metadata_bytes_max + 1, ' ')), Errc::too_large);
  EXPECT_EQ(error_of(std::string(1000, '[')), Errc::too_large);
  EXPECT_EQ(error_with("jwks_uri", nullptr), Errc::incomplete);
  EXPECT_EQ(error_with("jwks_uri", "http://id.example.org/keys"), Errc::malformed);
  EXPECT_EQ(error_with("jwks_uri", "file:///etc/passwd"), Errc::malformed);
  EXPECT_EQ(error_with("authorization_endpoint", "javascript:alert(1)"), Errc::conflict);
  Json odd = metadata();
  odd["authorization_endpoint"] = "https://id.example.org/\"x";
  EXPECT_EQ(parse_metadata(odd.dump(), issuer)->authorization, "");
}

TEST(Metadata, RedirectsStayWithHttps) {
  const Place from = *parse_place("https://id.example.org:8443/a/b?c");
  EXPECT_EQ(redirected(from, "/d?e")->origin, from.origin);
  EXPECT_EQ(redirected(from, "/d?e")->target, "/d?e");
  EXPECT_EQ(redirected(from, "https://other.example.org")->host(), "other.example.org");
  for (const char* bad : {"", "d", "http://id.example.org/", "//id.example.org/", "file:///d"}) {
    EXPECT_FALSE(redirected(from, bad).has_value()) << bad;
  }
}

}  // namespace
}  // namespace godwit::oidc
