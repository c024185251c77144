#include "app/sign_in.hpp"

#include <gtest/gtest.h>

#include "base/bytes.hpp"
#include "base/fault.hpp"
#include "run.hpp"

namespace godwit::app {
namespace {

using backend::Account;
using backend::DataClass;
using backend::DataClasses;

Account account_of(const std::string& login) {
  return {.user = UserId::parse(login).value(),
          .login = login,
          .password = {},
          .display_name = {},
          .addresses = {login}};
}

class Mailboxes final : public backend::KnownUsers {
 public:
  Task<Result<Account>> known(std::string login, Secret) override { co_return account_of(login); }
};

/// "right" opens for everybody, "phone" for the device of that name; counts what it is asked.
class Check final : public auth::Check {
 public:
  explicit Check(int& asked, bool& down) : asked_(asked), down_(down) {}
  Task<Result<auth::Proof>> verify(auth::Claim claim) override {
    ++asked_;
    if (down_) throw Fault(Fault::Kind::unavailable, "is down");
    const bool for_device =
        claim.password == Secret("phone") && (claim.device == "phone" || claim.device.empty());
    if (claim.password != Secret("right") && !for_device) co_return fail(Errc::refused, "no");
    co_return auth::Proof{.login = claim.login, .own_password = false, .for_device = for_device};
  }
  Task<std::optional<auth::Facts>> facts(std::string) override { co_return std::nullopt; }

 private:
  int& asked_;
  bool& down_;
};

/// "good" and "brief", for a minute, are Ann's; "old" has expired.
class Tokens final : public auth::Check {
 public:
  Tokens(const Clock& clock, int& asked) : clock_(clock), asked_(asked) {}
  Task<Result<auth::Proof>> verify(auth::Claim claim) override {
    ++asked_;
    if (claim.password == Secret("old")) co_return fail(Errc::stale, "expired");
    const bool brief = claim.password == Secret("brief");
    if (!brief && claim.password != Secret("good")) co_return fail(Errc::refused, "no");
    co_return auth::Proof{
        .login = "ann@example.org",
        .own_password = false,
        .token_ends = clock_.now() + (brief ? std::chrono::minutes(1) : std::chrono::minutes(60))};
  }
  Task<std::optional<auth::Facts>> facts(std::string) override { co_return std::nullopt; }

 private:
  const Clock& clock_;
  int& asked_;
};

/// The owner's name stands in the place of a certificate.
class Certificates final : public auth::Check {
 public:
  Task<Result<auth::Proof>> verify(auth::Claim claim) override {
    if (!claim.password.reveal().contains('@')) co_return fail(Errc::refused, "revoked");
    co_return auth::Proof{.login = std::string(claim.password.reveal()), .own_password = false};
  }
  Task<std::optional<auth::Facts>> facts(std::string) override { co_return std::nullopt; }
};

class HttpSignInTest : public testing::Test {
 protected:
  std::variant<Account, command::Refusal> check(const std::string& user,
                                                const std::string& password,
                                                const std::string& device = "phone") {
    if (!sign_in_) make();
    http::Request request;
    request.peer = "192.0.2.1:1000";
    request.headers.push_back({"authorization", "Basic " + base64_encode(user + ':' + password)});
    const DeviceId id = DeviceId::parse(device.empty() ? "none" : device).value();
    return test::run(sign_in_->check(request, device.empty() ? nullptr : &id));
  }
  int status(const std::string& user, const std::string& password,
             const std::string& device = "phone") {
    const auto answer = check(user, password, device);
    const auto* refusal = std::get_if<command::Refusal>(&answer);
    return refusal == nullptr ? 200 : refusal->status;
  }
  std::variant<Account, command::Refusal> check_token(const std::string& token) {
    if (!sign_in_) make();
    http::Request request;
    request.peer = "192.0.2.1:1000";
    request.headers.push_back({"authorization", "Bearer " + token});
    const DeviceId id = DeviceId::parse("phone").value();
    return test::run(sign_in_->check(request, &id));
  }
  /// "200", or the status and what the client is asked for.
  std::string token_status(const std::string& token) {
    const auto answer = check_token(token);
    const auto* refusal = std::get_if<command::Refusal>(&answer);
    if (refusal == nullptr) return "200";
    const bool fresh = refusal->challenge == command::Challenge::fresh_token;
    return std::to_string(refusal->status) + (fresh ? " fresh" : "");
  }
  /// What a request gets that shows `certificate`; empty: none, as with `password`.
  int shown_status(const std::string& certificate, const std::string& password = {}) {
    with_certificates_ = true;
    if (!sign_in_) make();
    http::Request request;
    request.peer = "192.0.2.1:1000";
    if (!certificate.empty()) request.certificates = {certificate};
    if (!password.empty()) {
      request.headers.push_back(
          {"authorization", "Basic " + base64_encode("ann@example.org:" + password)});
    }
    const DeviceId id = DeviceId::parse("phone").value();
    const auto answer = test::run(sign_in_->check(request, &id));
    const auto* refusal = std::get_if<command::Refusal>(&answer);
    return refusal == nullptr ? 200 : refusal->status;
  }
  void make() {
    std::vector<auth::Chain::Link> links;
    if (with_certificates_) {
      links.push_back(
          {"certificates", {}, std::make_unique<Certificates>(), auth::Scheme::certificate});
    }
    if (with_tokens_) {
      links.push_back(
          {"tokens", {}, std::make_unique<Tokens>(clock_, asked_), auth::Scheme::bearer});
    }
    if (with_passwords_) links.push_back({"check", {}, std::make_unique<Check>(asked_, down_)});
    HttpSignIn::Settings settings;
    settings.certificate_required = certificate_required_;
    settings.refusal_delay = std::chrono::milliseconds(0);
    sign_in_.emplace(auth::Chain(std::move(links), mailboxes_, "example.org"), issuers_, rules_,
                     membership_, send_as_, clock_, random_, settings);
  }

