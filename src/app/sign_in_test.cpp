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

class BasicSignInTest : public testing::Test {
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
  void make() {
    std::vector<auth::Chain::Link> links;
    links.push_back({"check", {}, std::make_unique<Check>(asked_, down_)});
    BasicSignIn::Settings settings;
    settings.refusal_delay = std::chrono::milliseconds(0);
    sign_in_.emplace(auth::Chain(std::move(links), mailboxes_, "example.org"), rules_, membership_,
                     send_as_, clock_, random_, settings);
  }

  static constexpr const char* ann = "ann@example.org";
  ManualClock clock_;
  SeededRandom random_{1};
  Mailboxes mailboxes_;
  std::vector<auth::AccessRule> rules_;
  command::Membership membership_{clock_, nullptr};
  SendAs send_as_;
  int asked_ = 0;
  bool down_ = false;
  std::optional<BasicSignIn> sign_in_;
};

TEST_F(BasicSignInTest, RemembersWhoIsRightAndNobodyElse) {
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

TEST_F(BasicSignInTest, WhatOpensForOneDeviceIsRememberedForItAlone) {
  EXPECT_EQ(status(ann, "phone"), 200);
  EXPECT_EQ(status(ann, "phone"), 200);
  EXPECT_EQ(asked_, 1);
  EXPECT_EQ(status(ann, "phone", "other"), 401);
  EXPECT_EQ(status(ann, "phone", ""), 200);  // OPTIONS
  EXPECT_EQ(status(ann, "phone", "other"), 401);
  EXPECT_EQ(status("bob@example.org", "phone", "other"), 401);
}

TEST_F(BasicSignInTest, ACheckThatIsDownIsAFault) {
  down_ = true;
  EXPECT_THROW(static_cast<void>(status(ann, "right")), Fault);
  down_ = false;
  EXPECT_EQ(status(ann, "right"), 200);
}

TEST_F(BasicSignInTest, RulesAndRightsStayWithWhatIsRemembered) {
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

}  // namespace
}  // namespace godwit::app
