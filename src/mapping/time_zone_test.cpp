#include "mapping/time_zone.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <vector>

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "convert/time_zone/zone.hpp"

namespace godwit::mapping {
namespace {

using namespace std::chrono_literals;

/// Central Europe without names: the example of the protocol notes.
constexpr std::string_view central_europe =
    "xP///wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAoAAAAFAAMAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAMAAAAFAAIAAAAAAAAAxP///w==";

TEST(TimeZone, BothWays) {
  const auto rules = parse_time_zone(central_europe);
  ASSERT_TRUE(rules) << rules.error().message;
  EXPECT_EQ(rules->bias, -60min);
  EXPECT_EQ(rules->daylight_bias, -60min);
  EXPECT_EQ(rules->to_standard->month, 10);
  EXPECT_EQ(rules->to_standard->day, 5);
  EXPECT_EQ(rules->to_standard->time, 3h);
  EXPECT_EQ(format_time_zone(*rules), central_europe);
  const Time about = std::chrono::sys_days(std::chrono::year(2024) / 6 / 1);
  ZoneRules of_zone = convert::Zone::named("Europe/Berlin")->rules_at(about);
  EXPECT_TRUE(of_zone.same_time(*rules));
  of_zone.standard_name.clear();
  of_zone.daylight_name.clear();
  EXPECT_EQ(format_time_zone(of_zone), central_europe);
}

TEST(TimeZone, BadOnes) {
  EXPECT_FALSE(parse_time_zone(""));
  EXPECT_FALSE(parse_time_zone("AAAA"));
  EXPECT_FALSE(parse_time_zone("*"));
  std::string bytes(172, '\0');
  bytes[2] = 1;  // a bias of 65,536 minutes
  EXPECT_FALSE(parse_time_zone(base64_encode(bytes)));
}

TEST(TimeZone, Quirks) {
  ZoneRules rules = *parse_time_zone(central_europe);
  rules.daylight_bias = 60min;
  EXPECT_EQ(parse_time_zone(format_time_zone(rules))->daylight_bias, -60min);
  std::string bytes = *base64_decode(central_europe);
  const std::string narrow = "Europe/Berlin";
  bytes.replace(4, narrow.size(), narrow);
  EXPECT_EQ(parse_time_zone(base64_encode(bytes))->standard_name, narrow);
  bytes[70] = bytes[154] = 0;  // no months
  const auto without = parse_time_zone(base64_encode(bytes));
  EXPECT_FALSE(without->to_standard);
  EXPECT_EQ(without->offset_at(Time(0s)), 1h);
}

/// At noon of every day of a year, but for some between two ways to count Sundays.
bool same_year(const ZoneRules& rules, const convert::Zone& zone, Time about) {
  int different = 0;
  for (int day = 0; day < 365; ++day) {
    const Time noon = about + std::chrono::days(day) + 12h;
    different += rules.offset_at(noon) != zone.offset_at(noon) ? 1 : 0;
  }
  return different <= 12;
}

TEST(TimeZone, BlobsOfTheCorpusMeanTheirZones) {
  const char* const folder = std::getenv("GODWIT_CORPUS");
  if (folder == nullptr) GTEST_SKIP() << "GODWIT_CORPUS names no corpus";
  std::ifstream file(std::string(folder) + "/timezones/eas-timezone-blobs.tsv");
  std::string line;
  std::getline(file, line);
  const Time about = std::chrono::sys_days(std::chrono::year(2012) / 6 / 1);
  int expected_zones = 0, matched = 0, all = 0;
  while (std::getline(file, line)) {
    std::istringstream row(line);
    std::string blob, names;
    std::getline(row, blob, '\t');
    std::getline(row, names, '\t');
    const auto rules = parse_time_zone(blob);
    ASSERT_TRUE(rules) << line;
    ++all;
    const auto zone = convert::match_zone(*rules, about, {});
    matched += zone ? 1 : 0;
    if (names.empty() || names.contains("disabled")) continue;
    ++expected_zones;
    ASSERT_TRUE(zone) << line;
    // The source names one of the zones that have these rules; ours shows the same time.
    bool any = false;
    std::istringstream list(names);
    for (std::string name; std::getline(list, name, ',');) {
      const auto named = convert::Zone::named(name);
      any = any || (named && same_year(*rules, *named, about));
    }
    EXPECT_TRUE(any) << line;
    EXPECT_TRUE(same_year(*rules, *zone, about)) << line << zone->name();
  }
  EXPECT_GE(expected_zones, 8);
  EXPECT_GE(matched, all - 6);
}

}  // namespace
}  // namespace godwit::mapping
