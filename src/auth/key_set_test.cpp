#include "auth/key_set.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "auth/jose.hpp"
#include "test_key.hpp"

namespace godwit::auth {
namespace {

using Json = nlohmann::json;

Errc error_of(const Result<KeySet>& keys) { return keys ? Errc::conflict : keys.error().code; }
Errc error_of(const Result<>& result) { return result ? Errc::conflict : result.error().code; }

const TestKey& rsa() {
  static const TestKey key = TestKey::rsa();
  return key;
}

TEST(Base64Url, HasOneTextForEachValue) {
  EXPECT_EQ(*base64url_decode(""), "");
  EXPECT_EQ(*base64url_decode("_-8"), "\xFF\xEF");
  EXPECT_EQ(*base64url_decode("YQ"), "a");
  for (const char* text : {"YR", "YWJ", "Y", "YQ==", "YQ\n", " YQ", "/+8", "Y.Q", "YWJjZ"}) {
    EXPECT_FALSE(base64url_decode(text).has_value()) << text;
  }
}

TEST(StrictJson, TakesObjectsWithNamesOfTheirOwn) {
  EXPECT_TRUE(parse_object(R"({"a":{"a":1},"b":[{"a":1},{"a":2}]})").has_value());
  for (const char* text : {"", "1", "[]", "{", R"({"a":1,"a":1})", R"({"b":{"a":1,"\u0061":2}})",
                           "{}{}", R"({"a":1}//)", "{\"a\":\"\xFF\"}"}) {
    EXPECT_FALSE(parse_object(text).has_value()) << text;
  }
}

TEST(StrictJson, IsNotDeep) {
  const auto nested = [](std::size_t lists) {
    return "{\"a\":" + std::string(lists, '[') + std::string(lists, ']') + '}';
  };
  EXPECT_TRUE(parse_object(nested(5)).has_value());
  const auto deep = parse_object(nested(100'000));
  ASSERT_FALSE(deep.has_value());
  EXPECT_EQ(deep.error().code, Errc::too_large);
}

// RFC 7515 A.3.
TEST(KeySet, ChecksTheExampleOfTheStandard) {
  const auto keys = KeySet::parse(
      R"({"keys":[{"kty":"EC","crv":"P-256",
          "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
          "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]})");
  ASSERT_TRUE(keys.has_value());
  const std::string bytes =
      "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLm"
      "NvbS9pc19yb290Ijp0cnVlfQ";
  std::string signature = *base64url_decode(
      "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q");
  EXPECT_TRUE(keys->verify(Algorithm::es256, "", bytes, signature).has_value());
  EXPECT_FALSE(keys->verify(Algorithm::es256, "", bytes + "A", signature).has_value());
  EXPECT_FALSE(keys->verify(Algorithm::es256, "", bytes, signature.substr(1)).has_value());
  EXPECT_FALSE(keys->verify(Algorithm::es256, "", bytes, "").has_value());
  EXPECT_FALSE(keys->verify(Algorithm::es256, "", bytes, std::string(64, '\0')).has_value());
  signature[40] = static_cast<char>(signature[40] ^ 1);
  EXPECT_FALSE(keys->verify(Algorithm::es256, "", bytes, signature).has_value());
}

TEST(KeySet, ChecksEachAlgorithmByItself) {
  const TestKey p521 = TestKey::p521();
  const auto keys =
      KeySet::parse(key_list(Json::array({rsa().published("r"), p521.published("e")})));
  ASSERT_TRUE(keys.has_value());
  const std::string bytes = "a.b";
  const auto taken = [&](Algorithm algorithm, const char* id, const std::string& signature) {
    return keys->verify(algorithm, id, bytes, signature).has_value();
  };
  EXPECT_TRUE(taken(Algorithm::rs256, "r", rsa().sign(bytes, "SHA256")));
  EXPECT_TRUE(taken(Algorithm::rs512, "", rsa().sign(bytes, "SHA512")));
  EXPECT_TRUE(taken(Algorithm::ps256, "r", rsa().sign_pss(bytes, "SHA256")));
  EXPECT_TRUE(taken(Algorithm::ps384, "r", rsa().sign_pss(bytes, "SHA384")));
  EXPECT_TRUE(taken(Algorithm::es512, "e", p521.sign(bytes, "SHA512")));
  EXPECT_FALSE(taken(Algorithm::rs256, "r", rsa().sign_pss(bytes, "SHA256")));
  EXPECT_FALSE(taken(Algorithm::ps256, "r", rsa().sign(bytes, "SHA256")));
  EXPECT_FALSE(taken(Algorithm::rs384, "r", rsa().sign(bytes, "SHA256")));
  EXPECT_EQ(error_of(keys->verify(Algorithm::es256, "e", bytes, p521.sign(bytes, "SHA512"))),
            Errc::refused);
  EXPECT_EQ(error_of(keys->verify(Algorithm::rs256, "e", bytes, "")), Errc::refused);
  EXPECT_EQ(error_of(keys->verify(Algorithm::rs256, "new", bytes, "")), Errc::not_found);
}

TEST(KeySet, KeepsToWhatAKeyIsFor) {
  Json only = rsa().published("r");
  only["alg"] = "PS256";
  const auto keys = KeySet::parse(key_list(Json::array({only})));
  ASSERT_TRUE(keys.has_value());
  EXPECT_TRUE(keys->verify(Algorithm::ps256, "r", "a", rsa().sign_pss("a", "SHA256")).has_value());
  EXPECT_EQ(error_of(keys->verify(Algorithm::rs256, "r", "a", rsa().sign("a", "SHA256"))),
            Errc::refused);
}

TEST(KeySet, WantsAKeyNamedWhereThereAreSeveral) {
  const TestKey other = TestKey::rsa();
  const auto keys =
      KeySet::parse(key_list(Json::array({rsa().published("old"), other.published("new")})));
  ASSERT_TRUE(keys.has_value());
  const std::string signature = other.sign("a", "SHA256");
  EXPECT_TRUE(keys->verify(Algorithm::rs256, "new", "a", signature).has_value());
  EXPECT_EQ(error_of(keys->verify(Algorithm::rs256, "old", "a", signature)), Errc::refused);
  EXPECT_EQ(error_of(keys->verify(Algorithm::rs256, "", "a", signature)), Errc::refused);
}

TEST(KeySet, TriesAllOfOneId) {
  const TestKey other = TestKey::rsa();
  const auto keys =
      KeySet::parse(key_list(Json::array({rsa().published("k"), other.published("k")})));
  ASSERT_TRUE(keys.has_value());
  EXPECT_TRUE(keys->verify(Algorithm::rs256, "k", "a", other.sign("a", "SHA256")).has_value());
}

TEST(KeySet, LeavesOutWhatCannotBeUsed) {
  std::vector<Json> bad{Json(1), Json::object(), Json{{"kty", "oct"}, {"k", "c2VjcmV0"}},
                        TestKey::rsa(1024).published("small")};
  const auto changed = [&](const TestKey& key, const char* name, const Json& value) {
    bad.push_back(key.published("bad"));
    bad.back()[name] = value;
  };
  const TestKey curve = TestKey::p256();
  changed(rsa(), "use", "enc");
  changed(rsa(), "use", 1);
  changed(rsa(), "key_ops", Json::array({"encrypt"}));
  changed(rsa(), "key_ops", "verify");
  changed(rsa(), "alg", "RSA-OAEP");
  changed(rsa(), "alg", "HS256");
  changed(rsa(), "e", "AQ");                       // 1
  changed(rsa(), "e", "AQAA");                     // even
  changed(rsa(), "e", std::string(2000, '_'));     // long
  changed(rsa(), "n", std::string(200'000, '_'));  // huge
  changed(rsa(), "n", "");
  changed(rsa(), "kid", std::string(key_id_max + 1, 'k'));
  changed(curve, "crv", "secp256k1");
  changed(curve, "crv", "");
  changed(curve, "crv", "P-521");
  changed(curve, "x", std::string(43, 'A'));  // not on the curve
  changed(curve, "y", "AQAB");
  for (const Json& each : bad) {
    EXPECT_EQ(error_of(KeySet::parse(key_list(Json::array({each})))), Errc::incomplete);
  }
  bad.push_back(rsa().published("good"));
  const auto keys = KeySet::parse(key_list(bad));
  ASSERT_TRUE(keys.has_value());
  EXPECT_EQ(keys->size(), 1U);
  EXPECT_TRUE(keys->has("good") && !keys->has("bad") && !keys->has(""));
}

TEST(KeySet, IsBounded) {
  EXPECT_EQ(error_of(KeySet::parse(std::string(key_set_bytes_max + 1, ' '))), Errc::too_large);
  const Json many(std::vector<Json>(keys_max + 1, rsa().published("k")));
  EXPECT_EQ(error_of(KeySet::parse(key_list(many))), Errc::too_large);
  for (const char* text : {"", "{}", "[]", R"({"keys":{}})", R"({"keys":1})"}) {
    EXPECT_EQ(error_of(KeySet::parse(text)), Errc::malformed) << text;
  }
  EXPECT_EQ(error_of(KeySet::parse(R"({"keys":[]})")), Errc::incomplete);
}

}  // namespace
}  // namespace godwit::auth
