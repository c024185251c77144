#include "watch/wheel.hpp"

#include <gtest/gtest.h>

#include <deque>

namespace godwit::watch {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

struct Timer : WheelNode {
  Time fired{};
};

TEST(Wheel, no_timer_is_early_and_none_is_missed) {
  SeededRandom random(7);
  const Time start(std::chrono::seconds(1'000'000));
  TimerWheel wheel(start, milliseconds(100), 16);
  std::deque<Timer> timers(500);
  for (Timer& timer : timers) {
    wheel.schedule(timer, start + milliseconds(random.next() % 20'000));
  }
  Time previous = start;
  for (Time now = start; now < start + milliseconds(22'000);) {
    wheel.expire(now, [now, previous](WheelNode& node) {
      static_cast<Timer&>(node).fired = now;
      EXPECT_LE(node.due(), now);
      EXPECT_GE(node.due(), std::min(previous, now));
    });
    previous = now;
    now += milliseconds(random.next() % 900);
  }
  for (const Timer& timer : timers) {
    EXPECT_FALSE(timer.scheduled());
    EXPECT_NE(timer.fired, Time{});
  }
}

TEST(Wheel, survives_jumps_of_the_clock_and_what_callbacks_do) {
  const Time start(std::chrono::seconds(1'000'000));
  TimerWheel wheel(start, milliseconds(100), 16);
  auto first = std::make_unique<Timer>();
  auto second = std::make_unique<Timer>();
  Timer third;
  wheel.schedule(*first, start + milliseconds(10));
  wheel.schedule(*second, start + milliseconds(20));
  wheel.schedule(third, start + milliseconds(30));
  int fired = 0;
  wheel.expire(start + hours(5), [&](WheelNode& node) {
    ++fired;
    if (&node == first.get()) second.reset();
    if (&node == &third && fired == 2) wheel.schedule(third, start + hours(6));
  });
  EXPECT_EQ(fired, 2);
  EXPECT_TRUE(third.scheduled());
  wheel.expire(start, [&](WheelNode&) { ++fired; });
  EXPECT_EQ(fired, 2);
  wheel.expire(start + hours(6), [&](WheelNode&) { ++fired; });
  EXPECT_EQ(fired, 3);
}

}  // namespace
}  // namespace godwit::watch
