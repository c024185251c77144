#include "auth/app_password.hpp"

#include <gtest/gtest.h>

#include <set>

#include "run.hpp"
#include "store/memory/memory_store.hpp"

namespace godwit::auth {
namespace {

using backend::DataClass;
using backend::DataClasses;

const UserId ann = UserId::parse("ann@example.org").value();
const UserId bob = UserId::parse("bob@example.org").value();

class AppPasswordTest : public testing::Test {
 protected:
  MadeAppPassword add(NewAppPassword wanted = {}) {
    return test::run(passwords_.add(ann, std::move(wanted))).value();
  }
  bool opens(const Secret& password, const std::string& device = "phone",
             const UserId& user = ann) {
    return test::run(passwords_.find(user, password, device)).has_value();
  }

  ManualClock clock_;
  SeededRandom random_{1};
  store::MemoryStore store_;
  AppPasswords passwords_{store_, clock_, random_};
};

TEST_F(AppPasswordTest, OpensForItsUserUntilItIsRevoked) {
  const auto made = add({.name = "Phone"});
  EXPECT_TRUE(opens(made.password));
  EXPECT_FALSE(opens(made.password, "phone", bob));
  EXPECT_FALSE(opens(Secret("abcd")));
  EXPECT_FALSE(opens(Secret()));
  const auto list = test::run(passwords_.list(ann));
  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(list[0].name, "Phone");
  EXPECT_EQ(list[0].id, made.entry.id);
  EXPECT_EQ(test::run(passwords_.revoke(bob, made.entry.id)).error().code, Errc::not_found);
  EXPECT_TRUE(test::run(passwords_.revoke(ann, made.entry.id)));
  EXPECT_FALSE(opens(made.password));
  EXPECT_EQ(test::run(passwords_.revoke(ann, made.entry.id)).error().code, Errc::not_found);
}

TEST_F(AppPasswordTest, Has128BitsOfItsOwnAndIsNotKept) {
  std::set<std::string> seen;
  for (int i = 0; i < 50; ++i) {
    const std::string password(add().password.reveal());
    EXPECT_EQ(password.size(), 26U + 6U);  // 26 letters of 5 bits in groups of four
    EXPECT_TRUE(seen.insert(password).second);
    std::string bare;
    for (const char c : password) {
      if (c != '-') bare += c;
    }
    for (const auto& record :
         test::run(store_.list(ann.str(), store::Kind::app_password, "", "", 100))) {
      EXPECT_FALSE(record.value.contains(password) || record.value.contains(bare));
    }
  }
}

TEST_F(AppPasswordTest, IsReadAsPeopleType) {
  const auto made = add();
  std::string typed;
  for (const char c : made.password.reveal()) {
    typed += c == '-' ? ' ' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  }
  EXPECT_TRUE(opens(Secret(typed)));
  typed.back() = typed.back() == 'A' ? 'B' : 'A';
  EXPECT_FALSE(opens(Secret(typed)));
}

TEST_F(AppPasswordTest, MayBeOneDevices) {
  const auto made = add({.device = DeviceId::parse("Phone1").value()});
  EXPECT_TRUE(opens(made.password, "phone1"));
  EXPECT_TRUE(opens(made.password, "PHONE1"));
  EXPECT_FALSE(opens(made.password, "phone2"));
  EXPECT_TRUE(opens(made.password, ""));  // what names no device
}

TEST_F(AppPasswordTest, RefusesWhatMakesNoSense) {
  const auto error = [&](NewAppPassword wanted) {
    return test::run(passwords_.add(ann, std::move(wanted))).error().code;
  };
  EXPECT_EQ(error({.name = "a\nb"}), Errc::malformed);
  EXPECT_EQ(error({.name = std::string(65, 'x')}), Errc::too_large);
  EXPECT_EQ(error({.scopes = {}}), Errc::incomplete);
  for (std::size_t i = 0; i < app_passwords_max; ++i) add();
  EXPECT_EQ(error({}), Errc::too_large);
}

TEST_F(AppPasswordTest, DamagedRecordsOpenNothing) {
  const auto made = add();
  std::vector<store::Write> batch;
  batch.push_back({{ann.str(), store::Kind::app_password, "0000"}, 0, "damaged"});
  ASSERT_TRUE(test::run(store_.commit(std::move(batch))));
  EXPECT_TRUE(opens(made.password));
  EXPECT_FALSE(opens(Secret("damaged")));
  EXPECT_EQ(test::run(passwords_.list(ann)).size(), 1U);
}

/// Everybody has a mailbox.
class Mailboxes final : public backend::KnownUsers {
 public:
  Task<Result<backend::Account>> known(std::string login, Secret password) override {
    co_return backend::Account{.user = UserId::parse(login).value(),
                               .login = login,
                               .password = std::move(password),
                               .display_name = {},
                               .addresses = {}};
  }
};

TEST_F(AppPasswordTest, TheCheckOpensItsScopesAlone) {
  Mailboxes mailboxes;
  AppPasswordCheck check(passwords_, mailboxes);
  const DataClasses mail = DataClasses().with(DataClass::mail);
  const auto made = add({.device = DeviceId::parse("phone1").value(), .scopes = mail});
  const auto proof =
      test::run(check.verify({.login = ann.str(), .password = made.password, .device = "phone1"}));
  ASSERT_TRUE(proof);
  EXPECT_EQ(proof->account->user, ann);
  EXPECT_TRUE(proof->account->password.empty());
  EXPECT_TRUE(proof->for_device);
  EXPECT_EQ(proof->denied, DataClasses::all().without(mail));
  EXPECT_FALSE(
      test::run(check.verify({.login = ann.str(), .password = made.password, .device = "other"})));
  EXPECT_FALSE(test::run(check.verify({.login = ann.str(), .password = Secret("x")})));
}

}  // namespace
}  // namespace godwit::auth
