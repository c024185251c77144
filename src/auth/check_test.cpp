#include "auth/check.hpp"

#include <gtest/gtest.h>

#include "base/fault.hpp"
#include "run.hpp"

namespace godwit::auth {
namespace {

backend::Account account_of(const std::string& login) {
  return {.user = UserId::parse(login).value(),
          .login = login,
          .password = {},
          .display_name = {},
          .addresses = {}};
}

/// Mailboxes of everybody but nobody@.
class Mailboxes final : public backend::KnownUsers {
 public:
  Task<Result<backend::Account>> known(std::string login, Secret password) override {
    if (login.starts_with("nobody@")) co_return fail(Errc::not_found, "no such user");
    backend::Account account = account_of(login);
    account.password = std::move(password);
    co_return account;
  }
};

struct Behaviour {
  std::string password;    // the right one; empty: the check cannot be asked
  std::string login = {};  // of the mailbox; empty: as sent
  bool own_password = true;
  std::optional<Facts> facts = {};
};

class FakeCheck final : public Check {
 public:
  explicit FakeCheck(Behaviour behaviour) : behaviour_(std::move(behaviour)) {}
  Task<Result<Proof>> verify(Claim claim) override {
    if (behaviour_.password.empty()) throw Fault(Fault::Kind::timed_out, "is down");
    if (claim.password != Secret(behaviour_.password)) co_return fail(Errc::refused, "no");
    co_return Proof{.login = behaviour_.login.empty() ? claim.login : behaviour_.login,
                    .own_password = behaviour_.own_password,
                    .display_name = "From the directory",
                    .facts = behaviour_.facts};
  }
  Task<std::optional<Facts>> facts(std::string) override {
    if (behaviour_.password.empty()) throw Fault(Fault::Kind::unavailable, "is down");
    co_return behaviour_.facts;
  }

 private:
  Behaviour behaviour_;
};

class ChainTest : public testing::Test {
 protected:
  void add(const std::string& name, Behaviour behaviour, std::vector<std::string> domains = {}) {
    links_.push_back({name, std::move(domains), std::make_unique<FakeCheck>(std::move(behaviour))});
  }
  Chain& chain() {
    if (!chain_) chain_.emplace(std::move(links_), mailboxes_, "example.org");
    return *chain_;
  }
  Result<SignedIn> verify(const std::string& login, const std::string& password,
                          bool with_facts = false) {
    return test::run(chain().verify({.login = login, .password = Secret(password)}, with_facts));
  }
  std::string let_in_by(const std::string& login, const std::string& password) {
    const auto signed_in = verify(login, password);
    return signed_in ? signed_in->check : "";
  }

