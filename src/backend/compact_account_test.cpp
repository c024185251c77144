#include "backend/compact_account.hpp"

#include <gtest/gtest.h>

namespace godwit::backend {
namespace {

void expect_same(const Account& given) {
  const Account got = CompactAccount(given).with(given.password);
  EXPECT_EQ(got.user, given.user);
  EXPECT_EQ(got.login, given.login);
  EXPECT_EQ(got.password, given.password);
  EXPECT_EQ(got.display_name, given.display_name);
  EXPECT_EQ(got.addresses, given.addresses);
  EXPECT_EQ(got.send_as, given.send_as);
  EXPECT_EQ(got.denied, given.denied);
  EXPECT_EQ(got.token_ends, given.token_ends);
}

TEST(CompactAccount, GivesBackWhatItTook) {
  const auto user = UserId::parse("ann@example.org").value();
  Account account{user, "ann@example.org", Secret("pw"), {}, {"ann@example.org"}};
  expect_same(account);
  account.denied = DataClasses().with(DataClass::notes);
  expect_same(account);
  account.denied = {};
  account.token_ends = Time(std::chrono::milliseconds(1'750'000'000'123));
  expect_same(account);
  account.token_ends.reset();
  account.send_as = {"info@example.org"};
  expect_same(account);
  account.display_name = "Ann Archer";
  expect_same(account);
  account.display_name.clear();
  account.addresses.emplace_back("a.archer@example.org");
  expect_same(account);
  account.addresses.clear();
  account.login = "ann";
  expect_same(account);
}

}  // namespace
}  // namespace godwit::backend
