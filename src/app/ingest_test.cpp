#include "app/ingest.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "run.hpp"

namespace godwit::app {
namespace {

using test::run;

constexpr const char* secret = "0123456789abcdef";

class NamedUsers final : public backend::KnownUsers {
 public:
  Task<Result<backend::Account>> known(std::string login, Secret) override {
    auto user = UserId::parse(ascii_lower(login));
    if (!user || login.contains('*')) co_return fail(Errc::refused, "not a login");
    co_return backend::Account{
        .user = *user, .login = login, .password = {}, .display_name = {}, .addresses = {}};
  }
};

class RecordedHints final : public backend::Hints {
 public:
  void heard(std::size_t source) override { heard_.push_back(source); }
  bool hint(const UserId& user, const backend::Hint& hint) override {
    if (!watched.contains(user.str())) return false;
    told.push_back(fmt::format("{}|{}|{}", user.view(), hint.folder, static_cast<int>(hint.kind)));
    return true;
  }
  std::set<std::string> watched{"ann@example.org", "bob"};
  std::vector<std::string> told;
  std::vector<std::size_t> heard_;
};

class Elsewhere final : public http::Service {
 public:
  Task<http::Outcome> handle(http::Request) override {
    co_return http::Reply{.status = 299, .headers = {}, .body = nullptr};
  }
};

class IngestTest : public testing::Test {
 protected:
  struct Ask {
    std::string body = R"({"user":"bob","folder":"INBOX","event":"new"})";
    std::string authorization = std::string("Bearer ") + secret;
    std::string query = {};
    std::string signature = {};
    std::string peer = "127.0.0.1:4711";
    std::string method = "POST";
    std::string path = "/godwit/push";
  };
  static Ingest::Settings settings() {
    Ingest::Settings out;
    out.path = "/godwit/push";
    out.refusal_delay = std::chrono::milliseconds(0);
    out.sources = {{.name = "dovecot",
                    .secret = Secret(secret),
                    .networks = {*auth::Network::parse("127.0.0.0/8")},
                    .domains = {"example.org"},
                    .events_per_second_max = 100}};
    return out;
  }
  int ask(const Ask& ask) {
    http::Request request;
    request.method = ask.method;
    request.path = ask.path;
    request.query = ask.query;
    if (!ask.authorization.empty()) {
      request.headers.push_back({"Authorization", ask.authorization});
    }
    if (!ask.signature.empty()) {
      request.headers.push_back({"X-Hub-Signature-256", ask.signature});
    }
    request.body = http::text_body(ask.body);
    request.peer = ask.peer;
    const auto outcome = run(ingest_.handle(std::move(request)));
    return std::get<http::Reply>(outcome).status;
  }
  const Ingest::Counts& counts() const { return ingest_.counts(0); }

  ManualClock clock_;
  NamedUsers users_;
  RecordedHints hints_;
  Elsewhere next_;
  Ingest ingest_{settings(), clock_, users_, &hints_, next_};
};

TEST_F(IngestTest, TellsOfUsersWhoWait) {
  EXPECT_EQ(ask({}), 204);
  EXPECT_EQ(ask({.method = "PUT"}), 204);
  EXPECT_EQ(hints_.told, (std::vector<std::string>{"bob|INBOX|0", "bob|INBOX|0"}));
  EXPECT_EQ(hints_.heard_.size(), 2U);
  EXPECT_EQ(counts().told, 2U);
}

TEST_F(IngestTest, LeavesOtherPathsAlone) {
  EXPECT_EQ(ask({.path = "/Microsoft-Server-ActiveSync"}), 299);
  EXPECT_EQ(ask({.method = "GET"}), 405);
  EXPECT_TRUE(hints_.told.empty());
}

TEST_F(IngestTest, TakesASecretByBasicAndBearer) {
  EXPECT_EQ(ask({.authorization = "basic " + base64_encode(std::string("dovecot:") + secret)}),
            204);
  for (const std::string& forged :
       {std::string(), std::string("Bearer"), std::string("Bearer 0123456789abcdeX"),
        std::string("Bearer 0123456789abcdef0"), "Basic " + base64_encode("dovecot:x"),
        "Basic " + base64_encode(std::string("cyrus:") + secret), std::string("Basic ====")}) {
    EXPECT_EQ(ask({.authorization = forged}), 401) << forged;
  }
  EXPECT_EQ(hints_.told.size(), 1U);
  EXPECT_EQ(hints_.heard_.size(), 1U);
  EXPECT_EQ(ingest_.refused(), 7U);
}

TEST_F(IngestTest, TakesASignatureOfTheBodyAndOfNoOther) {
  const std::string body = R"({"user":"bob"})";
  std::array<unsigned char, crypto_auth_hmacsha256_BYTES> mac{};
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, reinterpret_cast<const unsigned char*>(secret), 16);
  crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(body.data()),
                                body.size());
  crypto_auth_hmacsha256_final(&state, mac.data());
  const std::string hex =
      hex_encode(std::string_view(reinterpret_cast<const char*>(mac.data()), mac.size()));
  EXPECT_EQ(ask({.body = body, .authorization = "", .signature = "sha256=" + hex}), 204);
  EXPECT_EQ(ask({.body = body + " ", .authorization = "", .signature = "sha256=" + hex}), 401);
  EXPECT_EQ(ask({.body = body, .authorization = "", .signature = "sha1=" + hex}), 401);
  EXPECT_EQ(ask({.body = body, .authorization = "", .signature = "sha256=00"}), 401);
}

