#include "admin/store_policies.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/fault.hpp"
#include "eas/version.hpp"
#include "policy/stored_policy.hpp"
#include "run.hpp"
#include "store/memory/memory_store.hpp"

namespace godwit::admin {
namespace {

/// One whose process dies, or whose answer is lost, at the next commit.
class FailingStore final : public store::Store {
 public:
  enum class Next : std::uint8_t { works, dies_before, loses_the_answer };

  Task<std::optional<store::Record>> get(store::Key key) override {
    return kept.get(std::move(key));
  }
  Task<std::vector<std::optional<store::Record>>> get_many(std::vector<store::Key> keys) override {
    return kept.get_many(std::move(keys));
  }
  Task<std::vector<store::Record>> list(std::string user, store::Kind kind, std::string prefix,
                                        std::string after, std::size_t limit) override {
    return kept.list(std::move(user), kind, std::move(prefix), std::move(after), limit);
  }
  Task<std::vector<store::Record>> list_all(store::Kind kind, store::Key after,
                                            std::size_t limit) override {
    return kept.list_all(kind, std::move(after), limit);
  }
  Task<bool> commit(std::vector<store::Write> batch) override {
    const Next now = std::exchange(next, Next::works);
    if (now == Next::dies_before) throw Fault(Fault::Kind::unavailable, "died");
    const bool done = co_await kept.commit(std::move(batch));
    if (now == Next::loses_the_answer) throw Fault(Fault::Kind::timed_out, "lost");
    co_return done;
  }

  store::MemoryStore kept;
  Next next = Next::works;
};

class StorePoliciesTest : public testing::Test {
 protected:
  static Task<policy::Choice> choose(policy::Book among, UserId user, std::string assigned) {
    const std::vector<std::string> names{user.str()};
    co_return policy::choose(among, {{names, {}}, assigned});
  }
  static policy::Book two() {
    policy::Policy staff{.name = "staff", .whom = {.users = {"ann@example.org"}}};
    staff.settings.mode = policy::Mode::strict;
    staff.settings.values = {{"MinDevicePasswordLength", "6"}, {"DevicePasswordEnabled", "1"}};
    return {.named = {std::make_shared<const policy::Policy>(std::move(staff))}};
  }

  static Policy camera(const std::string& name) {
    return {.name = name,
            .mode = "strict",
            .users = {"bob@example.org"},
            .groups = {},
            .domains = {},
            .assigned = {},
            .settings = {{"AllowCamera", "0"}}};
  }
  static PolicyOrder order(const std::string& name, std::optional<std::string> edition = {}) {
    return {name, std::move(edition), {"boss@example.org", "192.0.2.1"}};
  }
  void add_device(const UserId& user, const std::string& id, eas::Version version) {
    policy::Device device;
    device.version = std::to_underlying(version);
    std::vector<store::Write> batch;
    batch.push_back({{user.str(), store::Kind::device, id}, std::nullopt, pack(device)});
    ASSERT_TRUE(test::run(store.commit(std::move(batch))));
  }
  std::vector<policy::AuditEntry> entries() { return test::run(audit.list({})); }

