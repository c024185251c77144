#include "policy/book.hpp"

#include <gtest/gtest.h>

namespace godwit::policy {
namespace {

PolicyRef named(std::string name, Whom whom) {
  return std::make_shared<const Policy>(
      Policy{std::move(name), {.mode = Mode::strict}, std::move(whom)});
}

Book book() {
  return {.named = {named("staff", {.users = {"ann@example.org"},
                                    .groups = {"staff@example.org"},
                                    .domains = {"staff.example.org"}}),
                    named("board", {.users = {"bob@example.org"}, .groups = {"board@example.org"}}),
                    named("kiosk", {})}};
}

Choice of(std::vector<std::string> addresses, std::vector<std::string> groups = {},
          std::string_view assigned = {}) {
  return choose(book(), {{addresses, groups}, assigned});
}

TEST(Book, AnAssignmentComesBeforeUsersAndTheseBeforeGroups) {
  EXPECT_EQ(of({"eve@example.org"}).policy->name, "default");
  EXPECT_EQ(of({"eve@example.org"}).reason, Reason::standard);
  EXPECT_EQ(of({"eve@example.org"}, {"Board@example.org"}).policy->name, "board");
  EXPECT_EQ(of({"eve@example.org"}, {"board@example.org", "staff@example.org"}).policy->name,
            "staff");
  EXPECT_EQ(of({"bob@example.org"}, {"staff@example.org"}).policy->name, "board");
  EXPECT_EQ(of({"e@x.org", "Eve@Staff.Example.org"}).policy->name, "staff");
  EXPECT_EQ(of({"@staff.example.org"}).policy->name, "default");
  EXPECT_EQ(of({"bob@example.org"}, {}, "kiosk").policy->name, "kiosk");
  EXPECT_EQ(of({"bob@example.org"}, {}, "kiosk").reason, Reason::assigned);
  EXPECT_EQ(of({"bob@example.org"}, {}, "default").policy->name, "default");
  EXPECT_EQ(of({"bob@example.org"}, {}, "gone").policy->name, "board");
}

TEST(Book, GroupsAreAskedForWhereTheyDecide) {
  const std::vector<std::string> bob{"bob@example.org"};
  const std::vector<std::string> eve{"eve@example.org"};
  EXPECT_FALSE(groups_matter(book(), {{bob, {}}, {}}));
  EXPECT_TRUE(groups_matter(book(), {{eve, {}}, {}}));
  EXPECT_FALSE(groups_matter(book(), {{eve, {}}, "kiosk"}));
  EXPECT_FALSE(groups_matter({}, {{eve, {}}, {}}));
  EXPECT_EQ(asked_groups(book()),
            (std::vector<std::string>{"staff@example.org", "board@example.org"}));
}

std::string wrong(std::map<std::string, std::string> values, Mode mode = Mode::strict) {
  const auto found = contradictions({.mode = mode, .values = std::move(values)});
  return found.empty() ? std::string() : found.front().setting + '!';
}

TEST(Contradictions, AreFound) {
  EXPECT_EQ(wrong({}), "");
  EXPECT_EQ(wrong({{"MinDevicePasswordLength", "6"}}), "MinDevicePasswordLength!");
  EXPECT_EQ(wrong({{"MinDevicePasswordLength", ""}, {"AllowSimpleDevicePassword", "1"}}), "");
  EXPECT_EQ(wrong({{"AllowSimpleDevicePassword", "0"}, {"DevicePasswordEnabled", "0"}}),
            "AllowSimpleDevicePassword!");
  EXPECT_EQ(wrong({{"MinDevicePasswordLength", "6"}, {"DevicePasswordEnabled", "1"}}), "");
  EXPECT_EQ(wrong({{"MinDevicePasswordLength", "2"},
                   {"MinDevicePasswordComplexCharacters", "3"},
                   {"DevicePasswordEnabled", "1"}}),
            "MinDevicePasswordComplexCharacters!");
  EXPECT_EQ(wrong({{"AttachmentsEnabled", "0"}, {"MaxAttachmentSize", "1000"}}),
            "MaxAttachmentSize!");
  EXPECT_EQ(wrong({{"AllowHTMLEmail", "0"}, {"MaxEmailHTMLBodyTruncationSize", "10"}}),
            "MaxEmailHTMLBodyTruncationSize!");
  EXPECT_EQ(wrong({{"AllowCamera", "0"}}, Mode::off), "!");
}

TEST(Provisioning, IsDueWhereTheDeviceDoesNotHoldThePolicy) {
  Settings settings{.mode = Mode::strict, .values = {{"AllowCamera", "0"}}};
  Device device;
  EXPECT_TRUE(must_provision(settings, device, eas::Version::v16_1));
  settings.mode = Mode::loose;
  EXPECT_FALSE(must_provision(settings, device, eas::Version::v16_1));
  device.policy_key = 5;
  device.policy_digest = policy_digest(settings, eas::Version::v16_1);
  EXPECT_FALSE(must_provision(settings, device, eas::Version::v16_1));
  settings.values["AllowCamera"] = "1";
  EXPECT_TRUE(must_provision(settings, device, eas::Version::v16_1));
  EXPECT_FALSE(must_provision({}, device, eas::Version::v16_1));
}

}  // namespace
}  // namespace godwit::policy
