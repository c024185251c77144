#include <map>

#include "console/console_bed.hpp"

namespace godwit::console {
namespace {

/// Users with their passwords, as the embedded store keeps them.
class KnownAccounts final : public admin::Accounts {
 public:
  Task<Result<>> add(admin::NewUser user) override {
    if (users.contains(user.login)) co_return fail(Errc::conflict, "exists");
    if (!user.login.contains('@')) co_return fail(Errc::refused, "no <domain>");
    passwords[user.login] = std::string(user.password.reveal());
    users[user.login] = {user.login, user.display_name, user.aliases};
    co_return Result<>{};
  }
  Task<std::vector<admin::User>> list() override {
    std::vector<admin::User> out;
    out.reserve(users.size());
    for (const auto& [login, user] : users) out.push_back(user);
    co_return out;
  }
  Task<Result<>> set_password(std::string login, Secret password) override {
    if (!users.contains(login)) co_return fail(Errc::not_found, "nobody");
    passwords[login] = std::string(password.reveal());
    co_return Result<>{};
  }
  Task<Result<>> remove(std::string login) override {
    if (users.erase(login) == 0) co_return fail(Errc::not_found, "nobody");
    co_return Result<>{};
  }
  Task<Result<std::string>> origin(std::string login) override {
    const auto found = users.find(login);
    if (found == users.end()) co_return fail(Errc::not_found, "nobody");
    co_return found->second.origin;
  }
  Task<Result<>> set_origin(std::string, std::string) override {
    co_return fail(Errc::unsupported, "not here");
  }
  Task<Result<backend::Person>> person(std::string login) override {
    const auto found = users.find(login);
    if (found == users.end()) co_return fail(Errc::not_found, "nobody");
    backend::Person person;
    person.entry.address = login;
    person.entry.display_name = found->second.display_name;
    person.aliases = found->second.aliases;
    co_return person;
  }
  Task<Result<>> change_person(std::string, backend::PersonChange) override {
    co_return fail(Errc::unsupported, "not here");
  }
  Task<Result<admin::UserSync>> sync(admin::UserSyncOrder) override {
    co_return fail(Errc::unsupported, "not here");
  }

  std::map<std::string, admin::User> users;
  std::map<std::string, std::string> passwords;
};

class UserPagesTest : public ConsoleTest {
 protected:
  UserPagesTest() { admin_ = true; }
  /// From now on the embedded store has users.
  void keep_users() {
    accounts_.users[ann] = {ann, "Ann <b>Archer</b>", {"a.archer@example.org"}};
    for (int i = 0; i < 60; ++i) {
      const std::string login = "user" + std::to_string(100 + i) + "@example.org";
      accounts_.users[login] = {login, "", {}};
    }
    accounts(&accounts_);
    sign_in();
  }
  http::Reply send_form(const std::string& path, const std::string& form) {
    return post(path, form + "&token=" + token());
  }
  std::size_t entries(const std::string& action) {
    const auto all = run(audit_.list({}));
    return static_cast<std::size_t>(std::ranges::count(all, action, &policy::AuditEntry::action));
  }