  policy::Book configured = two();
  policy::Book book = two();
  FailingStore store;
  ManualClock clock;
  SeededRandom random{7};
  StoreAudit audit{store, clock, random};
  std::vector<std::string> told;
  std::vector<DeviceName> waiting;
  StorePolicies policies{
      store,
      audit,
      {.book = [this]() -> const policy::Book& { return book; },
       .configured = [this]() -> const policy::Book& { return configured; },
       .choose =
           [](policy::Book among, UserId user, std::string assigned) {
             return choose(std::move(among), std::move(user), std::move(assigned));
           },
       .changed = [this](
                      const UserId& user,
                      const DeviceId& device) { told.push_back(user.str() + " " + device.str()); },
       .stored =
           [this](std::vector<policy::PolicyRef> stored) {
             book = policy::with_stored(configured, stored);
           },
       .waiting = [this] { return waiting; }}};
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

TEST_F(StorePoliciesTest, OneOfTheStoreCountsAtOnceAndSaysWhatChanged) {
  const auto saved = test::run(policies.save(camera("field"), order("field", "")));
  ASSERT_TRUE(saved) << saved.error().message;
  EXPECT_EQ(test::run(policies.of_user(bob)).name, "field");
  ASSERT_EQ(test::run(policies.list()).size(), 3U);
  EXPECT_EQ(test::run(policies.rows())[2].edition, *saved);
  ASSERT_EQ(entries().size(), 1U);
  EXPECT_EQ(entries()[0].action, "policy.create");
  EXPECT_EQ(entries()[0].by, "boss@example.org");
  EXPECT_EQ(entries()[0].address, "192.0.2.1");
  EXPECT_EQ(entries()[0].details,
            "field: mode off -> strict; users - -> bob@example.org; AllowCamera - -> 0");
  Policy loose = camera("field");
  loose.mode = "loose";
  clock.advance(std::chrono::seconds(1));
  ASSERT_TRUE(test::run(policies.save(loose, order("field", *saved))));
  ASSERT_EQ(entries().size(), 2U);
  EXPECT_EQ(entries()[1].action, "policy.change");
  EXPECT_EQ(entries()[1].details, "field: mode strict -> loose");
}

TEST_F(StorePoliciesTest, WhatSomebodyElseSavedIsNotOverwritten) {
  const auto first = test::run(policies.save(camera("field"), order("field", "")));
  ASSERT_TRUE(first);
  // The same again: its answer was lost.
  EXPECT_EQ(test::run(policies.save(camera("field"), order("field", ""))).value(), *first);
  EXPECT_EQ(entries().size(), 1U);
  Policy mine = camera("field");
  mine.mode = "loose";
  EXPECT_EQ(test::run(policies.save(mine, order("field", ""))).error().code, Errc::stale);
  Policy hers = camera("field");
  hers.settings = {{"AllowWiFi", "0"}};
  ASSERT_TRUE(test::run(policies.save(hers, order("field", *first))));
  EXPECT_EQ(test::run(policies.save(mine, order("field", *first))).error().code, Errc::stale);
  EXPECT_EQ(test::run(policies.remove(order("field", *first))).error().code, Errc::stale);
  // Removed and made anew, but not as it was looked at.
  ASSERT_TRUE(test::run(policies.remove(order("field"))));
  ASSERT_TRUE(test::run(policies.save(hers, order("field", ""))));
  EXPECT_EQ(test::run(policies.save(mine, order("field", *first))).error().code, Errc::stale);
}

TEST_F(StorePoliciesTest, ANameOfTheConfigurationIsItsAlone) {
  EXPECT_EQ(test::run(policies.save(camera("staff"), order("staff"))).error().code, Errc::conflict);
  EXPECT_EQ(test::run(policies.save(camera("default"), order("default"))).error().code,
            Errc::conflict);
  EXPECT_EQ(test::run(policies.remove(order("staff"))).error().code, Errc::conflict);
  EXPECT_EQ(test::run(policies.remove(order("nothing"))).error().code, Errc::not_found);
  // The file has it since.
  ASSERT_TRUE(test::run(policies.save(camera("field"), order("field"))));
  configured.named.push_back(
      std::make_shared<const policy::Policy>(policy::Policy{.name = "field"}));
  test::run(policies.load());
  EXPECT_EQ(test::run(policies.of_user(bob)).reason, "default");
  const auto rows = test::run(policies.rows());
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_TRUE(rows[3].overridden);
  EXPECT_TRUE(test::run(policies.remove(order("field"))));
}

TEST_F(StorePoliciesTest, WhatContradictsItselfIsRefusedAsInTheConfiguration) {
  Policy bad = camera("field");
  bad.users = {"Ann@example.org"};
  bad.settings = {{"MinDevicePasswordLength", "4"}};
  const auto forecast = test::run(policies.forecast(bad, false));
  ASSERT_TRUE(forecast);
  ASSERT_EQ(forecast->problems.size(), 2U);
  EXPECT_EQ(forecast->problems[0].first, "settings.MinDevicePasswordLength");
  EXPECT_EQ(forecast->problems[1].first, "users");
  const auto refused = test::run(policies.save(bad, order("field")));
  EXPECT_EQ(refused.error().code, Errc::out_of_range);
  EXPECT_TRUE(refused.error().message.contains("devices ignore it without a password"));
  EXPECT_TRUE(refused.error().message.contains("is in policy.staff already"));
  for (const std::string& name :
       {std::string(), std::string(" x"), std::string("a\nb"), std::string(65, 'x')}) {
    EXPECT_FALSE(test::run(policies.save(camera(name), order(name)))) << name;
  }
  EXPECT_TRUE(entries().empty());
}

TEST_F(StorePoliciesTest, ADryRunSaysWhomItHits) {
  add_device(ann, "phone", eas::Version::v16_1);
  add_device(bob, "pad", eas::Version::v16_1);
  add_device(bob, "old", eas::Version::v12_0);
  waiting.push_back({bob, *DeviceId::parse("pad")});
  const auto found = test::run(policies.forecast(camera("field"), false));
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->users, 1U);
  EXPECT_EQ(found->devices, 2U);
  EXPECT_EQ(found->asked, 2U);
  EXPECT_EQ(found->waiting, 1U);
  ASSERT_EQ(found->rows.size(), 2U);
  EXPECT_EQ(found->rows[1].device.view(), "pad");
  EXPECT_TRUE(found->rows[1].waits);
  EXPECT_EQ(found->rows[1].then, "field");
  ASSERT_EQ(found->unknown.size(), 1U);
  EXPECT_EQ(found->unknown[0].version, "12.0");
  EXPECT_EQ(found->unknown[0].settings, std::vector<std::string>{"AllowCamera"});
  EXPECT_EQ(test::run(policies.list()).size(), 2U) << "nothing was saved";
  ASSERT_TRUE(test::run(policies.save(camera("field"), order("field"))));
  EXPECT_EQ(test::run(policies.forecast(camera("field"), false))->devices, 0U);
  EXPECT_EQ(test::run(policies.forecast(camera("field"), true))->devices, 2U);
}

TEST_F(StorePoliciesTest, WhoDiesAtTheCommitHasDoneBothOrNothing) {
  store.next = FailingStore::Next::dies_before;
  EXPECT_THROW((void)test::run(policies.save(camera("field"), order("field", ""))), Fault);
  EXPECT_TRUE(entries().empty());
  test::run(policies.load());
  EXPECT_EQ(test::run(policies.list()).size(), 2U);
  store.next = FailingStore::Next::loses_the_answer;
  EXPECT_THROW((void)test::run(policies.save(camera("field"), order("field", ""))), Fault);
  EXPECT_EQ(entries().size(), 1U);
  // As a start, or the next look at the store, finds it.
  test::run(policies.load());
  EXPECT_EQ(test::run(policies.of_user(bob)).name, "field");
  // Asked for again, it is done.
  EXPECT_TRUE(test::run(policies.save(camera("field"), order("field", ""))));
  EXPECT_EQ(entries().size(), 1U);
  store.next = FailingStore::Next::dies_before;
  EXPECT_THROW((void)test::run(policies.remove(order("field"))), Fault);
  EXPECT_EQ(test::run(policies.list()).size(), 3U);
  EXPECT_EQ(entries().size(), 1U);
}

TEST_F(StorePoliciesTest, OneThatUsersHaveIsNotRemoved) {
  ASSERT_TRUE(test::run(policies.save(camera("field"), order("field"))));
  ASSERT_TRUE(test::run(policies.assign(ann, "field")));
  EXPECT_EQ(test::run(policies.list())[2].assigned, std::vector<std::string>{"ann@example.org"});
  EXPECT_EQ(test::run(policies.remove(order("field"))).error().code, Errc::conflict);
  ASSERT_TRUE(test::run(policies.assign(ann, "")));
  EXPECT_TRUE(test::run(policies.remove(order("field"))));
  EXPECT_EQ(test::run(policies.of_user(bob)).name, "default");
}

}  // namespace
}  // namespace godwit::admin
