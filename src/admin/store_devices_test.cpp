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
  SeededRandom random{1};
  StoreAudit audit{store, clock, random};
  StoreDevices devices{store, audit, clock, [this](const UserId& user, const DeviceId& device) {
                         told.push_back(user.str() + " " + device.str());
                       }};
  UserId ann = *UserId::parse("ann");
  DeviceId phone = *DeviceId::parse("phone");
  Order order{ann, phone, {"root", "192.0.2.1"}};
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
  EXPECT_TRUE(test::run(devices.block(order)));
  EXPECT_TRUE(stored("ann", "phone").blocked);
  EXPECT_TRUE(test::run(devices.wipe(order, WipeScope::device)));
  EXPECT_EQ(stored("ann", "phone").wipe, policy::Wipe::ordered);
  EXPECT_EQ(stored("ann", "phone").wipe_changed, clock.now());
  EXPECT_EQ(stored("ann", "phone").wipe_by, "root");
  EXPECT_EQ(stored("ann", "phone").wipe_ordered, clock.now());
  EXPECT_TRUE(test::run(devices.release(order)));
  EXPECT_EQ(stored("ann", "phone").wipe, policy::Wipe::none);
  EXPECT_FALSE(stored("ann", "phone").blocked);
  EXPECT_EQ(told.size(), 3U);
}

TEST_F(StoreDevicesTest, AWipedDeviceComesBackByReleaseAlone) {
  policy::Device device;
  device.wipe = policy::Wipe::done;
  device.blocked = true;
  put("ann", "phone", device);
  for (const auto& refused : {test::run(devices.allow(order)), test::run(devices.unblock(order)),
                              test::run(devices.forget(order))}) {
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::conflict);
    EXPECT_TRUE(refused.error().message.contains("release it first")) << refused.error().message;
  }
  EXPECT_TRUE(stored("ann", "phone").blocked);
  EXPECT_TRUE(test::run(devices.release(order)));
  EXPECT_FALSE(stored("ann", "phone").blocked);
  EXPECT_EQ(test::run(devices.release(order)).error().code, Errc::conflict);
}

TEST_F(StoreDevicesTest, AllowAndBlockAreTakenBackByUnblock) {
  put("ann", "phone", {});
  EXPECT_TRUE(test::run(devices.allow(order)));
  EXPECT_TRUE(stored("ann", "phone").allowed);
  EXPECT_TRUE(test::run(devices.block(order)));
  EXPECT_FALSE(stored("ann", "phone").allowed);
  EXPECT_TRUE(test::run(devices.unblock(order)));
  EXPECT_FALSE(stored("ann", "phone").allowed || stored("ann", "phone").blocked);
}

TEST_F(StoreDevicesTest, OrdersAreInTheAuditLogAlsoWhenTheDeviceIsForgotten) {
  put("ann", "phone", {});
  put_record({"ann", Kind::collection, "phone/1"}, "c");
  EXPECT_TRUE(test::run(devices.wipe(order, WipeScope::device)));
  clock.advance(std::chrono::seconds(5));
  EXPECT_TRUE(test::run(devices.release(order)));
  EXPECT_TRUE(test::run(devices.forget(order)));
  EXPECT_TRUE(test::run(devices.list(ann)).empty());
  EXPECT_TRUE(test::run(store.list("ann", Kind::collection, "", "", 10)).empty());
  const auto entries = test::run(audit.list({.user = "ann", .device = "phone"}));
  ASSERT_EQ(entries.size(), 3U);
  EXPECT_EQ(entries[0].action, "device.wipe");
  EXPECT_EQ(entries[0].by, "root");
  EXPECT_EQ(entries[0].address, "192.0.2.1");
  EXPECT_EQ(entries[0].details, "wipe pending");
  EXPECT_EQ(entries[1].time, clock.now());
  EXPECT_TRUE(test::run(audit.list({.user = "bob"})).empty());
  EXPECT_EQ(test::run(audit.list({.since = clock.now()})).size(), 2U);
  EXPECT_EQ(test::run(audit.list({.entries_max = 1})).size(), 1U);
}

TEST_F(StoreDevicesTest, AuditEntriesGoByAgeAlone) {
  for (int i = 0; i < 1200; ++i) {
    test::run(audit.add({.action = "x"}));
    clock.advance(std::chrono::seconds(1));
  }
  EXPECT_EQ(test::run(audit.expire(clock.now() - std::chrono::seconds(100))), 1100U);
  EXPECT_EQ(test::run(audit.list({})).size(), 100U);
}

TEST_F(StoreDevicesTest, TheAccountAloneOfDevicesThatKnowIt) {
  policy::Device device;
  device.version = 161;
  put("ann", "phone", device);
  EXPECT_TRUE(test::run(devices.wipe(order, WipeScope::account)));
  EXPECT_EQ(stored("ann", "phone").wipe_scope, WipeScope::account);
  EXPECT_EQ(test::run(devices.list(ann))[0].state, "account wipe pending");
  // All of it after all.
  EXPECT_TRUE(test::run(devices.wipe(order, WipeScope::device)));
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
    const auto refused = test::run(devices.wipe(order, WipeScope::account));
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
  EXPECT_EQ(test::run(devices.wipe(order, WipeScope::device)).error().code, Errc::conflict);
  EXPECT_TRUE(told.empty());
}

TEST_F(StoreDevicesTest, ResyncForgetsTheRelationshipsOfThatDeviceOnly) {
  put("ann", "phone", {});
  put_record({"ann", Kind::hierarchy, "phone"}, "h");
  for (int i = 0; i < 1100; ++i) {
    put_record({"ann", Kind::collection, "phone/" + std::to_string(i)}, "c");
  }
  put_record({"ann", Kind::collection, "phone2/1"}, "c");
  EXPECT_TRUE(test::run(devices.resync(order)));
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
  EXPECT_EQ(test::run(devices.wipe(order, WipeScope::device)).error().code, Errc::not_found);
  EXPECT_EQ(test::run(devices.resync(order)).error().code, Errc::not_found);
  EXPECT_EQ(test::run(devices.show(ann, phone)).error().code, Errc::not_found);
}

}  // namespace
}  // namespace godwit::admin
