#include "command/traffic.hpp"

#include <gtest/gtest.h>

namespace godwit::command {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;

TEST(Traffic, CountsEachMinuteByItself) {
  Traffic traffic;
  const Time start{std::chrono::hours(500'000)};
  for (const int status : {200, 200, 0, 401, 129, 503}) traffic.ended(start, status);
  traffic.woken(start + minutes(1), milliseconds(20));
  traffic.woken(start + minutes(1), milliseconds(7));
  traffic.waiting(start + minutes(1), 3);
  traffic.waiting(start + minutes(1), 2);
  const auto all = traffic.minutes(start + minutes(2) + milliseconds(30'000));
  ASSERT_EQ(all.size(), Traffic::minutes_max);
  const TrafficMinute& first = all[all.size() - 3];
  EXPECT_EQ(first.begin, start);
  EXPECT_EQ(first.answered, 2U);
  EXPECT_EQ(first.parked, 1U);
  EXPECT_EQ(first.refused, 2U);
  EXPECT_EQ(first.failed, 1U);
  const TrafficMinute& second = all[all.size() - 2];
  EXPECT_EQ(second.woken, 2U);
  EXPECT_EQ(second.wake, milliseconds(20));
  EXPECT_EQ(second.waiting, 3U);
  EXPECT_EQ(all.back().answered, 0U);
}

TEST(Traffic, WhatIsOlderThanAnHourIsGone) {
  Traffic traffic;
  const Time start{std::chrono::hours(500'000)};
  traffic.ended(start, 200);
  EXPECT_EQ(traffic.minutes(start + minutes(59)).front().answered, 1U);
  EXPECT_EQ(traffic.minutes(start + minutes(60)).front().answered, 0U);
  traffic.ended(start + minutes(60), 503);
  EXPECT_EQ(traffic.minutes(start + minutes(60)).back().answered, 0U) << "another hour's";
  EXPECT_EQ(traffic.minutes(start + minutes(60)).back().failed, 1U);
  // The clock was set back.
  EXPECT_EQ(traffic.minutes(start - minutes(10)).back().failed, 0U);
}

}  // namespace
}  // namespace godwit::command