  KnownAccounts accounts_;
};

TEST_F(UserPagesTest, AreListedAndFound) {
  keep_users();
  std::string page = text(get("/godwit/admin/users"));
  EXPECT_TRUE(page.contains("Users: 61")) << page;
  EXPECT_TRUE(page.contains("Ann &lt;b&gt;Archer&lt;/b&gt;")) << page;
  EXPECT_TRUE(page.contains("page=2")) << page;
  EXPECT_FALSE(page.contains("user150@"));
  EXPECT_TRUE(text(get("/godwit/admin/users?page=2")).contains("user150@example.org"));
  page = text(get("/godwit/admin/users?q=ARCHER"));
  EXPECT_TRUE(page.contains("Users: 1<")) << page;
  EXPECT_TRUE(text(get("/godwit/admin/users?q=nothing")).contains("No user fits."));
  EXPECT_FALSE(page.contains("by the directory")) << page;
  accounts_.users[ann].origin = "ldap:entry <7>";
  EXPECT_TRUE(text(get("/godwit/admin/users?q=ann")).contains(">by the directory</td>"));
  EXPECT_TRUE(
      text(get("/godwit/admin/user?user=ann%40example.org"))
          .contains("by the directory<span class=\"hint term\">ldap:entry &lt;7&gt;</span>"));
}

TEST_F(UserPagesTest, OneIsShownWithDevicesAndDelay) {
  keep_users();
  std::string page = text(get("/godwit/admin/user?user=ann%40example.org"));
  EXPECT_TRUE(page.contains("a.archer@example.org")) << page;
  EXPECT_TRUE(page.contains("Devices: 1")) << page;
  EXPECT_TRUE(page.contains("<dt>App passwords</dt><dd>0</dd>")) << page;
  EXPECT_TRUE(page.contains("badge good")) << page;
  delay_ = std::chrono::seconds(40);
  page = text(get("/godwit/admin/user?user=ann%40example.org"));
  EXPECT_TRUE(page.contains("unknown devices wait 40 seconds")) << page;
  EXPECT_EQ(get("/godwit/admin/user?user=nobody%40example.org").status, 404);
  EXPECT_EQ(get("/godwit/admin/user").status, 404);
}

TEST_F(UserPagesTest, AreAddedOnceAndWithThePasswordThatWasMeant) {
  keep_users();
  const std::string form =
      "login=bob%40example.org&name=Bob&aliases=b%40example.org%2C+c%40example.org&password=s3cret";
  EXPECT_EQ(post("/godwit/admin/users/add", form + "&again=s3cret").status, 403) << "no token";
  EXPECT_EQ(send_form("/godwit/admin/users/add", form + "&again=other").status, 409);
  EXPECT_FALSE(accounts_.users.contains("bob@example.org"));
  const auto done = send_form("/godwit/admin/users/add", form + "&again=s3cret");
  EXPECT_EQ(done.status, 303);
  EXPECT_EQ(header(done, "Location"), "/godwit/admin/user?user=bob%40example.org&done=added");
  EXPECT_EQ(accounts_.passwords["bob@example.org"], "s3cret");
  EXPECT_EQ(accounts_.users["bob@example.org"].aliases,
            (std::vector<std::string>{"b@example.org", "c@example.org"}));
  EXPECT_EQ(entries("user.add"), 1U);
  EXPECT_EQ(run(audit_.list({})).back().by, ann);
  // Its answer was lost, and the form comes again.
  const auto again = send_form("/godwit/admin/users/add", form + "&again=s3cret");
  EXPECT_EQ(again.status, 409);
  EXPECT_TRUE(text(again).contains("There is such an address already."));
  EXPECT_FALSE(text(again).contains("s3cret"));
  const auto refused = send_form("/godwit/admin/users/add", "login=x&password=p&again=p");
  EXPECT_TRUE(text(refused).contains("This cannot be done: no &lt;domain&gt;")) << text(refused);
}

TEST_F(UserPagesTest, GetPasswordsAndAreRemovedByTheirAddress) {
  keep_users();
  const std::string user = "user=user100%40example.org";
  EXPECT_EQ(get("/godwit/admin/user/password?" + user).status, 200);
  EXPECT_EQ(send_form("/godwit/admin/user/password", user + "&password=a&again=b").status, 409);
  EXPECT_EQ(send_form("/godwit/admin/user/password", user + "&password=new&again=new").status, 303);
  EXPECT_EQ(accounts_.passwords["user100@example.org"], "new");
  EXPECT_EQ(entries("user.passwd"), 1U);
  EXPECT_EQ(get("/godwit/admin/user/remove?" + user).status, 200);
  EXPECT_EQ(send_form("/godwit/admin/user/remove", user + "&confirm=user101").status, 409);
  EXPECT_TRUE(accounts_.users.contains("user100@example.org"));
  EXPECT_EQ(send_form("/godwit/admin/user/remove", user + "&confirm=User100%40example.org").status,
            303);
  EXPECT_FALSE(accounts_.users.contains("user100@example.org"));
  EXPECT_EQ(entries("user.remove"), 1U);
  EXPECT_EQ(send_form("/godwit/admin/user/remove", user + "&confirm=x").status, 404);
}

TEST_F(UserPagesTest, ElsewhereThoseWithDevicesAreKnown) {
  add_device("other1", policy::Device(), "bob@example.org");
  sign_in();
  const std::string page = text(get("/godwit/admin/users"));
  EXPECT_TRUE(page.contains("Users are not kept in Godwit’s own store")) << page;
  EXPECT_TRUE(page.contains("bob@example.org")) << page;
  EXPECT_FALSE(page.contains("/godwit/admin/users/add")) << page;
  const std::string one = text(get("/godwit/admin/user?user=bob%40example.org"));
  EXPECT_TRUE(one.contains("Devices: 1")) << one;
  EXPECT_FALSE(one.contains("/godwit/admin/user/remove")) << one;
  EXPECT_EQ(get("/godwit/admin/user?user=carol%40example.org").status, 404);
  EXPECT_EQ(get("/godwit/admin/user/remove?user=bob%40example.org").status, 404);
  const auto refused = send_form("/godwit/admin/users/add", "login=x&password=p&again=p");
  EXPECT_EQ(refused.status, 409);
}

TEST_F(UserPagesTest, AreThereForAdministratorsAlone) {
  keep_users();
  admin_ = false;
  for (const char* const path :
       {"/godwit/admin/users", "/godwit/admin/user?user=ann%40example.org",
        "/godwit/admin/users/add", "/godwit/admin/user/remove?user=ann%40example.org"}) {
    EXPECT_EQ(get(path).status, 404) << path;
  }
  EXPECT_EQ(
      send_form("/godwit/admin/user/remove", "user=ann%40example.org&confirm=ann%40example.org")
          .status,
      404);
  EXPECT_TRUE(accounts_.users.contains(ann));
}

}  // namespace
}  // namespace godwit::console
