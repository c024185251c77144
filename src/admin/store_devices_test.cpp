#include "admin/store_devices.hpp"

#include <gtest/gtest.h>

#include "run.hpp"
#include "store/memory/memory_store.hpp"

namespace godwit::admin {
namespace {

using policy::WipeScope;
using store::Kind;

class StoreDevicesTest : public testing::Test {
 protected:
  void put(const char* user, const char* id, const policy::Device& device) {
    put_record({user, Kind::device, id}, pack(device));
  }
  void put_record(store::Key key, std::string value) {
    ASSERT_TRUE(test::run(store.commit({{std::move(key), std::nullopt, std::move(value)}})));
  }
  policy::Device stored(const char* user, const char* id) {
    const auto record = test::run(store.get({user, Kind::device, id}));
    return record ? policy::unpack_device(record->value).value_or(policy::Device{})
                  : policy::Device{};
  }

  store::MemoryStore store;
  ManualClock clock;
  std::vector<std::string> told;
  StoreDevices devices{store, clock, [this](const UserId& user, const DeviceId& device) {
                         told.push_back(user.str() + " " + device.str());
                       }};
  UserId ann = *UserId::parse("ann");
  DeviceId phone = *DeviceId::parse("phone");
};

TEST_F(StoreDevicesTest, ListsAllOrOneUsers) {
  policy::Device device;
  device.type = "iPhone";
  device.version = 161;
  put("ann", "phone", device);
  put("bob", "pad", {});
  put_record({"bob", Kind::device, "bad"}, "\xff\xff");
  const auto all = test::run(devices.list(std::nullopt));
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].type, "iPhone");
  EXPECT_EQ(all[0].version, "16.1");
  EXPECT_EQ(all[0].state, "allowed");
  EXPECT_FALSE(all[0].seen);
  EXPECT_EQ(all[1].state, "damaged");
  EXPECT_EQ(test::run(devices.list(ann)).size(), 1U);
}

TEST_F(StoreDevicesTest, OrdersAreStoredAndTold) {
  put("ann", "phone", {});
  EXPECT_TRUE(test::run(devices.block(ann, phone)));
  EXPECT_TRUE(stored("ann", "phone").blocked);
  EXPECT_TRUE(test::run(devices.wipe(ann, phone, WipeScope::device)));
  EXPECT_EQ(stored("ann", "phone").wipe, policy::Wipe::ordered);
  EXPECT_EQ(stored("ann", "phone").wipe_changed, clock.now());
  EXPECT_TRUE(test::run(devices.unblock(ann, phone)));
  EXPECT_EQ(stored("ann", "phone").wipe, policy::Wipe::none);
  EXPECT_FALSE(stored("ann", "phone").blocked);
  EXPECT_EQ(told.size(), 3U);
}

TEST_F(StoreDevicesTest, TheAccountAloneOfDevicesThatKnowIt) {
  policy::Device device;
  device.version = 161;
  put("ann", "phone", device);
  EXPECT_TRUE(test::run(devices.wipe(ann, phone, WipeScope::account)));
  EXPECT_EQ(stored("ann", "phone").wipe_scope, WipeScope::account);
  EXPECT_EQ(test::run(devices.list(ann))[0].state, "account wipe pending");
  // All of it after all.
  EXPECT_TRUE(test::run(devices.wipe(ann, phone, WipeScope::device)));
  EXPECT_EQ(test::run(devices.list(ann))[0].state, "wipe pending");
  for (const auto [wipe, state] : {std::pair{policy::Wipe::sent, "account wipe pending"},
                                   std::pair{policy::Wipe::done, "account wiped"},
                                   std::pair{policy::Wipe::failed, "account wipe failed"}}) {
    device.wipe = wipe;
    device.wipe_scope = WipeScope::account;
    put("ann", "phone", device);
    EXPECT_EQ(test::run(devices.list(ann))[0].state, state);
  }
}

TEST_F(StoreDevicesTest, TheAccountAloneIsRefusedForDevicesThatDoNotKnowIt) {
  for (const auto [version, said] :
       {std::pair{160, "speaks 16.0"}, std::pair{25, "has not said"}}) {
    policy::Device device;
    device.version = static_cast<std::uint8_t>(version);
    put("ann", "phone", device);
    const auto refused = test::run(devices.wipe(ann, phone, WipeScope::account));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::unsupported);
    EXPECT_TRUE(refused.error().message.contains(said)) << refused.error().message;
    EXPECT_EQ(stored("ann", "phone").wipe, policy::Wipe::none);
  }
  EXPECT_TRUE(told.empty());
}

TEST_F(StoreDevicesTest, WhatIsWipedIsNotWipedAgain) {
  policy::Device device;
  device.wipe = policy::Wipe::done;
  put("ann", "phone", device);
  EXPECT_EQ(test::run(devices.wipe(ann, phone, WipeScope::device)).error().code, Errc::conflict);
  EXPECT_TRUE(told.empty());
}

TEST_F(StoreDevicesTest, ResyncForgetsTheRelationshipsOfThatDeviceOnly) {
  put("ann", "phone", {});
  put_record({"ann", Kind::hierarchy, "phone"}, "h");
  for (int i = 0; i < 1100; ++i) {
    put_record({"ann", Kind::collection, "phone/" + std::to_string(i)}, "c");
  }
  put_record({"ann", Kind::collection, "phone2/1"}, "c");
  EXPECT_TRUE(test::run(devices.resync(ann, phone)));
  EXPECT_FALSE(test::run(store.get({"ann", Kind::hierarchy, "phone"})));
  EXPECT_TRUE(test::run(store.list("ann", Kind::collection, "phone/", "", 10)).empty());
  EXPECT_TRUE(test::run(store.get({"ann", Kind::collection, "phone2/1"})));
  EXPECT_TRUE(test::run(store.get({"ann", Kind::device, "phone"})));
}

TEST_F(StoreDevicesTest, ShowsTheRecoveryPasswordToWhoAsksForOneDevice) {
  put("ann", "phone", {});
  const auto without = test::run(devices.show(ann, phone));
  ASSERT_TRUE(without);
  EXPECT_EQ(without->state, "allowed");
  EXPECT_FALSE(without->recovery_password);
  put_record({"ann", Kind::device_password, "phone"}, "open sesame");
  EXPECT_EQ(test::run(devices.show(ann, phone))->recovery_password->reveal(), "open sesame");
  EXPECT_FALSE(test::run(devices.list(ann))[0].recovery_password);
}

TEST_F(StoreDevicesTest, UnknownDevicesAreNotFound) {
  EXPECT_EQ(test::run(devices.wipe(ann, phone, WipeScope::device)).error().code, Errc::not_found);
  EXPECT_EQ(test::run(devices.resync(ann, phone)).error().code, Errc::not_found);
  EXPECT_EQ(test::run(devices.show(ann, phone)).error().code, Errc::not_found);
}

}  // namespace
}  // namespace godwit::admin
