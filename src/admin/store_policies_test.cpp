#include "admin/store_policies.hpp"

#include <gtest/gtest.h>

#include "run.hpp"
#include "store/memory/memory_store.hpp"

namespace godwit::admin {
namespace {

class StorePoliciesTest : public testing::Test {
 protected:
  Task<policy::Choice> choose(UserId user, std::string assigned) {
    const std::vector<std::string> names{user.str()};
    co_return policy::choose(book, {{names, {}}, assigned});
  }
  static policy::Book two() {
    policy::Policy staff{.name = "staff", .whom = {.users = {"ann@example.org"}}};
    staff.settings.mode = policy::Mode::strict;
    staff.settings.values = {{"MinDevicePasswordLength", "6"}, {"DevicePasswordEnabled", "1"}};
    return {.named = {std::make_shared<const policy::Policy>(std::move(staff))}};
  }

  policy::Book book = two();
  store::MemoryStore store;
  std::vector<std::string> told;
  StorePolicies policies{store,
                         {[this]() -> const policy::Book& { return book; },
                          [this](UserId user, std::string assigned) {
                            return choose(std::move(user), std::move(assigned));
                          },
                          [this](const UserId& user, const DeviceId& device) {
                            told.push_back(user.str() + " " + device.str());
                          }}};
  UserId ann = *UserId::parse("ann@example.org");
  UserId bob = *UserId::parse("bob@example.org");
};

TEST_F(StorePoliciesTest, AreListedInTheOrderOfTheirDocument) {
  const auto rows = test::run(policies.list());
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].name, "default");
  EXPECT_EQ(rows[0].mode, "off");
  EXPECT_EQ(rows[1].mode, "strict");
  ASSERT_EQ(rows[1].settings.size(), 2U);
  EXPECT_EQ(rows[1].settings[0].first, "DevicePasswordEnabled");
}

TEST_F(StorePoliciesTest, AnAssignmentWinsAndItsDevicesAreTold) {
  EXPECT_EQ(test::run(policies.of_user(ann)).reason, "user");
  EXPECT_EQ(test::run(policies.of_user(bob)).name, "default");
  std::vector<store::Write> batch;
  batch.push_back({{bob.str(), store::Kind::device, "pad"}, std::nullopt, pack(policy::Device{})});
  ASSERT_TRUE(test::run(store.commit(std::move(batch))));
  EXPECT_EQ(test::run(policies.assign(bob, "nothing")).error().code, Errc::not_found);
  EXPECT_TRUE(test::run(policies.assign(bob, "staff")));
  EXPECT_EQ(told, std::vector<std::string>{"bob@example.org pad"});
  EXPECT_EQ(test::run(policies.of_user(bob)).name, "staff");
  EXPECT_EQ(test::run(policies.of_user(bob)).reason, "assigned");
  EXPECT_EQ(test::run(policies.list())[1].assigned, std::vector<std::string>{"bob@example.org"});
  EXPECT_TRUE(test::run(policies.assign(bob, "")));
  EXPECT_EQ(test::run(policies.of_user(bob)).reason, "default");
}

}  // namespace
}  // namespace godwit::admin
