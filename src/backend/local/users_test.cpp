#include "backend/local/users.hpp"

#include <gtest/gtest.h>

#include "backend/local/addresses.hpp"
#include "backend/local/password.hpp"
#include "backend/local/testing.hpp"

namespace godwit::backend::local {
namespace {

struct LocalUsersTest : testing::Test {
  std::optional<std::string> sign_in(const std::string& login, const std::string& password) {
    const auto account = test::run(fixture.users().sign_in(login, Secret(password)));
    if (account) return account->user.str();
    EXPECT_EQ(Errc::refused, account.error().code);
    return std::nullopt;
  }
  std::optional<Errc> add(LocalUsers::NewUser user) {
    const auto added = test::run(fixture.users().add(std::move(user)));
    if (added) return std::nullopt;
    return added.error().code;
  }

  LocalFixture fixture;
};

TEST_F(LocalUsersTest, WhoeverAsksCostsOneHashOfTheSameWork) {
  fixture.add_user("ada@example.com");
  std::vector<std::string> verified;  // the hashes, without salt and digest
  LocalUsers users(fixture.store(), [&](const std::string& hash, const Secret& password) {
    verified.push_back(hash.substr(0, hash.find('$', hash.find("m="))));
    return verify_password(hash, password);
  });
  EXPECT_TRUE(test::run(users.sign_in("ada@example.com", Secret("secret"))));
  const std::string overlong(5000, 'x');
  for (const auto& [login, password] :
       std::vector<std::pair<std::string, std::string>>{{"ada@example.com", "wrong"},
                                                        {"ada@example.com", ""},
                                                        {"ada@example.com", overlong},
                                                        {"nobody@example.com", "secret"},
                                                        {"nobody@example.com", overlong},
                                                        {"nobody@elsewhere.test", "secret"},
                                                        {"", ""}}) {
    verified.resize(1);
    EXPECT_FALSE(test::run(users.sign_in(login, Secret(password)))) << login;
    ASSERT_EQ(verified.size(), 2U) << login << ' ' << password.size();
    EXPECT_EQ(verified[1], verified[0]) << login;
    EXPECT_TRUE(verified[1].starts_with("$argon2id$")) << verified[1];
  }
}

TEST_F(LocalUsersTest, SignsInByEveryFormOfTheLogin) {
  fixture.add_user("ada@example.com");
  for (const std::string login : {"ada@example.com", "ada", "EXAMPLE\\ada", "example.com\\Ada",
                                  "ADA@Example.COM", "example\\ada@example.com", "\\ada"}) {
    EXPECT_EQ("ada@example.com", sign_in(login, "secret")) << login;
    EXPECT_FALSE(sign_in(login, "Secret")) << login;
  }
  for (const std::string login :
       {"", "@", "bob", "OTHER\\ada", "ada@example.net", "ada@example.org", "ada@", "\\"}) {
    EXPECT_FALSE(sign_in(login, "secret")) << login;
  }
  EXPECT_FALSE(sign_in("ada", ""));
  EXPECT_FALSE(sign_in("ada", std::string(5000, 'x')));
}

TEST_F(LocalUsersTest, ABareNameMustBeUnambiguous) {
  fixture.add_user("ada@example.com");
  fixture.add_user("ada@example.org");
  EXPECT_FALSE(sign_in("ada", "secret"));
  EXPECT_FALSE(sign_in("EXAMPLE\\ada", "secret"));  // both domains begin so
  EXPECT_EQ("ada@example.org", sign_in("example.org\\ada", "secret"));
  EXPECT_EQ("ada@example.com", sign_in("ada@example.com", "secret"));
}

TEST_F(LocalUsersTest, AnAccountSaysWhoItIs) {
  EXPECT_FALSE(add({.address = "Ada@Example.com",
                    .password = Secret("geheim"),
                    .display_name = "Ada Ä.",
                    .aliases = {"office@example.org", "a@example.com"}}));
  const auto account = test::run(fixture.users().sign_in("ada", Secret("geheim")));
  ASSERT_TRUE(account);
  EXPECT_EQ("ada@example.com", account->user.view());
  EXPECT_EQ("Ada Ä.", account->display_name);
  EXPECT_EQ((std::vector<std::string>{"ada@example.com", "a@example.com", "office@example.org"}),
            account->addresses);
  EXPECT_EQ("geheim", account->password.reveal());
}

TEST_F(LocalUsersTest, RefusesWhatCannotBe) {
  fixture.add_user("ada@example.com");
  const Secret password("x");
  EXPECT_EQ(Errc::conflict, add({.address = "ADA@example.com", .password = password}));
  EXPECT_EQ(Errc::malformed, add({.address = "ada", .password = password}));
  EXPECT_EQ(Errc::malformed, add({.address = "a b@example.com", .password = password}));
  EXPECT_EQ(Errc::refused, add({.address = "bob@example.net", .password = password}));
  EXPECT_EQ(Errc::refused, add({.address = "bob@example.com", .password = Secret()}));
  EXPECT_EQ(
      Errc::conflict,
      add({.address = "bob@example.com", .password = password, .aliases = {"ada@example.com"}}));
  EXPECT_EQ(
      Errc::malformed,
      add({.address = "bob@example.com", .password = password, .display_name = "two\r\nlines"}));
  EXPECT_EQ(1U, test::run(fixture.users().list()).size());
  EXPECT_EQ(Errc::not_found,
            test::run(fixture.users().set_password("bob@example.com", password)).error().code);
  EXPECT_EQ(Errc::not_found, test::run(fixture.users().remove("bob@example.com")).error().code);
}

TEST_F(LocalUsersTest, ChangesWhatAnAdministratorChanges) {
  fixture.add_user("ada@example.com");
  LocalUsers& users = fixture.users();
  ASSERT_TRUE(test::run(users.set_password("ada@example.com", Secret("new"))));
  EXPECT_FALSE(sign_in("ada", "secret"));
  EXPECT_TRUE(sign_in("ada", "new"));
  ASSERT_TRUE(fixture.change_person("ada@example.com",
                                    {.fields = {{&DirectoryEntry::display_name, "Countess"}},
                                     .aliases = {{"b@example.com", "b@example.com"}}}));
  ASSERT_TRUE(test::run(users.set_quota("ada@example.com", 5000)));
  const auto list = test::run(users.list());
  ASSERT_EQ(1U, list.size());
  EXPECT_EQ("Countess", list[0].display_name);
  EXPECT_EQ(5000U, list[0].quota_bytes);
  EXPECT_EQ(std::vector<std::string>{"b@example.com"}, list[0].aliases);
  EXPECT_EQ("ada@example.com", test::run(users.find("b@example.com"))->user.view());
  ASSERT_TRUE(test::run(users.remove("ada@example.com")));
  EXPECT_FALSE(sign_in("ada", "new"));
  EXPECT_TRUE(test::run(users.list()).empty());
}

TEST_F(LocalUsersTest, SomeCameFromADirectory) {
  EXPECT_FALSE(add({.address = "ada@example.com",
                    .password = Secret("pw"),
                    .aliases = {"lovelace@example.com"},
                    .origin = "entryUUID=1"}));
  EXPECT_FALSE(add(
      {.address = "bob@example.com", .password = Secret("pw"), .aliases = {"robert@example.com"}}));
  const auto known = [this](const std::string& login) {
    const auto account = test::run(fixture.users().known(login, {}));
    return account ? account->user.str() : std::string();
  };
  // What the directory calls its people opens their mailboxes; an alias given by hand does not.
  EXPECT_EQ(known("lovelace@example.com"), "ada@example.com");
  EXPECT_EQ(known("EXAMPLE\\lovelace"), "ada@example.com");
  EXPECT_EQ(known("robert@example.com"), "");
  EXPECT_FALSE(sign_in("lovelace@example.com", "pw")) << "its password is of the login";

  EXPECT_EQ(test::run(fixture.users().origin("Ada@example.com")), "entryUUID=1");
  EXPECT_EQ(test::run(fixture.users().list()).at(0).origin, "entryUUID=1");
  EXPECT_EQ(test::run(fixture.users().origin("nobody@example.com")).error().code, Errc::not_found);
  EXPECT_TRUE(test::run(fixture.users().set_origin("bob@example.com", "entryUUID=2")));
  EXPECT_EQ(known("robert@example.com"), "bob@example.com");
  EXPECT_FALSE(test::run(fixture.users().set_origin("nobody@example.com", "x")));
  const auto again =
      test::run(fixture.users().add({.address = "ada@example.com", .password = Secret("pw")}));
  EXPECT_EQ(again.error().code, Errc::conflict);
  EXPECT_TRUE(again.error().message.contains("from the directory")) << again.error().message;
}

TEST_F(LocalUsersTest, UsersSeeNothingOfEachOther) {
  const Account ada = fixture.add_user("ada@example.com");
  const Account bob = fixture.add_user("bob@example.com");
  const auto mail_of_ada = fixture.store().open(ada);
  const auto mail_of_bob = fixture.store().open(bob);
  const FolderKey key = test::run(mail_of_ada->create_folder(std::nullopt, "Secret")).value();
  EXPECT_EQ(Errc::not_found, test::run(mail_of_bob->status(key)).error().code);
  EXPECT_EQ(Errc::not_found, test::run(mail_of_bob->delete_folder(key)).error().code);
  EXPECT_EQ(Errc::not_found, test::run(mail_of_bob->create_folder(key, "Below")).error().code);
}

TEST_F(LocalUsersTest, TheMailOfARemovedUserIsAFault) {
  const Account ada = fixture.add_user("ada@example.com");
  const auto mail = fixture.store().open(ada);
  ASSERT_TRUE(test::run(fixture.users().remove("ada@example.com")));
  EXPECT_THROW((void)test::run(mail->folders()), Fault);
}

TEST(Addresses, AreReadOrRefused) {
  EXPECT_EQ("a@b.c", parse_address("A@B.c")->str());
  EXPECT_EQ("ä@b.c", parse_address("ä@b.c")->str());
  for (const std::string text : {"", "a", "@b", "a@", "a@b@c", "a b@c", "<a@b>", "a,b@c", "\"a\"@b",
                                 "a@b\r\n", "a\\b@c", "\xFF@b"}) {
    EXPECT_FALSE(parse_address(text)) << text;
  }
}

}  // namespace
}  // namespace godwit::backend::local
