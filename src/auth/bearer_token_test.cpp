#include "auth/bearer_token.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "auth/credentials.hpp"
#include "base/bytes.hpp"
#include "test_key.hpp"

namespace godwit::auth {
namespace {

using Json = nlohmann::json;
using std::chrono::seconds;

const Time now{seconds(1'750'000'000)};

/// Every text of a public key that a careless server might take for a shared secret.
std::vector<std::string> spellings(const TestKey& key) {
  const std::string pem = key.pem();
  std::string body = pem.substr(pem.find('\n') + 1);
  body.resize(body.find("-----END"));
  std::erase(body, '\n');
  std::vector<std::string> out{pem, pem.substr(0, pem.size() - 1), body, *base64_decode(body)};
  const Json published = key.published("k");
  for (const int indent : {-1, 2}) out.push_back(published.dump(indent));
  out.push_back(key_list(Json::array({published})));
  for (const char* number : {"n", "x", "y"}) {
    if (published.contains(number)) out.push_back(published[number].get<std::string>());
  }
  out.emplace_back("k");
  out.emplace_back();
  return out;
}

class BearerToken : public ::testing::Test {
 protected:
  static const TestKey& key() {
    static const TestKey key = TestKey::rsa();
    return key;
  }
  static Json claims() {
    return {{"iss", "https://id.example.org"},
            {"aud", "godwit"},
            {"exp", 1'750'000'600},
            {"email", "ann@example.org"}};
  }
  static Json with(const char* name, const Json& value) {
    Json out = claims();
    out[name] = value;
    return out;
  }
  static Json without(const char* name) {
    Json out = claims();
    out.erase(name);
    return out;
  }
  static Json head() { return {{"alg", "RS256"}, {"kid", "k"}, {"typ", "JWT"}}; }

  Result<VerifiedToken> verify(const std::string& token) const {
    return verify_token(Secret(token), rules_, *keys_, now);
  }
  Result<VerifiedToken> verify(const Json& all) const { return verify(key().token(head(), all)); }
  Errc refusal(const Json& all) const { return error_of(verify(all)); }
  Errc refusal_of_head(const char* name, const Json& value) const {
    Json changed = head();
    changed[name] = value;
    return error_of(verify(key().token(changed, claims())));
  }
  static Errc error_of(const Result<VerifiedToken>& verified) {
    return verified ? Errc::conflict : verified.error().code;
  }

  TokenRules rules_{.issuer = "https://id.example.org", .audience = "godwit"};
  Result<KeySet> keys_ = KeySet::parse(key_list(Json::array({key().published("k")})));
};

TEST_F(BearerToken, NamesItsUserAndItsEnd) {
  const auto verified = verify(claims());
  ASSERT_TRUE(verified.has_value());
  EXPECT_EQ(verified->user, "ann@example.org");
  EXPECT_EQ(verified->expires, Time(seconds(1'750'000'600)));
  rules_.user_claim = "preferred_username";
  EXPECT_EQ(verify(with("preferred_username", "ann"))->user, "ann");
  EXPECT_EQ(refusal(claims()), Errc::incomplete);
}

TEST_F(BearerToken, IsOfTheIssuerAlone) {
  for (const char* other : {"https://id.example.org/", "https://ID.example.org",
                            "http://id.example.org", "https://id.example.org.evil.example", ""}) {
    EXPECT_EQ(refusal(with("iss", other)), Errc::refused) << other;
  }
  EXPECT_EQ(refusal(with("iss", Json::array({"https://id.example.org"}))), Errc::refused);
  EXPECT_EQ(refusal(without("iss")), Errc::incomplete);
}

TEST_F(BearerToken, IsForUs) {
  EXPECT_TRUE(verify(with("aud", Json::array({"mail", "godwit"}))).has_value());
  EXPECT_EQ(refusal(with("aud", "mail")), Errc::refused);
  EXPECT_EQ(refusal(with("aud", Json::array())), Errc::refused);
  EXPECT_EQ(refusal(with("aud", Json::array({"godwit", 1}))), Errc::malformed);
  EXPECT_EQ(refusal(with("aud", 1)), Errc::malformed);
  EXPECT_EQ(refusal(with("aud", std::vector<Json>(audiences_max + 1, "godwit"))), Errc::too_large);
  EXPECT_EQ(refusal(without("aud")), Errc::incomplete);
}

TEST_F(BearerToken, EndsAndBegins) {
  const std::int64_t at = 1'750'000'000;
  EXPECT_TRUE(verify(with("exp", at - 59)).has_value());
  EXPECT_EQ(refusal(with("exp", at - 60)), Errc::stale);
  EXPECT_TRUE(verify(with("nbf", at + 60)).has_value());
  EXPECT_EQ(refusal(with("nbf", at + 61)), Errc::stale);
  EXPECT_EQ(verify(with("exp", 1'750'000'600.5))->expires,
            Time(std::chrono::milliseconds(1'750'000'600'500)));
  EXPECT_EQ(refusal(without("exp")), Errc::incomplete);
  for (const Json& bad : {Json("1750000600"), Json(-1), Json(1e300), Json(nullptr), Json(true),
                          Json(253'402'300'800.0)}) {
    EXPECT_EQ(refusal(with("exp", bad)), Errc::malformed) << bad;
    EXPECT_EQ(refusal(with("nbf", bad)), Errc::malformed) << bad;
  }
}

TEST_F(BearerToken, HasTheScope) {
  rules_.scope = "mail.sync";
  EXPECT_TRUE(verify(with("scope", "openid mail.sync")).has_value());
  EXPECT_TRUE(verify(with("scp", "mail.sync other")).has_value());
  EXPECT_TRUE(verify(with("scp", Json::array({"other", "mail.sync"}))).has_value());
  EXPECT_EQ(refusal(claims()), Errc::refused);
  EXPECT_EQ(refusal(with("scope", "mail.sync.read mail")), Errc::refused);
  EXPECT_EQ(refusal(with("scp", 1)), Errc::refused);
}

TEST_F(BearerToken, WantsAVerifiedAddress) {
  EXPECT_TRUE(verify(with("email_verified", true)).has_value());
  EXPECT_EQ(refusal(with("email_verified", false)), Errc::refused);
  EXPECT_EQ(refusal(with("email_verified", nullptr)), Errc::refused);
}

TEST_F(BearerToken, NamesAUserWhoCanBe) {
  EXPECT_EQ(refusal(with("email", "")), Errc::incomplete);
  EXPECT_EQ(refusal(with("email", 7)), Errc::incomplete);
  EXPECT_EQ(refusal(with("email", "ann\r\nuser=root")), Errc::malformed);
  EXPECT_EQ(refusal(with("email", std::string("ann\0", 4))), Errc::malformed);
  EXPECT_EQ(refusal(with("email", std::string(user_name_max + 1, 'a'))), Errc::too_large);
}

TEST_F(BearerToken, HasNoOtherAlgorithm) {
  for (const char* name : {"none", "None", "nOnE", "HS256", "HS512", "rs256", "RS1", "EdDSA", ""}) {
    EXPECT_EQ(refusal_of_head("alg", name), Errc::unsupported) << name;
  }
  EXPECT_EQ(refusal_of_head("alg", nullptr), Errc::unsupported);
  const std::string unsigned_token =
      base64url_encode(R"({"alg":"none"})") + '.' + base64url_encode(claims().dump()) + '.';
  EXPECT_EQ(error_of(verify(unsigned_token)), Errc::unsupported);
}

TEST_F(BearerToken, IsMadeForThis) {
  for (const char* type : {"at+jwt", "AT+JWT", "application/at+jwt"}) {
    EXPECT_EQ(refusal_of_head("typ", type), Errc::conflict) << type;  // no refusal
  }
  for (const char* type : {"logout+jwt", "dpop+jwt", "JOSE", "secevent+jwt"}) {
    EXPECT_EQ(refusal_of_head("typ", type), Errc::unsupported) << type;
  }
  EXPECT_EQ(refusal_of_head("typ", 1), Errc::malformed);
  EXPECT_EQ(refusal_of_head("cty", "JWT"), Errc::unsupported);
  EXPECT_EQ(refusal_of_head("crit", Json::array({"exp"})), Errc::unsupported);
  EXPECT_EQ(refusal_of_head("b64", false), Errc::unsupported);
  EXPECT_EQ(refusal(with("cnf", Json{{"jkt", "x"}})), Errc::refused);
}

TEST_F(BearerToken, IsSignedByAKeyOfTheIssuer) {
  const TestKey forger = TestKey::rsa();
  EXPECT_EQ(error_of(verify(forger.token(head(), claims()))), Errc::refused);
  Json own_key = head();
  own_key["jwk"] = forger.published("k");
  EXPECT_EQ(error_of(verify(forger.token(own_key, claims()))), Errc::refused);
  EXPECT_EQ(refusal_of_head("kid", "new"), Errc::not_found);
  EXPECT_EQ(refusal_of_head("kid", 1), Errc::malformed);
  EXPECT_EQ(refusal_of_head("kid", std::string(key_id_max + 1, 'k')), Errc::malformed);
}

/// RFC 8725 2.1: the key that everybody may have, taken for a secret that nobody else has.
TEST_F(BearerToken, AnIssuersPublicKeyIsNoSharedSecret) {
  const TestKey curve = TestKey::p256();
  for (const TestKey* each : {&key(), &curve}) {
    keys_ = KeySet::parse(key_list(Json::array({each->published("k")})));
    ASSERT_TRUE(keys_.has_value());
    for (const std::string& secret : spellings(*each)) {
      for (const std::string bits : {"256", "384", "512"}) {
        // By its right name, and by the name of what the key is for.
        for (const std::string name : {"HS", "RS", "PS", "ES"}) {
          Json as = head();
          as["alg"] = name + bits;
          const std::string text =
              base64url_encode(as.dump()) + '.' + base64url_encode(claims().dump());
          const std::string token = text + '.' + base64url_encode(hmac(text, "SHA" + bits, secret));
          const Errc wanted = name == "HS" ? Errc::unsupported : Errc::refused;
          EXPECT_EQ(error_of(verify(token)), wanted) << name << bits << ' ' << secret;
        }
      }
    }
  }
}

TEST_F(BearerToken, AsksForNoKeyOnBehalfOfJunk) {
  Json unknown = head();
  unknown["kid"] = "new";
  EXPECT_EQ(error_of(verify(key().token(unknown, with("aud", "mail")))), Errc::refused);
  EXPECT_EQ(error_of(verify(key().token(unknown, with("exp", 1)))), Errc::stale);
}

TEST_F(BearerToken, HasOneSpelling) {
  const std::string good = key().token(head(), claims());
  ASSERT_TRUE(verify(good).has_value());
  const std::string second = good.substr(good.find('.'));
  for (const std::string& bad :
       {std::string(), std::string("."), std::string(".."), std::string("..."), good + '.',
        good + '=', " " + good, good + "\n", '.' + good, "W10" + second, "MQ" + second,
        good.substr(0, good.rfind('.'))}) {
    EXPECT_EQ(error_of(verify(bad)), Errc::malformed) << bad.size();
  }
  EXPECT_EQ(error_of(verify(good + "A")), Errc::refused);  // a longer signature
  std::string other = good;
  for (std::size_t i = 0; i < other.size(); ++i) {
    other[i] = good[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(verify(other).has_value()) << i;
    other[i] = good[i];
  }
}

TEST_F(BearerToken, IsBounded) {
  EXPECT_EQ(error_of(verify(std::string(token_bytes_max + 1, 'A'))), Errc::too_large);
  EXPECT_EQ(error_of(verify(std::string(std::size_t{64} * 1024 * 1024, '.'))), Errc::too_large);
  const std::string deep =
      base64url_encode("{\"alg\":" + std::string(3000, '[') + std::string(1000, ']') + '}');
  EXPECT_EQ(error_of(verify(deep + ".e30.AA")), Errc::too_large);
}

}  // namespace
}  // namespace godwit::auth
