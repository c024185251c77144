#include "command/recent_requests.hpp"

#include <gtest/gtest.h>

namespace godwit::command {
namespace {

UserId user() { return UserId::parse("ann@example.org").value(); }
DeviceId device(std::size_t number) {
  return DeviceId::parse("phone" + std::to_string(number)).value();
}

TEST(RecentRequests, TheNewestComesFirstAndOldOnesGo) {
  RecentRequests all;
  EXPECT_TRUE(all.of(user(), device(1)).empty());
  for (int i = 1; i <= 30; ++i) all.add(user(), device(1), {.command = "Sync", .status = i});
  const auto found = all.of(user(), device(1));
  ASSERT_EQ(found.size(), RecentRequests::of_device_max);
  EXPECT_EQ(found.front().status, 30);
  EXPECT_EQ(found.back().status, 11);
  EXPECT_TRUE(all.of(user(), device(2)).empty());
  EXPECT_TRUE(all.of(UserId::parse("bob@example.org").value(), device(1)).empty());
}

TEST(RecentRequests, TheDeviceThatAskedLongestAgoGivesWay) {
  RecentRequests all;
  for (std::size_t i = 0; i < RecentRequests::devices_max; ++i) {
    all.add(user(), device(i), {.command = "Ping"});
  }
  all.add(user(), device(0), {.command = "Sync"});
  all.add(user(), device(RecentRequests::devices_max), {.command = "Ping"});
  EXPECT_EQ(all.of(user(), device(0)).size(), 2U);
  EXPECT_TRUE(all.of(user(), device(1)).empty());
  EXPECT_EQ(all.of(user(), device(RecentRequests::devices_max)).size(), 1U);
}

}  // namespace
}  // namespace godwit::command
