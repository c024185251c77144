#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "admin/operations.hpp"
#include "auth/app_password.hpp"
#include "run.hpp"
#include "store/memory/memory_store.hpp"

namespace godwit::admin {
namespace {

using nlohmann::json;

/// `ann` is another spelling of ann@example.org; there is nobody else.
class Mailboxes final : public backend::KnownUsers {
 public:
  Task<Result<backend::Account>> known(std::string login, Secret) override {
    if (login != "ann" && login != "ann@example.org") co_return fail(Errc::not_found, "nobody");
    co_return backend::Account{.user = UserId::parse("ann@example.org").value(),
                               .login = login,
                               .password = {},
                               .display_name = {},
                               .addresses = {}};
  }
};

class AppPasswordOperationsTest : public testing::Test {
 protected:
  json ask(const std::string& operation, const json& arguments) {
    Operations::Parts parts;
    parts.app_passwords = &passwords_;
    parts.known_users = &mailboxes_;
    parts.forget_user = [this](const UserId& user) { forgotten_.push_back(user.str()); };
    Operations operations(std::move(parts));
    const json request{{"operation", operation}, {"arguments", arguments}};
    return json::parse(test::run(operations.run(request.dump())));
  }

  ManualClock clock_;
  SeededRandom random_{1};
  store::MemoryStore store_;
  auth::AppPasswords passwords_{store_, clock_, random_};
  Mailboxes mailboxes_;
  std::vector<std::string> forgotten_;
};

TEST_F(AppPasswordOperationsTest, MadeShownOnceAndRevoked) {
  const json made = ask(
      "app_password.add",
      {{"user", "ann"}, {"name", "Phone"}, {"device", "phone1"}, {"scopes", {"mail", "notes"}}});
  ASSERT_EQ(made["ok"], true) << made;
  EXPECT_EQ(made["result"]["scopes"], (json{"mail", "notes"}));
  EXPECT_EQ(made["result"]["device"], "phone1");
  const std::string password = made["result"]["password"];
  const json listed = ask("app_password.list", {{"user", "ann@example.org"}});
  ASSERT_EQ(listed["result"]["app_passwords"].size(), 1U);
  EXPECT_EQ(listed["result"]["app_passwords"][0]["name"], "Phone");
  EXPECT_FALSE(listed.dump().contains(password));

  const json one{{"user", "ann"}, {"id", made["result"]["id"]}};
  EXPECT_EQ(ask("app_password.revoke", one)["ok"], true);
  EXPECT_EQ(forgotten_, std::vector<std::string>{"ann@example.org"});
  EXPECT_EQ(ask("app_password.revoke", one)["error"]["code"], "not_found");
  EXPECT_EQ(forgotten_.size(), 1U);
}

TEST_F(AppPasswordOperationsTest, WithoutScopesItOpensAll) {
  const json made = ask("app_password.add", {{"user", "ann"}});
  EXPECT_EQ(made["result"]["scopes"].size(), backend::data_class_names.size());
  EXPECT_EQ(made["result"]["device"], nullptr);
}

TEST_F(AppPasswordOperationsTest, RefusesWhatMakesNoSense) {
  const auto code = [&](const json& arguments) {
    return ask("app_password.add", arguments)["error"].value("code", "");
  };
  EXPECT_EQ(code({{"user", "bob"}}), "not_found");
  EXPECT_EQ(code(json::object()), "incomplete");
  EXPECT_EQ(code({{"user", "ann"}, {"scopes", {"everything"}}}), "malformed");
  EXPECT_EQ(code({{"user", "ann"}, {"name", "a\nb"}}), "malformed");
  EXPECT_EQ(code({{"user", "ann"}, {"device", std::string(300, 'x')}}), "too_large");
}

}  // namespace
}  // namespace godwit::admin
