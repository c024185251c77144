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

TEST(RecentRequests, TheOldestOfAllGiveWay) {
  RecentRequests all;
  all.add(user(), device(1), {.command = "Sync"});
  all.add(user(), device(2), {.command = "Ping"});
  for (std::size_t i = 2; i < RecentRequests::all_max; ++i) {
    all.add(user(), device(3), {.command = "Ping"});
  }
  EXPECT_EQ(all.of(user(), device(1)).size(), 1U);
  all.add(user(), device(3), {.command = "Ping"});
  EXPECT_TRUE(all.of(user(), device(1)).empty());
  EXPECT_EQ(all.of(user(), device(2)).size(), 1U);
  EXPECT_EQ(all.of(user(), device(3)).size(), RecentRequests::of_device_max);
}

}  // namespace
}  // namespace godwit::command
