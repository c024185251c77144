#include "convert/time_zone/zone.hpp"

#include <gtest/gtest.h>

#include <array>

namespace godwit::convert {
namespace {

namespace chrono = std::chrono;
using namespace std::chrono_literals;

Time at(int year, int month, int day, int hour = 0, int minute = 0) {
  return chrono::sys_days(chrono::year(year) / month / day) + chrono::hours(hour) +
         chrono::minutes(minute);
}

LocalTime reading(int year, int month, int day, int hour, int minute = 0) {
  return LocalTime(
      chrono::floor<chrono::seconds>(at(year, month, day, hour, minute).time_since_epoch()));
}

TEST(Zone, Names) {
  for (const std::string_view name : {"Europe/Berlin", "W. Europe Standard Time",
                                      "\"Europe/Berlin\"", "/mozilla.org/20050126_1/Europe/Berlin",
                                      "/freeassociation.sourceforge.net/Tzfile/Europe/Berlin"}) {
    const auto zone = Zone::named(name);
    ASSERT_TRUE(zone) << name;
    EXPECT_EQ(zone->name(), "Europe/Berlin");
    EXPECT_TRUE(zone->is_known());
  }
  EXPECT_EQ(Zone::named("America/Argentina/Buenos Aires")->offset_at(at(2024, 1, 1)), -3h);
  EXPECT_EQ(Zone::named("UTC+05:30")->offset_at(at(2024, 1, 1)), 5h + 30min);
  EXPECT_EQ(Zone::named("Z")->name(), "Etc/UTC");
  EXPECT_FALSE(Zone::named("Nowhere/Else"));
  EXPECT_FALSE(Zone::named(""));
  EXPECT_FALSE(Zone::named(std::string(1'000, 'x')));
}

TEST(Zone, ReadingsTwiceAndNever) {
  const Zone zone = *Zone::named("Europe/Berlin");
  EXPECT_EQ(zone.to_utc(reading(2024, 7, 1, 12)), at(2024, 7, 1, 10));
  EXPECT_EQ(zone.to_utc(reading(2024, 3, 31, 2, 30)), at(2024, 3, 31, 1, 30));    // skipped
  EXPECT_EQ(zone.to_utc(reading(2024, 10, 27, 2, 30)), at(2024, 10, 27, 0, 30));  // twice
  EXPECT_EQ(zone.to_local(at(2024, 3, 31, 0, 59)), reading(2024, 3, 31, 1, 59));
  EXPECT_EQ(zone.to_local(at(2024, 3, 31, 1)), reading(2024, 3, 31, 3));
}

TEST(Zone, RulesShowTheSameTime) {
  for (const std::string_view name :
       {"Europe/Berlin", "America/New_York", "Australia/Sydney", "Asia/Kolkata", "Europe/London",
        "America/Sao_Paulo", "Pacific/Auckland", "Europe/Dublin", "Asia/Tokyo",
        "America/St_Johns"}) {
    const Zone zone = *Zone::named(name);
    for (const int year : {2010, 2015, 2018, 2024}) {
      const ZoneRules rules = zone.rules_at(at(year, 6, 1));
      for (int day = 0; day < 365; ++day) {
        const Time time = at(year, 1, 1, 5) + chrono::days(day);
        ASSERT_EQ(rules.offset_at(time), zone.offset_at(time)) << name << " " << year << " " << day;
      }
    }
  }
  const ZoneRules rules = Zone::named("Europe/Berlin")->rules_at(at(2024, 6, 1));
  EXPECT_EQ(rules.bias, -60min);
  EXPECT_EQ(rules.to_daylight,
            (ZoneChange{.year = 0, .month = 3, .weekday = 0, .day = 5, .time = 2h}));
  EXPECT_EQ(rules.to_standard,
            (ZoneChange{.year = 0, .month = 10, .weekday = 0, .day = 5, .time = 3h}));
  EXPECT_EQ(rules.standard_name, "W. Europe Standard Time");
  EXPECT_EQ(rules.daylight_name, "W. Europe Daylight Time");
}

TEST(MatchZone, PrefersTheUsersOwn) {
  const Time about = at(2024, 6, 1);
  const Zone rome = *Zone::named("Europe/Rome");
  ZoneRules rules = rome.rules_at(about);
  rules.standard_name.clear();
  rules.daylight_name.clear();
  EXPECT_EQ(match_zone(rules, about, std::array{rome})->name(), "Europe/Rome");
  EXPECT_EQ(match_zone(rules, about, {})->rules_at(about).bias, -60min);
  rules.bias = 17min;
  EXPECT_FALSE(match_zone(rules, about, {}));
}

TEST(MatchZone, KnowsRulesOfOtherYears) {
  // The United States until 2006.
  ZoneRules rules;
  rules.bias = 300min;
  rules.daylight_bias = -60min;
  rules.to_daylight = ZoneChange{.year = 0, .month = 4, .weekday = 0, .day = 1, .time = 2h};
  rules.to_standard = ZoneChange{.year = 0, .month = 10, .weekday = 0, .day = 5, .time = 2h};
  const auto zone = match_zone(rules, at(2024, 6, 1), {});
  ASSERT_TRUE(zone);
  EXPECT_EQ(zone->offset_at(at(2006, 7, 1)), -4h);
  EXPECT_TRUE(may_come_from(rules, *Zone::named("America/New_York"), at(2024, 6, 1)));
  EXPECT_FALSE(may_come_from(rules, *Zone::named("America/Chicago"), at(2024, 6, 1)));
}

TEST(Zone, DefinedByTransitions) {
  const Zone zone =
      Zone::of_transitions("Own", 1h, {{at(2024, 3, 31, 1), 2h}, {at(2024, 10, 27, 1), 1h}});
  EXPECT_EQ(zone.offset_at(at(2020, 1, 1)), 1h);
  EXPECT_EQ(zone.offset_at(at(2024, 7, 1)), 2h);
  EXPECT_EQ(zone.offset_at(at(2030, 7, 1)), 1h);
  EXPECT_FALSE(zone.is_known());
}

}  // namespace
}  // namespace godwit::convert