  Mailboxes mailboxes_;
  std::vector<Chain::Link> links_;
  std::optional<Chain> chain_;
};

TEST_F(ChainTest, AsksInOrderUntilOneSaysYes) {
  add("first", {.password = "one"});
  add("second", {.password = "two"});
  EXPECT_EQ(let_in_by("ann", "one"), "first");
  EXPECT_EQ(let_in_by("ann", "two"), "second");
  EXPECT_EQ(let_in_by("ann", "three"), "");
}

TEST_F(ChainTest, ADomainHasItsOwnChecks) {
  add("org", {.password = "org"}, {"example.org"});
  add("com", {.password = "com"}, {"example.com", "corp.example.com"});
  EXPECT_EQ(let_in_by("ann@example.org", "org"), "org");
  EXPECT_EQ(let_in_by("ann@EXAMPLE.ORG", "org"), "org");
  EXPECT_EQ(let_in_by("ann", "org"), "org");  // the default domain
  EXPECT_EQ(let_in_by("CORP\\ann", "com"), "com");
  EXPECT_EQ(let_in_by("ann@example.org", "com"), "");
  EXPECT_EQ(let_in_by("ann@corp", "com"), "com");
  EXPECT_EQ(let_in_by("ann@example.net", "com"), "");
}

TEST_F(ChainTest, WhoCannotBeAskedIsNoRefusal) {
  add("down", {.password = ""});
  add("up", {.password = "right"});
  EXPECT_EQ(let_in_by("ann", "right"), "up");
  EXPECT_THROW(static_cast<void>(verify("ann", "wrong")),
               Fault);  // the one that is down might have said yes
}

TEST_F(ChainTest, NobodySignsInWithoutAMailbox) {
  add("check", {.password = "right"});
  EXPECT_EQ(let_in_by("nobody@example.org", "right"), "");
}

TEST_F(ChainTest, ThePasswordGoesOnToTheMailboxOnlyWhereItIsItsOwn) {
  add("app", {.password = "app", .own_password = false});
  add("directory", {.password = "own", .login = "mailbox@example.org"});
  const auto by_app = verify("ann", "app").value();
  EXPECT_TRUE(by_app.account.password.empty());
  EXPECT_EQ(by_app.account.display_name, "From the directory");
  const auto by_directory = verify("ann", "own").value();
  EXPECT_EQ(by_directory.account.password, Secret("own"));
  EXPECT_EQ(by_directory.account.user.str(), "mailbox@example.org");
}

TEST_F(ChainTest, FactsComeFromWhoKnowsThem) {
  add("app", {.password = "app"});
  add("directory", {.password = "own", .facts = Facts{.groups = {"staff"}, .attributes = {}}});
  EXPECT_TRUE(verify("ann", "app").value().facts.groups.empty());  // nobody asked
  EXPECT_EQ(verify("ann", "app", true).value().facts.groups, std::vector<std::string>{"staff"});
  EXPECT_EQ(verify("ann", "own", true).value().facts.groups, std::vector<std::string>{"staff"});
}

TEST_F(ChainTest, RulesAreNotPassedBecauseADirectoryIsDown) {
  add("app", {.password = "app"});
  add("directory", {.password = ""});
  EXPECT_TRUE(verify("ann", "app"));
  EXPECT_THROW(static_cast<void>(verify("ann", "app", true)), Fault);
}

/// Tokens that are a login; "old-..." has expired, "down" asks nobody.
class FakeTokens final : public Check {
 public:
  Task<Result<Proof>> verify(Claim claim) override {
    EXPECT_EQ(claim.scheme, Scheme::bearer);
    EXPECT_EQ(claim.login, "");
    const std::string token(claim.password.reveal());
    if (token == "down") throw Fault(Fault::Kind::unavailable, "is down");
    if (token.starts_with("old-")) co_return fail(Errc::stale, "expired");
    if (!token.contains('@')) co_return fail(Errc::refused, "no token");
    co_return Proof{.login = token, .own_password = false, .token_ends = Time(Time::duration(7))};
  }
  Task<std::optional<Facts>> facts(std::string) override { co_return std::nullopt; }
};

class TokenChainTest : public ChainTest {
 protected:
  TokenChainTest() {
    add("passwords", {.password = "secret"});
    links_.push_back({"tokens", {"example.org"}, std::make_unique<FakeTokens>(), Scheme::bearer});
  }
  Result<SignedIn> verify_token(const std::string& token) {
    return test::run(
        chain().verify({.login = {}, .password = Secret(token), .scheme = Scheme::bearer}, true));
  }
  Errc error_of(const std::string& token) {
    const auto signed_in = verify_token(token);
    return signed_in ? Errc::conflict : signed_in.error().code;
  }
};

TEST_F(TokenChainTest, ATokenNamesItsUserAndIsNoPassword) {
  const auto signed_in = verify_token("ann@example.org");
  ASSERT_TRUE(signed_in.has_value());
  EXPECT_EQ(signed_in->check, "tokens");
  EXPECT_EQ(signed_in->account.user.view(), "ann@example.org");
  EXPECT_EQ(signed_in->account.token_ends, Time(Time::duration(7)));
  EXPECT_EQ(error_of("secret"), Errc::refused);
  EXPECT_EQ(let_in_by("ann@example.org", "secret"), "passwords");
  EXPECT_EQ(let_in_by("ann@example.org", "ann@example.org"), "");
}

TEST_F(TokenChainTest, AnotherDomainsUserOrNobodyIsRefused) {
  EXPECT_EQ(error_of("ann@example.com"), Errc::refused);
  EXPECT_EQ(error_of("nobody@example.org"), Errc::refused);
}

TEST_F(TokenChainTest, AnOldTokenIsToldFromABadOne) {
  EXPECT_EQ(error_of("old-one"), Errc::stale);
  EXPECT_EQ(error_of("bad-one"), Errc::refused);
  EXPECT_THROW(static_cast<void>(error_of("down")), Fault);
}

TEST_F(TokenChainTest, KnowsWhatItTakes) {
  EXPECT_TRUE(chain().takes(Scheme::bearer));
  EXPECT_TRUE(chain().takes(Scheme::password));
  EXPECT_FALSE(Chain({}, mailboxes_, "example.org").takes(Scheme::bearer));
}

}  // namespace
}  // namespace godwit::auth
