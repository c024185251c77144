#include "migration/z_push.hpp"

#include <gtest/gtest.h>

#include "z_push_sample.hpp"

namespace godwit::migration {
namespace {

using test::ZPushState;

TEST(ZPush, ReadsWhatItKnewOfADevice) {
  ZPushState state;
  state.user("ann")
      .text("devicetype", "iPhone")
      .text("useragent", "Apple-iPhone14C4/2007.67")
      .text("devicemodel", "iPhone14C4")
      .text("deviceos", "iOS 17.2")
      .text("deviceimei", "123")
      .text("asversion", "14.1")
      .number("firstsynctime", 1'600'000'000)
      .number("lastupdatetime", 1'700'000'000)
      .number("policykey", 123456789)
      .text("policyname", "default")
      .number("wipestatus", 1);
  for (const bool as_objects : {false, true}) {
    const auto read = z_push_devices("ABC123", state.bytes(as_objects));
    ASSERT_TRUE(read) << read.error().message;
    ASSERT_EQ(read->size(), 1U);
    const FormerDevice& device = read->front();
    EXPECT_EQ(device.user, "ann");
    EXPECT_EQ(device.device, "abc123");
    EXPECT_EQ(device.type, "iPhone");
    EXPECT_EQ(device.agent, "Apple-iPhone14C4/2007.67");
    EXPECT_EQ(device.model, "iPhone14C4");
    EXPECT_EQ(device.os, "iOS 17.2");
    EXPECT_EQ(device.version, "14.1");
    EXPECT_EQ(device.first_seen, 1'600'000'000);
    EXPECT_EQ(device.last_seen, 1'700'000'000);
    EXPECT_EQ(device.policy_key, 123456789U);
    EXPECT_EQ(device.wipe, FormerWipe::none);
  }
}

TEST(ZPush, KnowsEachStateOfAWipe) {
  struct Case {
    int status;
    FormerWipe wipe;
    bool account;
  };
  for (const auto& [status, wipe, account] :
       {Case{0, FormerWipe::none, false}, Case{1, FormerWipe::none, false},
        Case{2, FormerWipe::pending, false}, Case{4, FormerWipe::pending, false},
        Case{8, FormerWipe::done, false}, Case{16, FormerWipe::pending, true},
        Case{32, FormerWipe::pending, true}, Case{64, FormerWipe::done, true}}) {
    ZPushState state;
    state.user("ann")
        .number("wipestatus", status)
        .text("wiperequestedby", "root")
        .number("wiperequestedon", 1'700'000'000)
        .number("wipeactionon", 1'700'000'100);
    const auto read = z_push_devices("a1", state.bytes());
    ASSERT_TRUE(read);
    EXPECT_EQ(read->front().wipe, wipe) << status;
    EXPECT_EQ(read->front().wipe_account_only, account) << status;
    EXPECT_EQ(read->front().wipe_by, wipe == FormerWipe::none ? "" : "root");
    EXPECT_EQ(read->front().wipe_done, wipe == FormerWipe::done ? 1'700'000'100 : 0);
  }
}

TEST(ZPush, AWipeIsForAllUsersOfTheDeviceButOfOneAccountForOne) {
  ZPushState state;
  state.user("ann").number("wipestatus", 8).number("wiperequestedon", 1'700'000'000);
  state.user("bob").number("wipestatus", 1);
  const auto read = z_push_devices("a1", state.bytes());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->at(1).wipe, FormerWipe::pending);
  EXPECT_EQ(read->at(1).wipe_ordered, 1'700'000'000);
  ZPushState account;
  account.user("ann").number("wipestatus", 16);
  account.user("bob").number("wipestatus", 1);
  EXPECT_EQ(z_push_devices("a1", account.bytes())->at(1).wipe, FormerWipe::none);
}

TEST(ZPush, RefusesWhatIsNoDevice) {
  for (const auto* bytes :
       {"", "a:0:{}", "i:1;", "C:11:\"StateObject\":24:{a:2:{i:0;i:1;i:1;a:0:{}}}"}) {
    EXPECT_FALSE(z_push_devices("a1", bytes)) << bytes;
  }
  ZPushState nameless;
  nameless.user("").number("wipestatus", 1);
  EXPECT_FALSE(z_push_devices("a1", nameless.bytes()));
}

TEST(ZPush, TellsStatesByTheirNames) {
  EXPECT_EQ(z_push_device_of("/state/1/c/abc1-devicedata"), "abc1");
  EXPECT_EQ(z_push_device_of("abc1-devicedata"), "abc1");
  EXPECT_EQ(z_push_device_of("/state/1/c/abc1-folderdata"), "");
}

}  // namespace
}  // namespace godwit::migration
