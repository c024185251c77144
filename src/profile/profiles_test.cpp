#include "profile/profiles.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace godwit::profile {
namespace {

using Names = std::vector<std::string>;

Profiles parsed(std::string_view text) {
  return parse_profiles("version = 1\n" + std::string(text), "mine.toml").value();
}

std::string problem_of(std::string_view text) {
  const auto profiles = parse_profiles(text, "mine.toml");
  return profiles ? "none" : profiles.error().message;
}

TEST(Profiles, AllConditionsMustHold) {
  const Profiles profiles = parsed(R"(
    [[profile]]
    name = "a"
    types = ["Acme*", "Other"]
    versions = ["12.1"]
    set.merged_folders = true
    source = "seen")");
  EXPECT_TRUE(profiles.of({.type = "ACME Phone", .version = "12.1"}).merged_folders);
  EXPECT_TRUE(profiles.of({.type = "other", .version = "12.1"}).merged_folders);
  EXPECT_FALSE(profiles.of({.type = "Acme", .version = "16.1"}).merged_folders);
  EXPECT_FALSE(profiles.of({.type = "Else", .version = "12.1"}).merged_folders);
  EXPECT_EQ(profiles.of({}), Behaviour{});
}

TEST(Profiles, ProgramsInARange) {
  const Profiles profiles = parsed(R"(
    [[profile]]
    name = "a"
    agents = ["Mail*"]
    agent_from = "2.10"
    agent_below = "3"
    set.window_max = 7
    source = "seen")");
  const auto holds = [&](std::string_view agent) {
    return profiles.of({.agent = agent}).window_max == 7;
  };
  for (const char* agent : {"Mail/2.10", "Mail/2.10.0 (x)", "Mail/2.99", "mail-x/2.11-rc"}) {
    EXPECT_TRUE(holds(agent)) << agent;
  }
  for (const char* agent : {"Mail/2.9", "Mail/3", "Mail/3.0.1", "Mail", "Mail/", "Mail/x",
                            "Other/2.11", "Mail/99999999999"}) {
    EXPECT_FALSE(holds(agent)) << agent;
  }
}

TEST(Profiles, LaterOnesSayOverEarlierOnesAndTheGivenOneOverAll) {
  const Profiles profiles = parsed(R"(
    [[profile]]
    name = "named"
    only_by_name = true
    set.window_max = 1
    source = "seen"
    [[profile]]
    name = "all"
    set.window_max = 2
    set.contact_dates = "08:30"
    source = "seen"
    [[profile]]
    name = "some"
    types = ["X"]
    set.window_max = 3
    source = "seen")");
  EXPECT_EQ(profiles.of({.type = "Y"}).window_max, 2);
  EXPECT_EQ(profiles.of({.type = "X"}).window_max, 3);
  EXPECT_EQ(profiles.of({.type = "X"}).contact_minutes, 510);
  EXPECT_EQ(profiles.of({.type = "X", .given = "named"}).window_max, 1);
  EXPECT_EQ(profiles.of({.type = "X", .given = "all"}).window_max, 2) << "given above found";
  EXPECT_EQ(profiles.of({.type = "X", .given = "gone"}).window_max, 3);
  EXPECT_EQ(profiles.names_of({.type = "X", .given = "named"}), (Names{"all", "some", "named"}));
}

TEST(Profiles, WhatIsWrongIsNamedWithItsLine) {
  EXPECT_EQ(problem_of("x"),
            "mine.toml:1: Error while parsing key-value pair: encountered "
            "end-of-file; see https://toml.io for the form");
  const auto all = [](std::string_view line) {
    return problem_of("version = 1\n[[profile]]\nname = \"a\"\nsource = \"s\"\n" +
                      std::string(line));
  };
  EXPECT_EQ(all(""), "none");
  for (const auto& [line, words] : std::initializer_list<std::pair<const char*, const char*>>{
           {"set.window_max = 0",
            "mine.toml:5: profile a: set.window_max is a number from 1 to 512"},
           {"set.window_max = \"9\"", "set.window_max is a number"},
           {"set.answer_seconds_max = 241", "from 5 to 240"},
           {"set.merged_folders = 1", "set.merged_folders is true or false"},
           {"set.contact_dates = \"24:00\"", "set.contact_dates is a time of day"},
           {"set.contact_dates = \"1:00\"", "set.contact_dates is a time of day"},
           {"set.colour = true", "no setting colour; known are merged_folders"},
           {"set = 5", "set is a table"},
           {"colour = true", "no key colour; known are name"},
           {"types = []", "types is a list of 1 to 100 strings"},
           {"types = \"X\"", "types is a list"},
           {"types = [5]", "types holds strings only"},
           {"agent_from = \"x\"", "agent_from is a version"},
           {"agent_from = 5", "agent_from is a version"},
           {"only_by_name = 1", "only_by_name is true or false"},
           {"test = 1", "test is a string"},
           {"[[profile]]\nname = \"a\"\nsource = \"s\"", "profile a: is there twice"},
           {"[[profile]]\nsource = \"s\"", "needs a name"},
           {"[[profile]]\nname = \"A b\"\nsource = \"s\"", "needs a name"},
           {"[[profile]]\nname = \"b\"", "profile b: needs a source"},
           {"[other]", "other: write [[profile]]"},
       }) {
    EXPECT_NE(all(line).find(words), std::string::npos) << line << ": " << all(line);
  }
  EXPECT_NE(problem_of("version = 2").find("version: is 1"), std::string::npos);
  EXPECT_NE(problem_of("").find("version: is 1"), std::string::npos);
  EXPECT_NE(problem_of("version = 1\nprofile = 5").find("write [[profile]]"), std::string::npos);
  EXPECT_EQ(parse_profiles(std::string(300'000, '#'), "f").error().code, Errc::too_large);
}

TEST(Profiles, AnOwnOneTakesThePlaceOfOneOfItsName) {
  Profiles profiles = parsed("[[profile]]\nname = \"a\"\nsource = \"s\"\nset.window_max = 5");
  Profile own;
  own.name = "a";
  own.set.window_max = 9;
  profiles.add(own);
  own.name = "b";
  own.types = {"X"};
  own.set.window_max = 11;
  profiles.add(own);
  EXPECT_EQ(profiles.list().size(), 2U);
  EXPECT_EQ(profiles.of({}).window_max, 9);
  EXPECT_EQ(profiles.of({.type = "X"}).window_max, 11);
}

TEST(Profiles, AreToldAsTheFileSpellsThem) {
  const Profiles profiles = parsed(
      "[[profile]]\nname = \"a\"\nsource = \"s\"\ntypes = [\"X\", \"Y*\"]\nagent_below = "
      "\"1.2.0\"\n"
      "set.contact_dates = \"08:05\"\nset.fleeting = false\nset.window_max = 5");
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(describe_conditions(profiles.list().front()),
            (Pairs{{"types", "X Y*"}, {"agent_below", "1.2"}}));
  EXPECT_EQ(describe(profiles.list().front().set),
            (Pairs{{"fleeting", "false"}, {"window_max", "5"}, {"contact_dates", "08:05"}}));
}

/// Whether some test of the project is called so.
bool is_a_test(const std::string& name) {
  const auto dot = name.find('.');
  const std::string words = name.substr(0, dot) + ", " + name.substr(dot + 1) + ')';
  const std::filesystem::path root(GODWIT_SOURCE_DIR);
  for (const char* folder : {"src", "tests"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root / folder)) {
      if (!entry.path().string().ends_with("_test.cpp")) continue;
      std::ifstream in(entry.path());
      const std::string text((std::istreambuf_iterator<char>(in)), {});
      if (text.find('(' + words) != std::string::npos) return true;
    }
  }
  return false;
}

TEST(ShippedProfiles, EachNamesItsSourceAndItsTest) {
  const ProfilesRef shipped = shipped_profiles();
  ASSERT_FALSE(shipped->list().empty());
  for (const Profile& each : shipped->list()) {
    EXPECT_TRUE(is_a_test(each.test)) << each.name << ": " << each.test;
    EXPECT_FALSE(describe(each.set).empty()) << each.name;
    EXPECT_TRUE(each.only_by_name || !describe_conditions(each).empty()) << each.name;
  }
  EXPECT_TRUE(parse_profiles(shipped_text(), "own.toml")) << "is an example of an own file";
}

TEST(ShippedProfiles, ProgramsThatAreMeant) {
  const ProfilesRef shipped = shipped_profiles();
  const auto names = [&](const Client& client) { return shipped->names_of(client); };
  EXPECT_EQ(names({.type = "iPhone", .agent = "Apple-iPhone9C1/1607.83", .version = "14.1"}),
            (Names{"four-minutes", "ios-12.4-to-13"}));
  EXPECT_EQ(names({.type = "iPhone", .agent = "Apple-iPhone9C1/1707.3"}).size(), 2U);
  EXPECT_EQ(names({.type = "iPad", .agent = "Apple-iPad13C1/1708.61"}), Names{"four-minutes"});
  EXPECT_EQ(names({.type = "Android", .agent = "Android/4.1.2-EAS-1.3"}),
            (Names{"android-patience", "android-before-4.4"}));
  EXPECT_EQ(names({.type = "Android", .agent = "Android/8.0.0-EAS-2.0"}),
            Names{"android-patience"});
  EXPECT_EQ(names({.type = "Android", .agent = "Android-Mail/2024.10.27.release"}),
            Names{"android-patience"});
  EXPECT_EQ(names({.type = "SAMSUNGSMG960F", .agent = "SAMSUNG-SM-G960F/101.80000"}),
            Names{"samsung-patience"});
  EXPECT_EQ(names({.type = "PocketPC", .agent = "MSFT-PPC/5.2.5082"}), Names{"pocket-pc"});
  EXPECT_EQ(names({.type = "SmartPhone", .agent = "Godwit-Client/0.1"}), Names{});
  EXPECT_EQ(names({.type = "Outlook", .agent = "Outlook-iOS-Android/1.0"}), Names{"four-minutes"});
}

}  // namespace
}  // namespace godwit::profile
