#include "oidc/issuer.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/fault.hpp"
#include "run.hpp"
#include "token_issuer.hpp"

namespace godwit::oidc {
namespace {

using Json = nlohmann::json;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using test::IssuerAnswer;
using test::TokenIssuer;

Time real_now() { return std::chrono::floor<milliseconds>(std::chrono::system_clock::now()); }

/// Verifies `count` tokens at once.
Task<> many(Issuer& issuer, Secret token, auth::TokenRules rules, int count, int& good) {
  std::vector<std::unique_ptr<net::Job>> jobs;
  const auto one = [](Issuer& at, Secret sent, auth::TokenRules asked, int& out) -> Task<> {
    if (co_await at.verify(std::move(sent), std::move(asked))) ++out;
  };
  jobs.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    jobs.push_back(co_await net::Job::begin(one(issuer, token, rules, good), "one"));
  }
  for (const auto& job : jobs) co_await job->wait(seconds(20));
}

class IssuerTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        std::filesystem::temp_directory_path() / ("godwit_oidc_" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
    server_.emplace(folder_);
    settings_ = {.name = server_->url(), .ca_file = server_->ca_file()};
    settings_.limit = milliseconds(2'000);
  }
  void TearDown() override {
    server_.reset();
    std::filesystem::remove_all(folder_);
  }
  Issuer& issuer() {
    if (!issuer_) issuer_.emplace(settings_, clock_);
    return *issuer_;
  }
  auth::TokenRules rules() const { return {.issuer = server_->url(), .audience = "godwit"}; }
  /// "good", "fault", or why not.
  std::string verify(const std::string& token) {
    try {
      const auto verified = test::run(issuer().verify(Secret(token), rules()));
      return verified ? "good" : verified.error().message;
    } catch (const Fault& fault) {
      problem_ = fault.what();
      return "fault";
    }
  }
  std::string verify() { return verify(server_->token("ann@example.org")); }
  unsigned looks() const { return server_->asked(TokenIssuer::keys_path); }
  std::string look() {
    try {
      test::run(issuer().look());
      return {};
    } catch (const Fault& fault) {
      return fault.what();
    }
  }

  std::string folder_;
  std::optional<TokenIssuer> server_;
  ManualClock clock_{real_now()};
  IssuerSettings settings_;
  std::optional<Issuer> issuer_;
  std::string problem_;
};

constexpr const char* foreign = "a token by a key that is not the issuer's";

TEST_F(IssuerTest, KeysAreLookedUpOnceForManyTokens) {
  EXPECT_EQ(verify(), "good");
  EXPECT_EQ(verify(), "good");
  EXPECT_EQ(looks(), 1U);
  EXPECT_EQ(issuer().keys(), 1U);
  EXPECT_EQ(issuer().authorization(), server_->url() + "/authorize");
  EXPECT_EQ(issuer().counts().looks, 1U);
  ASSERT_TRUE(issuer().clock_ahead().has_value());
  EXPECT_LT(std::chrono::abs(*issuer().clock_ahead()), seconds(10));
  clock_.advance(hours(2));
  EXPECT_EQ(look(), "");
  EXPECT_LT(*issuer().clock_ahead(), seconds(-7'000));
}

TEST_F(IssuerTest, WhoAsksAtOnceSharesOneLook) {
  server_->answer(TokenIssuer::keys_path,
                  IssuerAnswer{.body = server_->keys(), .after_milliseconds = 200});
  int good = 0;
  test::run(many(issuer(), Secret(server_->token("ann@example.org")), rules(), 20, good));
  EXPECT_EQ(good, 20);
  EXPECT_EQ(looks(), 1U);
}

TEST_F(IssuerTest, NobodyIsAskedForATokenThatIsNoneOfIts) {
  Json claims = server_->claims("ann@example.org");
  claims["iss"] = "https://other.example.org";
  EXPECT_EQ(verify(server_->token_of(claims)), "a token of another issuer");
  claims = server_->claims("ann@example.org");
  claims["exp"] = 1'000'000;
  EXPECT_EQ(verify(server_->token_of(claims)), "the token has expired");
  EXPECT_EQ(looks(), 0U);
}

TEST_F(IssuerTest, ANewKeyIsLookedUpButNotForEveryStranger) {
  EXPECT_EQ(verify(), "good");
  clock_.advance(seconds(31));
  const Json strange = {{"alg", "RS256"}, {"kid", "strange"}};
  const std::string stranger = server_->token_with(strange, server_->claims("ann@example.org"));
  EXPECT_EQ(verify(stranger), foreign);
  EXPECT_EQ(looks(), 2U);
  // It may have come a moment ago: that is no refusal.
  server_->rotate();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(verify(), "fault");
  EXPECT_TRUE(problem_.contains("a moment ago")) << problem_;
  EXPECT_EQ(verify(stranger), "fault");
  EXPECT_EQ(looks(), 2U);
  clock_.advance(seconds(30));
  EXPECT_EQ(verify(), "good");
  EXPECT_EQ(looks(), 3U);
}

TEST_F(IssuerTest, AKeyThatIsWithdrawnCountsNoMore) {
  const std::string token = server_->token("ann@example.org");
  EXPECT_EQ(verify(token), "good");
  server_->rotate();
  EXPECT_EQ(verify(token), "good");
  clock_.advance(hours(1) - seconds(1));
  EXPECT_EQ(verify(token), "good");
  clock_.advance(seconds(1));
  EXPECT_EQ(verify(token), foreign);
}

TEST_F(IssuerTest, KeysAreKeptForADayWhileItIsAway) {
  const auto token = [&] {
    Json claims = server_->claims("ann@example.org");
    claims["exp"] = 4'000'000'000;
    return server_->token_of(claims);
  };
  EXPECT_EQ(verify(token()), "good");
  server_->be_away(true);
  clock_.advance(hours(23));
  EXPECT_EQ(verify(token()), "good");
  EXPECT_EQ(verify(token()), "good");
  EXPECT_EQ(issuer().counts().failures, 1U);
  clock_.advance(hours(1));
  EXPECT_EQ(verify(token()), "fault");
  EXPECT_TRUE(problem_.contains("it answers 503")) << problem_;
  EXPECT_EQ(issuer().keys(), 0U);
  server_->be_away(false);
  clock_.advance(seconds(30));
  EXPECT_EQ(verify(token()), "good");
}

TEST_F(IssuerTest, AnIssuerThatHangsIsNotWaitedForByThoseWithAKnownKey) {
  Json claims = server_->claims("ann@example.org");
  claims["exp"] = 4'000'000'000;
  settings_.limit = seconds(5);
  EXPECT_EQ(verify(server_->token_of(claims)), "good");
  server_->answer(TokenIssuer::metadata_path, IssuerAnswer{.after_milliseconds = 6'000});
  clock_.advance(hours(2));
  const auto waited = [](Issuer& at, Secret token, auth::TokenRules asked) -> Task<milliseconds> {
    const Time began = real_now();
    EXPECT_TRUE(co_await at.verify(std::move(token), std::move(asked)));
    co_return real_now() - began;
  };
  const Secret token(server_->token_of(claims));
  EXPECT_LT(test::run(waited(issuer(), token, rules())), seconds(4));
}

TEST_F(IssuerTest, SaysWhatIsWrongWithAnIssuer) {
  EXPECT_EQ(look(), "");
  server_->answer(TokenIssuer::metadata_path,
                  IssuerAnswer{.body = R"({"issuer":"https://127.0.0.1","jwks_uri":"x"})"});
  EXPECT_TRUE(look().contains("it calls itself by another name"));
  server_->answer(TokenIssuer::metadata_path, IssuerAnswer{.status = 404});
  EXPECT_TRUE(look().contains("it answers 404"));
  EXPECT_EQ(server_->asked(TokenIssuer::oauth_path), 1U);
  server_->answer(TokenIssuer::oauth_path, IssuerAnswer{.body = server_->metadata()});
  EXPECT_EQ(look(), "");
  server_->answer(TokenIssuer::keys_path, IssuerAnswer{.body = "{}"});
  EXPECT_TRUE(look().contains("keys without a list"));
  server_->answer(TokenIssuer::keys_path, IssuerAnswer{.body = std::string(300'000, ' ')});
  EXPECT_TRUE(look().contains("body too large"));
  server_->answer(TokenIssuer::keys_path, IssuerAnswer{.after_milliseconds = 10'000});
  EXPECT_FALSE(look().empty());
  EXPECT_EQ(issuer().keys(), 1U) << "what was known stays";
}

TEST_F(IssuerTest, FollowsRedirectsToHttpsAlone) {
  const auto move_to = [&](const std::string& location) {
    server_->answer(TokenIssuer::metadata_path, IssuerAnswer{.status = 302, .location = location});
    return look();
  };
  server_->answer("/elsewhere", IssuerAnswer{.body = server_->metadata()});
  EXPECT_EQ(move_to("/elsewhere"), "");
  EXPECT_EQ(move_to(server_->url() + "/elsewhere"), "");
  EXPECT_TRUE(move_to("http://127.0.0.1/").contains("redirects elsewhere than to https:"));
  EXPECT_TRUE(move_to("file:///etc/passwd").contains("redirects elsewhere than to https:"));
  EXPECT_TRUE(move_to("").contains("redirects elsewhere than to https:"));
  EXPECT_TRUE(move_to(TokenIssuer::metadata_path).contains("too many redirects"));
}

TEST_F(IssuerTest, ItsCertificateIsVerified) {
  settings_.ca_file.clear();
  EXPECT_NE(look(), "");
  EXPECT_EQ(server_->asked(TokenIssuer::metadata_path), 0U);
}

}  // namespace
}  // namespace godwit::oidc
