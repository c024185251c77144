#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/pack.hpp"
#include "policy/provisioning.hpp"
#include "policy/settings.hpp"
#include "wbxml/element.hpp"
#include "wbxml/pages/provision.hpp"

namespace godwit::policy {
namespace {

using eas::Status;
using eas::Version;

Settings strict() {
  Settings settings;
  settings.mode = Mode::strict;
  settings.values = {{"DevicePasswordEnabled", "1"}, {"AllowCamera", "0"}};
  return settings;
}

Device provisioned(const Settings& settings) {
  Device device;
  device.policy_key = 77;
  device.policy_digest = policy_digest(settings, Version::v16_1);
  return device;
}

TEST(Gate, OffAsksForNothing) {
  EXPECT_EQ(gate({}, {}, Version::v16_1, std::nullopt, true), std::nullopt);
  EXPECT_EQ(gate({}, {}, Version::v16_1, 5, true), std::nullopt);
}

TEST(Gate, StrictTellsTheCasesApart) {
  const Settings settings = strict();
  const Device device = provisioned(settings);
  const auto at = [&](const Device& who, std::optional<std::uint32_t> key) {
    return gate(settings, who, Version::v16_1, key, true);
  };
  EXPECT_EQ(at({}, std::nullopt), Status::legacy_device_on_strict_policy);
  EXPECT_EQ(at({}, 0), Status::device_not_provisioned);
  EXPECT_EQ(at({}, 9), Status::device_not_provisioned);
  EXPECT_EQ(at(device, 77), std::nullopt);
  EXPECT_EQ(at(device, 78), Status::invalid_policy_key);
  EXPECT_EQ(at(device, 0), Status::device_not_provisioned);
  EXPECT_EQ(gate(settings, device, Version::v16_1, std::nullopt, false), std::nullopt);
  Settings changed = settings;
  changed.values["AllowCamera"] = "1";
  EXPECT_EQ(gate(changed, device, Version::v16_1, 77, true), Status::policy_refresh);
}

TEST(Gate, LooseLetsThroughWhoNeverAsked) {
  Settings settings = strict();
  settings.mode = Mode::loose;
  EXPECT_EQ(gate(settings, {}, Version::v16_1, std::nullopt, true), std::nullopt);
  EXPECT_EQ(gate(settings, {}, Version::v16_1, 0, true), std::nullopt);
  EXPECT_EQ(gate(settings, provisioned(settings), Version::v16_1, 78, true),
            Status::invalid_policy_key);
}

TEST(Gate, BlockAndWipeComeFirst) {
  Device device;
  device.wipe = Wipe::ordered;
  EXPECT_EQ(gate({}, device, Version::v16_1, std::nullopt, false), Status::remote_wipe_requested);
  device.wipe = Wipe::failed;
  EXPECT_EQ(gate({}, device, Version::v16_1, std::nullopt, false), Status::remote_wipe_requested);
  device.wipe_scope = WipeScope::account;
  EXPECT_EQ(gate({}, device, Version::v16_1, std::nullopt, false), Status::remote_wipe_requested);
  EXPECT_EQ(gate({}, device, Version::v16_0, std::nullopt, false), Status::device_blocked);
  device.wipe = Wipe::done;
  EXPECT_EQ(gate({}, device, Version::v16_0, std::nullopt, false), std::nullopt);
  device.blocked = true;
  EXPECT_EQ(gate({}, device, Version::v16_1, std::nullopt, false), Status::device_blocked);
  device.wipe = Wipe::ordered;  // reaches a device that is kept out
  EXPECT_EQ(gate({}, device, Version::v16_1, std::nullopt, false), Status::remote_wipe_requested);
}

// A policy element that a version does not know must not make its devices provision again and
// again.
TEST(Digest, SeesOnlyWhatTheVersionKnows) {
  Settings settings = strict();
  const auto old = policy_digest(settings, Version::v12_0);
  const auto now = policy_digest(settings, Version::v12_1);
  settings.values["AllowCamera"] = "1";
  EXPECT_EQ(policy_digest(settings, Version::v12_0), old);
  EXPECT_NE(policy_digest(settings, Version::v12_1), now);
}

TEST(Policy, IsWrittenInSchemaOrder) {
  Settings settings = strict();
  settings.values["PasswordRecoveryEnabled"] = "1";
  settings.values["RequireStorageCardEncryption"] = "0";
  settings.values["ApprovedApplicationList"] = "aaaa\nbbbb";
  StringSink sink;
  wbxml::Writer out(sink);
  out.open(wbxml::provision::EASProvisionDoc);
  write_policy(settings, Version::v16_1, out);
  out.close();
  const auto document = wbxml::parse(sink.text());
  ASSERT_TRUE(document);
  ASSERT_EQ(document->children.size(), 5U);
  EXPECT_EQ(document->children[1].tag, wbxml::provision::PasswordRecoveryEnabled);
  EXPECT_EQ(document->children[2].tag, wbxml::provision::RequireStorageCardEncryption);
  EXPECT_EQ(document->children[4].children.size(), 2U);
}

// The rows against what was gathered from [MS-ASPROV]: names, tokens, order, versions, bounds.
TEST(Setting, RowsAreThoseOfTheDocument) {
  const char* folder = std::getenv("GODWIT_EAS");
  if (folder == nullptr) GTEST_SKIP() << "GODWIT_EAS names no folder";
  std::ifstream in(std::string(folder) + "/policies.json");
  const auto known = nlohmann::json::parse(in)["policies"];
  const auto rows = settings_of(Version::v16_1);
  ASSERT_EQ(rows.size(), known.size());
  std::size_t at = 0;
  for (const auto& entry : known) {
    const Setting& row = rows[at++];
    EXPECT_EQ(row.name, entry["name"].get<std::string>());
    EXPECT_EQ(row.tag.code, std::stoi(entry["token"].get<std::string>(), nullptr, 16)) << row.name;
    EXPECT_EQ(eas::to_string(row.since), entry["since"].get<std::string>()) << row.name;
    const std::string type = entry["type"];
    EXPECT_EQ(row.is_list(), type == "container") << row.name;
    if (type == "bool") {
      EXPECT_EQ(row.least, 0) << row.name;
      EXPECT_EQ(row.greatest, 1) << row.name;
    }
    if (type.ends_with("|empty")) {
      EXPECT_TRUE(row.may_be_empty) << row.name;
    }
  }
}

TEST(Setting, IsCheckedWithItsRange) {
  EXPECT_TRUE(check_setting("MinDevicePasswordLength", "4"));
  EXPECT_TRUE(check_setting("MinDevicePasswordLength", ""));
  EXPECT_FALSE(check_setting("MinDevicePasswordLength", "17"));
  EXPECT_FALSE(check_setting("AllowCamera", ""));
  EXPECT_EQ(check_setting("NoSuchThing", "1").error().code, Errc::not_found);
}

TEST(Device, SurvivesItsRecord) {
  Device device;
  device.type = "iPhone";
  device.os = "iOS 19";
  device.policy_key = 4000000000U;
  device.wipe = Wipe::sent;
  device.last_seen = Time(std::chrono::days(20000));
  const auto again = unpack_device(pack(device));
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, device);
  EXPECT_FALSE(unpack_device("nonsense"));
}

// As written before there were named policies.
TEST(Device, IsReadInItsFirstFormat) {
  Device device;
  device.type = "iPhone";
  device.policy_key = 77;
  std::string record = pack(device);
  Packer added;
  added.text("").text("").text("").boolean(false).number(0).text("").boolean(false).text("");
  added.number(0).number(0);
  ASSERT_TRUE(record.ends_with(added.bytes()));
  record.resize(record.size() - added.bytes().size());
  record.front() = 1;
  const auto again = unpack_device(record);
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, device);
}

}  // namespace
}  // namespace godwit::policy