TEST_F(IngestTest, TakesNoSecretInAnAddressUnlessTold) {
  const std::string query = std::string("key=") + secret;
  EXPECT_EQ(ask({.authorization = "", .query = query}), 401);
  auto open = settings();
  open.sources[0].secret_in_url = true;
  Ingest other(std::move(open), clock_, users_, &hints_, next_);
  http::Request request;
  request.method = "POST";
  request.path = "/godwit/push";
  request.query = query;
  request.body = http::text_body("[]");
  request.peer = "127.0.0.1:1";
  EXPECT_EQ(std::get<http::Reply>(run(other.handle(std::move(request)))).status, 204);
}

TEST_F(IngestTest, TakesTheRightSecretFromItsNetworksOnly) {
  EXPECT_EQ(ask({.peer = "192.0.2.1:80"}), 401);
  EXPECT_EQ(ask({.peer = "unix"}), 401);
  EXPECT_TRUE(hints_.told.empty());
}

TEST_F(IngestTest, FindsUsersWithAndWithoutTheirDomain) {
  EXPECT_EQ(ask({.body = R"([{"user":"Ann"},{"user":"bob@example.org"},{"user":"bob@other"}])"}),
            204);
  EXPECT_EQ(hints_.told, (std::vector<std::string>{"ann@example.org||3", "bob||3"}));
  EXPECT_EQ(counts().unwatched, 1U);
}

TEST_F(IngestTest, UsersWhoDoNotExistAreAnsweredAsAnyAndCounted) {
  EXPECT_EQ(ask({.body = R"([{"user":"nobody"},{"user":"a*b"},{"event":"new"}])"}), 204);
  EXPECT_TRUE(hints_.told.empty());
  EXPECT_EQ(counts().unwatched, 2U);
  EXPECT_EQ(counts().ignored, 1U);
}

TEST_F(IngestTest, RefusesWhatIsNoEventAndWhatIsTooLarge) {
  EXPECT_EQ(ask({.body = "{"}), 400);
  EXPECT_EQ(ask({.body = std::string(ingest::body_bytes_max + 1, ' ')}), 413);
  EXPECT_EQ(counts().malformed, 2U);
  // It spoke, but said nothing: what is broken does not count as heard.
  EXPECT_TRUE(hints_.heard_.empty());
}

TEST_F(IngestTest, AMillionEventsAtOnceAreBoundedAndLaterOnesAreTakenAgain) {
  std::string many = "[{\"user\":\"bob\"}";
  for (int i = 1; i < 1000; ++i) many += ",{\"user\":\"bob\"}";
  many += ']';
  int taken = 0;
  for (int i = 0; i < 1000; ++i) {
    const int status = ask({.body = many});
    ASSERT_TRUE(status == 204 || status == 429);
    if (status == 204) ++taken;
  }
  EXPECT_EQ(taken, 1);  // ten seconds' worth
  EXPECT_EQ(counts().told, 1000U);
  EXPECT_EQ(counts().limited, 999U);
  clock_.advance(std::chrono::seconds(2));
  EXPECT_EQ(ask({}), 204);
  EXPECT_EQ(ask({.body = many}), 204);
  EXPECT_EQ(ask({}), 429);
  clock_.advance(std::chrono::seconds(8));
  EXPECT_EQ(ask({}), 429);
  clock_.advance(std::chrono::seconds(8));
  EXPECT_EQ(ask({}), 204);
  // A clock that is set back gives nothing and breaks nothing.
  clock_.advance(std::chrono::hours(-1));
  EXPECT_EQ(ask({}), 204);
}

TEST_F(IngestTest, ASourceThatFallsSilentIsShown) {
  EXPECT_FALSE(ingest_.rows().at(0).heard);
  EXPECT_EQ(ask({}), 204);
  EXPECT_EQ(ask({.authorization = "Bearer wrong"}), 401);
  EXPECT_EQ(ingest_.rows().at(0).heard, clock_.now());
  clock_.advance(std::chrono::minutes(59));
  EXPECT_FALSE(ingest_.rows().at(0).is_quiet);
  clock_.advance(std::chrono::minutes(1));
  EXPECT_TRUE(ingest_.rows().at(0).is_quiet);
  metrics::Page page;
  ingest_.write(page);
  for (const char* line : {"godwit_push_events_total{source=\"dovecot\",outcome=\"told\"} 1\n",
                           "godwit_push_source_quiet{source=\"dovecot\"} 1\n",
                           "godwit_push_last_event_timestamp_seconds{source=\"dovecot\"} ",
                           "godwit_push_refused_total 1\n"}) {
    EXPECT_TRUE(page.text().contains(line)) << line << page.text();
  }
}

TEST_F(IngestTest, ANewSecretIsTheOnlyOne) {
  Ingest::Settings fresh = settings();
  fresh.sources[0].secret = Secret("fedcba9876543210");
  fresh.sources.push_back({.name = "other",
                           .secret = Secret("another secret.."),
                           .networks = fresh.sources[0].networks,
                           .domains = {}});
  ingest_.take_secrets(fresh);
  EXPECT_EQ(ask({}), 401);
  EXPECT_EQ(ask({.authorization = "Bearer another secret.."}), 401);  // needs a restart
  EXPECT_EQ(ask({.authorization = "Bearer fedcba9876543210"}), 204);
}

TEST_F(IngestTest, WithoutSourcesThereIsNoSuchPath) {
  Ingest none({.path = "/godwit/push", .sources = {}}, clock_, users_, nullptr, next_);
  http::Request request;
  request.path = "/godwit/push";
  EXPECT_EQ(std::get<http::Reply>(run(none.handle(std::move(request)))).status, 299);
}

}  // namespace
}  // namespace godwit::app
