// Bearer tokens at a whole daemon with mailboxes of its own: who gets in, and until when.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <regex>

#include "daemon/daemon_process.hpp"
#include "run.hpp"
#include "token_issuer.hpp"

namespace godwit::test {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;

constexpr const char* ann = "ann@example.org";
constexpr const char* load =
    "POST /Microsoft-Server-ActiveSync?Cmd=FolderSync&User=ann&DeviceType=x&DeviceId=phone "
    "HTTP/1.1\r\nMS-ASProtocolVersion: 14.1";

class OauthTest : public testing::Test {
 protected:
  void start(const std::string& more = {}, const std::string& auth = {}) {
    issuer_.emplace(daemon_.folder());
    daemon_.config["[sign_in]"] = "kind = \"oauth\"\nissuer = \"" + issuer_->url() +
                                  "\"\naudience = \"godwit\"\nca_file = \"" + issuer_->ca_file() +
                                  "\"\nskew_seconds = 0\n" + more;
    daemon_.config["auth"] = "failure_delay_milliseconds = 0\n" + auth;
    daemon_.start();
    daemon_.add_user(ann);
  }
  /// The whole answer.
  std::string answer(const std::string& token, const std::string& head = load) {
    return ask_http(daemon_.port("http "), {.head = head + "\r\nAuthorization: Bearer " + token});
  }
  int status(const std::string& token) { return std::stoi(answer(token).substr(9, 3)); }
  std::string token() { return issuer_->token(ann); }
  std::string token_with(const char* claim, const Json& value) {
    Json claims = issuer_->claims(ann);
    claims[claim] = value;
    return issuer_->token_of(claims);
  }
  static Json seconds_from_now(int seconds) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::seconds>(now).count() + seconds;
  }

  DaemonProcess daemon_;
  std::optional<TokenIssuer> issuer_;
};

TEST_F(OauthTest, AGoodTokenOpensTheMailboxThatItNames) {
  start();
  const std::string first = answer(token());
  EXPECT_TRUE(first.starts_with("HTTP/1.1 200")) << first << daemon_.log();
  Phone phone(daemon_, ann, "phone1", token());
  EXPECT_FALSE(phone.inbox().empty());
  EXPECT_EQ(status(issuer_->token("nobody@example.org")), 401);
  EXPECT_EQ(issuer_->asked(TokenIssuer::keys_path), 1U);
  EXPECT_FALSE(daemon_.log().contains(token().substr(token().size() - 40)));
}