  static constexpr const char* ann = "ann@example.org";
  ManualClock clock_;
  SeededRandom random_{1};
  Mailboxes mailboxes_;
  std::vector<auth::AccessRule> rules_;
  command::Membership membership_{clock_, nullptr};
  SendAs send_as_;
  Issuers issuers_;
  int asked_ = 0;
  bool down_ = false;
  bool with_tokens_ = false;
  bool with_passwords_ = true;
  bool with_certificates_ = false;
  bool certificate_required_ = false;
  std::optional<HttpSignIn> sign_in_;
};

TEST_F(HttpSignInTest, RemembersWhoIsRightAndNobodyElse) {
  EXPECT_EQ(status(ann, "right"), 200);
  EXPECT_EQ(status(ann, "right"), 200);
  EXPECT_EQ(asked_, 1);
  EXPECT_EQ(status(ann, "wrong"), 401);
  EXPECT_EQ(status(ann, "wrong"), 401);
  EXPECT_EQ(asked_, 3);
  sign_in_->forget(UserId::parse(ann).value());
  EXPECT_EQ(status(ann, "right"), 200);
  EXPECT_EQ(asked_, 4);
}

TEST_F(HttpSignInTest, ACertificateSignsInWhereTheRequestSaysNothingElse) {
  EXPECT_EQ(shown_status("ann@example.org"), 200);
  EXPECT_EQ(shown_status("revoked"), 401) << "a password would do";
  EXPECT_EQ(shown_status(""), 401);
  EXPECT_EQ(asked_, 0);
  EXPECT_EQ(shown_status("ann@example.org", "right"), 200);
  EXPECT_EQ(shown_status("ann@example.org", "wrong"), 401) << "what is said itself counts";
  EXPECT_EQ(shown_status("revoked", "right"), 200) << "it is not asked for one";
}

TEST_F(HttpSignInTest, WherePasswordsMeanNothingTheCertificateCounts) {
  with_passwords_ = false;
  EXPECT_EQ(shown_status("ann@example.org", "typed once"), 200);
  EXPECT_EQ(shown_status("", "typed once"), 403) << "no password would help";
  EXPECT_EQ(shown_status("revoked"), 403);
}

TEST_F(HttpSignInTest, ARequiredCertificateIsOfTheSameUser) {
  certificate_required_ = true;
  EXPECT_EQ(shown_status("", "right"), 403);
  EXPECT_EQ(shown_status("revoked", "right"), 403);
  EXPECT_EQ(asked_, 0) << "nobody guesses passwords without one";
  EXPECT_EQ(shown_status("ann@example.org", "right"), 200);
  EXPECT_EQ(shown_status("bob@example.org", "right"), 403);
  EXPECT_EQ(shown_status("bob@example.org", "right"), 403) << "when both are remembered, too";
  EXPECT_EQ(shown_status("ann@example.org", "wrong"), 401);
  EXPECT_EQ(shown_status("ann@example.org"), 200);
}

TEST_F(HttpSignInTest, WhatOpensForOneDeviceIsRememberedForItAlone) {
  EXPECT_EQ(status(ann, "phone"), 200);
  EXPECT_EQ(status(ann, "phone"), 200);
  EXPECT_EQ(asked_, 1);
  EXPECT_EQ(status(ann, "phone", "other"), 401);
  EXPECT_EQ(status(ann, "phone", ""), 200);  // OPTIONS
  EXPECT_EQ(status(ann, "phone", "other"), 401);
  EXPECT_EQ(status("bob@example.org", "phone", "other"), 401);
}

TEST_F(HttpSignInTest, ACheckThatIsDownIsAFault) {
  down_ = true;
  EXPECT_THROW(static_cast<void>(status(ann, "right")), Fault);
  down_ = false;
  EXPECT_EQ(status(ann, "right"), 200);
}

TEST_F(HttpSignInTest, RulesAndRightsStayWithWhatIsRemembered) {
  rules_ = {{.name = "bob", .whom = {.users = {"bob@example.org"}}, .deny = DataClasses::all()},
            {.name = "notes", .deny = DataClasses().with(DataClass::notes)}};
  send_as_[ann] = {"info@example.org"};
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(status("bob@example.org", "right"), 403);
    const auto answer = check(ann, "right");
    const auto* account = std::get_if<Account>(&answer);
    ASSERT_NE(account, nullptr);
    EXPECT_EQ(account->send_as, std::vector<std::string>{"info@example.org"});
    EXPECT_EQ(account->denied, DataClasses().with(DataClass::notes));
  }
  EXPECT_EQ(asked_, 2);
}

TEST_F(HttpSignInTest, ATokenIsRememberedUntilItEnds) {
  with_tokens_ = true;
  EXPECT_EQ(token_status("brief"), "200");
  EXPECT_EQ(token_status("brief"), "200");
  EXPECT_EQ(asked_, 1);
  clock_.advance(std::chrono::minutes(1));
  EXPECT_EQ(token_status("brief"), "200");
  EXPECT_EQ(asked_, 2);
  const auto answer = check_token("good");
  EXPECT_EQ(std::get<Account>(answer).token_ends, clock_.now() + std::chrono::minutes(60));
  // Neither is the other.
  EXPECT_EQ(token_status("right"), "401 fresh");
  EXPECT_EQ(status(ann, "good"), 401);
}

TEST_F(HttpSignInTest, BadTokensCountForTheirAddressAndGoodOnesPass) {
  with_tokens_ = true;
  for (int i = 0; i < 50; ++i) EXPECT_EQ(token_status("old"), "401 fresh");
  EXPECT_EQ(sign_in_->counts().expired, 50U);
  EXPECT_EQ(sign_in_->counts().refused, 0U);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(token_status("bad"), "401 fresh");
  EXPECT_EQ(token_status("bad"), "503");
  EXPECT_EQ(token_status("good"), "200");
  EXPECT_EQ(token_status("old"), "401 fresh");
  EXPECT_EQ(status("bob@example.org", "wrong"), 503);
  EXPECT_EQ(status(ann, "wrong"), 401) << "her phone is known since its good token";
}

TEST_F(HttpSignInTest, ChallengesAreOfWhatIsTaken) {
  make();
  const std::vector<std::string> basic = {"Basic realm=\"Godwit\", charset=\"UTF-8\""};
  EXPECT_EQ(sign_in_->challenges(command::Challenge::fresh_token), basic);
  with_tokens_ = true;
  make();
  auto both = basic;
  both.emplace_back("Bearer realm=\"Godwit\"");
  EXPECT_EQ(sign_in_->challenges(command::Challenge::credentials), both);
  both.back() += ", error=\"invalid_token\"";
  EXPECT_EQ(sign_in_->challenges(command::Challenge::fresh_token), both);
}

}  // namespace
}  // namespace godwit::app
