#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "admin/operations.hpp"
#include "admin/store_devices.hpp"
#include "run.hpp"
#include "store/memory/memory_store.hpp"

namespace godwit::admin {
namespace {

using nlohmann::json;
using policy::Wipe;
using store::Kind;

constexpr int long_ago = 1'600'000'000;

class StoreImportTest : public testing::Test {
 protected:
  static json phone(const char* wipe = "", int ordered = 0) {
    return {{"user", "ann"},          {"device", "phone"},      {"type", "iPhone"},
            {"version", "14.1"},      {"policy_key", 4711},     {"policy_name", "default"},
            {"first_seen", long_ago}, {"last_seen", long_ago},  {"wipe", wipe},
            {"wipe_by", "boss"},      {"wipe_ordered", ordered}};
  }
  json import(const json& rows, bool dry_run = false) {
    const json request{
        {"operation", "device.import"},
        {"arguments", {{"from", "z-push"}, {"dry_run", dry_run}, {"devices", rows}}}};
    return json::parse(test::run(operations.run(request.dump(), {"root", "192.0.2.1"})));
  }
  std::string outcome(const json& row, bool dry_run = false) {
    const json answer = import(json::array({row}), dry_run);
    EXPECT_EQ(answer["ok"], true) << answer;
    return answer["result"]["devices"][0]["outcome"];
  }
  std::optional<policy::Device> stored() {
    const auto record = test::run(store.get({"ann", Kind::device, "phone"}));
    if (!record) return std::nullopt;
    return *policy::unpack_device(record->value);
  }
  Wipe wipe() { return stored().value_or(policy::Device{}).wipe; }
  void seen_here() {
    policy::Device device;
    device.type = "Android";
    device.last_seen = clock.now();
    ASSERT_TRUE(
        test::run(store.commit({{{"ann", Kind::device, "phone"}, std::nullopt, pack(device)}})));
  }
  std::size_t entries() { return test::run(audit.list({})).size(); }

  store::MemoryStore store;
  ManualClock clock;
  SeededRandom random{1};
  StoreAudit audit{store, clock, random};
  StoreDevices devices{store, audit, clock, [](const UserId&, const DeviceId&) {}};
  Operations operations{{.devices = &devices,
                         .importer = &devices,
                         .status = {},
                         .forget_user = {},
                         .audit = &audit}};
  Order order{*UserId::parse("ann"), *DeviceId::parse("phone"), {"root", ""}};
};

TEST_F(StoreImportTest, ADeviceIsTakenOverOnce) {
  EXPECT_EQ(outcome(phone(), true), "added");
  EXPECT_FALSE(stored()) << "a dry run";
  EXPECT_EQ(entries(), 0U);
  EXPECT_EQ(outcome(phone()), "added");
  ASSERT_TRUE(stored());
  EXPECT_EQ(stored()->type, "iPhone");
  EXPECT_EQ(stored()->version, 141);
  EXPECT_EQ(stored()->policy_key, 4711U);
  EXPECT_EQ(stored()->policy_digest, "");
  EXPECT_EQ(stored()->first_seen, Time(std::chrono::seconds(long_ago)));
  EXPECT_EQ(entries(), 1U);
  EXPECT_EQ(outcome(phone()), "unchanged");
  EXPECT_EQ(entries(), 1U);
  json later = phone();
  later["last_seen"] = long_ago + 100'000;
  EXPECT_EQ(outcome(later), "updated");
}

TEST_F(StoreImportTest, APendingWipeDoesNotComeBack) {
  EXPECT_EQ(outcome(phone("pending", long_ago)), "added");
  EXPECT_EQ(wipe(), Wipe::ordered);
  EXPECT_EQ(stored()->wipe_by, "boss");
  EXPECT_TRUE(test::run(devices.release(order)));
  EXPECT_EQ(outcome(phone("pending", long_ago)), "unchanged");
  EXPECT_EQ(outcome(phone("done", long_ago)), "kept");
  EXPECT_EQ(wipe(), Wipe::none);
  EXPECT_TRUE(test::run(devices.forget(order)));
  EXPECT_EQ(outcome(phone("pending", long_ago)), "kept");
  EXPECT_FALSE(stored()) << "forgotten is forgotten";
  EXPECT_EQ(outcome(phone("pending", long_ago + 1)), "added") << "another order";
  EXPECT_EQ(wipe(), Wipe::ordered);
}

TEST_F(StoreImportTest, APendingWipeIsNotLost) {
  seen_here();
  EXPECT_EQ(outcome(phone("pending", long_ago)), "wipe");
  EXPECT_EQ(stored()->type, "Android") << "what is known here stays";
  EXPECT_EQ(wipe(), Wipe::ordered);
  EXPECT_EQ(outcome(phone()), "unchanged");
  EXPECT_EQ(wipe(), Wipe::ordered) << "the other server's silence takes nothing back";
  EXPECT_EQ(outcome(phone("done", long_ago)), "wiped") << "it was told by the other server";
  EXPECT_EQ(wipe(), Wipe::done);
  EXPECT_TRUE(stored()->blocked);
}

TEST_F(StoreImportTest, AnAcknowledgedWipeAwaitsItsRelease) {
  json row = phone("done", long_ago);
  row["wipe_account_only"] = true;
  EXPECT_EQ(outcome(row), "added");
  EXPECT_EQ(wipe(), Wipe::done);
  EXPECT_TRUE(stored()->blocked);
  EXPECT_EQ(stored()->policy_key, 0U);
  EXPECT_EQ(test::run(devices.list(std::nullopt))[0].state, "account wiped");
  EXPECT_FALSE(test::run(devices.allow(order)));
  EXPECT_TRUE(test::run(devices.release(order)));
  EXPECT_EQ(outcome(row), "unchanged");
  EXPECT_FALSE(stored()->blocked);
}

TEST_F(StoreImportTest, ADeviceThatCameHereIsNotWipedAgainByOldNews) {
  seen_here();
  EXPECT_EQ(outcome(phone("done", long_ago)), "kept");
  EXPECT_EQ(wipe(), Wipe::none);
}

TEST_F(StoreImportTest, OneBadRowStopsNoOther) {
  json bad_id = phone();
  bad_id["device"] = "../../x";
  json bad_key = phone();
  bad_key["policy_key"] = 1ULL << 32U;
  json bad_wipe = phone("soon");
  json far = phone();
  far["last_seen"] = 1ULL << 60U;
  const json answer = import(json::array({bad_id, 7, bad_key, bad_wipe, far, phone()}));
  ASSERT_EQ(answer["result"]["devices"].size(), 6U) << answer;
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(answer["result"]["devices"][i]["outcome"], "failed") << i;
  }
  EXPECT_EQ(answer["result"]["devices"][5]["outcome"], "added");
  EXPECT_EQ(import(json::array())["ok"], true);
  EXPECT_EQ(import(7)["ok"], false);
  EXPECT_EQ(import(json(201, phone()))["ok"], false);
}

}  // namespace
}  // namespace godwit::admin