TEST_F(OauthTest, BadTokensAreRefusedAndAskForAnother) {
  start();
  ASSERT_EQ(status(token()), 200);
  const Json plain = issuer_->claims(ann);
  const std::string head_none = base64url_encode(R"({"alg":"none","typ":"JWT"})") + '.';
  TestKey other = TestKey::rsa();
  const std::string foreign =
      other.token({{"alg", "RS256"}, {"kid", issuer_->key_id()}}, issuer_->claims(ann));
  // A shared secret made of the public key, which everybody has.
  const std::string hs256 =
      base64url_encode(R"({"alg":"HS256","kid":"key1"})") + '.' + base64url_encode(plain.dump());
  const std::vector<std::pair<std::string, std::string>> bad = {
      {"other issuer", token_with("iss", "https://other.example.org")},
      {"other issuer's key", foreign},
      {"other audience", token_with("aud", "another")},
      {"expired", token_with("exp", seconds_from_now(-1))},
      {"not yet valid", token_with("nbf", seconds_from_now(60))},
      {"alg none", head_none + base64url_encode(plain.dump()) + '.'},
      {"HS256", hs256 + '.' + base64url_encode(hmac(hs256, "SHA256", issuer_->key_pem()))},
      {"HS256 by the list", hs256 + '.' + base64url_encode(hmac(hs256, "SHA256", issuer_->keys()))},
      {"no user", token_with("email", nullptr)},
      {"huge", token() + std::string(7'500 - token().size(), 'A')},
      {"no token", "abc"},
  };
  for (const auto& [what, sent] : bad) {
    const std::string got = answer(sent);
    EXPECT_TRUE(got.starts_with("HTTP/1.1 401")) << what << got;
    EXPECT_TRUE(got.contains("WWW-Authenticate: Bearer realm=\"Godwit\", authorization_uri=\"" +
                             issuer_->url() + "/authorize\", error=\"invalid_token\""))
        << what << got;
    EXPECT_FALSE(got.contains("Basic")) << "no passwords are known here";
  }
  EXPECT_TRUE(answer(token() + std::string(20'000, 'A')).starts_with("HTTP/1.1 431"));
  EXPECT_EQ(status(token()), 200);
  // No fault of the token: a first request without one, which some send to learn who issues them.
  for (const char* none : {"", " "}) {
    const std::string got = answer(none);
    EXPECT_TRUE(got.contains("WWW-Authenticate: Bearer realm")) << got;
    EXPECT_FALSE(got.contains("invalid_token")) << got;
  }
}

TEST_F(OauthTest, PasswordsAndTokensLiveSideBySide) {
  start("[[sign_in]]\nkind = \"mailbox\"\n");
  EXPECT_EQ(status(token()), 200);
  const std::string basic = ask_http(daemon_.port("http "), {.head = load, .user = ann});
  EXPECT_TRUE(basic.starts_with("HTTP/1.1 200")) << basic;
  // A token is no password, and a password no token.
  EXPECT_TRUE(ask_http(daemon_.port("http "), {.head = load, .user = ann, .password = "x"})
                  .contains("WWW-Authenticate: Basic"));
  EXPECT_EQ(status(password), 401);
}

TEST_F(OauthTest, ItsDomainsAreThoseOfTheUsersThatTokensName) {
  start("domains = [\"example.com\"]\n");
  EXPECT_EQ(status(token()), 401);
}

TEST_F(OauthTest, ATokenIsRememberedNoLongerThanItCounts) {
  start();
  const std::string brief = token_with("exp", seconds_from_now(3));
  EXPECT_EQ(status(brief), 200);
  EXPECT_EQ(status(brief), 200);
  EXPECT_TRUE(wait_until([&] { return status(brief) == 401; }));
  EXPECT_FALSE(daemon_.log().contains("sign_in refused")) << "an old token is no guess";
}

TEST_F(OauthTest, APingEndsWithItsTokenByAskingForAnother) {
  start();
  Phone phone(daemon_, ann, "phone1", token_with("exp", seconds_from_now(10)));
  const std::string inbox = phone.inbox();
  auto waiting = phone.ping(inbox, 600);
  const auto began = std::chrono::steady_clock::now();
  const client::Answer ended = waiting.get();
  EXPECT_EQ(ended.status, 401);
  EXPECT_LT(std::chrono::steady_clock::now() - began, 15s);
  EXPECT_TRUE(daemon_.wait_for_log("token.ended user=ann@example.org device=phone1"));
  // With the next token it goes on where it was.
  Phone again(daemon_, ann, "phone1", token());
  EXPECT_EQ(run(again->options()).http_status, 200);
}

TEST_F(OauthTest, FailuresCountForTheAddressAndGoodTokensPass) {
  start("", "failures_max = 3\n");
  daemon_.config["http"] += "";
  const std::regex line("sign_in refused address=127\\.0\\.0\\.1 user=\"?\"? ?device=phone");
  const std::string bad = token_with("aud", "another");
  bool delayed = false;
  for (int i = 0; i < 40 && !delayed; ++i) delayed = status(bad) == 503;
  EXPECT_TRUE(delayed);
  EXPECT_EQ(status(token()), 200);
  EXPECT_TRUE(std::regex_search(daemon_.log(), line)) << daemon_.log();
}

TEST_F(OauthTest, AnIssuerThatIsAwayIsNoRefusal) {
  start();
  issuer_->be_away(true);
  const std::string got = answer(token());
  EXPECT_TRUE(got.starts_with("HTTP/1.1 503")) << got;
  EXPECT_TRUE(got.contains("Retry-After: ")) << got;
  EXPECT_TRUE(daemon_.wait_for_log("oidc keys.unavailable"));
}

TEST_F(OauthTest, ANewKeyIsFoundAndKeysOutliveTheirIssuer) {
  start();
  EXPECT_EQ(status(token()), 200);
  issuer_->be_away(true);
  EXPECT_EQ(status(issuer_->token(ann)), 200);
  issuer_->be_away(false);
  issuer_->rotate();
  // Asked a moment ago: 503 until it may be asked again, never 401.
  const auto began = std::chrono::steady_clock::now();
  int last = 0;
  while (std::chrono::steady_clock::now() - began < 45s && (last = status(token())) == 503) {
    std::this_thread::sleep_for(1s);
  }
  EXPECT_EQ(last, 200);
}

TEST_F(OauthTest, AutodiscoverTakesTokens) {
  start();
  const std::string head = "POST /autodiscover/autodiscover.xml HTTP/1.1\r\nContent-Type: text/xml";
  EXPECT_TRUE(answer(token(), head).starts_with("HTTP/1.1 200"));
  const std::string refused = answer("abc", head);
  EXPECT_TRUE(refused.starts_with("HTTP/1.1 401")) << refused;
  EXPECT_TRUE(refused.contains("error=\"invalid_token\"")) << refused;
}

}  // namespace
}  // namespace godwit::test
