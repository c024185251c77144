// Groups larger than a server gives at once: what no installable server does of itself.
#include <gtest/gtest.h>

#include <set>

#include "interop/directory_bed.hpp"
#include "interop/scripted_ldap.hpp"

namespace godwit::interop {
namespace {

using Habit = ScriptedLdap::Habit;

class LdapRanges : public DirectoryTest {
 protected:
  backend::DirectoryMatches members(const ScriptedLdap& server, std::size_t entries_max) {
    settings_.urls = {"ldap://127.0.0.1:" + std::to_string(server.port())};
    settings_.encryption = backend::LdapSettings::Encryption::none;
    settings_.base = "cn=group";
    settings_.preset = backend::LdapSettings::Preset::active_directory;
    settings_.limit = std::chrono::seconds(60);
    backend::LdapDirectory directory(settings_, clock_);
    return run(directory.members(account_, "cn=group", entries_max));
  }
};

TEST_F(LdapRanges, ALargeGroupIsReadInParts) {
  const ScriptedLdap server(4000, 1500);
  const auto all = members(server, 100'000);
  std::set<std::string> addresses;
  for (const auto& each : all.entries) addresses.insert(each.address);
  EXPECT_EQ(4000U, addresses.size());
  EXPECT_TRUE(addresses.contains("p3999@example.com"));
  EXPECT_EQ(4000U, all.total);
  EXPECT_EQ(3U, server.parts_given());
}

TEST_F(LdapRanges, APartThatEndsWithTheGroup) {
  const ScriptedLdap server(1500, 1500);
  EXPECT_EQ(1500U, members(server, 100'000).total);
  EXPECT_EQ(1U, server.parts_given());
}

TEST_F(LdapRanges, NoMoreIsReadThanIsWanted) {
  const ScriptedLdap server(4000, 1500);
  const auto some = members(server, 20);
  EXPECT_EQ(20U, some.entries.size());
  EXPECT_GT(some.total, 20U);
}

// What could not be read is not passed off as the whole.
TEST_F(LdapRanges, BadServersEndAndAreKnown) {
  for (const Habit habit : {Habit::stuck, Habit::forgets}) {
    const ScriptedLdap server(400, 150, habit);
    const auto some = members(server, 100'000);
    EXPECT_EQ(150U, some.entries.size());
    EXPECT_GT(some.total, some.entries.size());
    EXPECT_LE(server.parts_given(), 2U);
  }
}

TEST_F(LdapRanges, AGroupWithoutEndIsCut) {
  const ScriptedLdap server(0, 20'000, Habit::endless);
  const auto some = members(server, 1000);
  EXPECT_EQ(1000U, some.entries.size());
  EXPECT_GT(some.total, some.entries.size());
  EXPECT_LE(server.parts_given(), 6U);
}

}  // namespace
}  // namespace godwit::interop
