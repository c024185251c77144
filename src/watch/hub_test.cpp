#include "watch/hub.hpp"

#include <gtest/gtest.h>

#include <map>
#include <optional>

namespace godwit::watch {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

UserId user(std::string_view name) { return *UserId::parse(name); }
DeviceId device(std::string_view name) { return *DeviceId::parse(name); }
CollectionId collection(std::string_view name) { return *CollectionId::parse(name); }

class HubTest : public testing::Test {
 protected:
  /// Parks what is seen now, and keeps the end in `ended`.
  std::unique_ptr<ParkHandle> park(std::string_view who, std::vector<Watched> watched,
                                   milliseconds wait = minutes(10)) {
    ParkRequest request{.user = me,
                        .device = device(who),
                        .collections = std::move(watched),
                        .deadline = clock.now() + wait};
    return hub.park(std::move(request), [this, name = std::string(who)](Ended end) {
      ended.emplace_back(name, std::move(end));
    });
  }
  Watched seen_now(std::string_view name) {
    return {collection(name), hub.counter(me, collection(name))};
  }
  void advance(milliseconds by) {
    clock.advance(by);
    hub.tick();
  }

  ManualClock clock;
  Hub hub{clock, {}};
  UserId me = user("ann@example.org");
  std::vector<std::pair<std::string, Ended>> ended;
};

TEST_F(HubTest, says_what_a_device_waits_for) {
  auto a = park("a", {seen_now("inbox"), seen_now("sent")});
  auto b = park("b", {seen_now("sent")});
  EXPECT_EQ(hub.waits_for(me, device("a")), (std::vector{collection("inbox"), collection("sent")}));
  EXPECT_EQ(hub.waits_for(me, device("b")), std::vector{collection("sent")});
  EXPECT_TRUE(hub.waits_for(me, device("c")).empty());
  EXPECT_TRUE(hub.waits_for(user("bob@example.org"), device("a")).empty());
  a.reset();
  EXPECT_TRUE(hub.waits_for(me, device("a")).empty());
}

TEST_F(HubTest, an_addition_wakes_every_device_that_watches_the_collection_but_its_maker) {
  const auto maker = device("b");
  auto a = park("a", {seen_now("inbox"), seen_now("sent")});
  auto b = park("b", {seen_now("inbox")});
  auto c = park("c", {seen_now("sent")});
  auto d = park("d", {seen_now("inbox")});
  hub.mark_added(me, collection("inbox"), &maker);
  ASSERT_EQ(ended.size(), 2U);
  EXPECT_EQ(ended[0].first, "a");
  EXPECT_EQ(ended[0].second.wake, Wake::changed);
  EXPECT_EQ(ended[0].second.changed, std::vector{collection("inbox")});
  EXPECT_EQ(ended[1].first, "d");
  EXPECT_EQ(hub.parked(), 2U);
}

TEST_F(HubTest, own_changes_never_end_a_ping_also_not_later) {
  const auto own = device("a");
  const auto before = seen_now("inbox");
  for (int i = 0; i < 40; ++i) hub.mark_added(me, collection("inbox"), &own);
  hub.mark_other(me, collection("inbox"), &own);
  auto a = park("a", {before});
  for (int i = 0; i < 40; ++i) hub.mark_added(me, collection("inbox"), &own);
  advance(minutes(5));
  EXPECT_TRUE(ended.empty());
  hub.mark_added(me, collection("inbox"));
  ASSERT_EQ(ended.size(), 1U);
}

TEST_F(HubTest, a_change_of_another_between_own_ones_is_not_lost) {
  const auto own = device("a");
  const auto before = seen_now("inbox");
  hub.mark_added(me, collection("inbox"), &own);
  hub.mark_added(me, collection("inbox"));
  hub.mark_added(me, collection("inbox"), &own);
  auto a = park("a", {before});
  EXPECT_TRUE(ended.empty());
  hub.tick();
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_EQ(ended[0].second.wake, Wake::changed);
}

TEST_F(HubTest, other_changes_wake_at_most_once_a_window) {
  auto a = park("a", {seen_now("inbox")});
  hub.mark_other(me, collection("inbox"));
  ASSERT_EQ(ended.size(), 1U);
  a = park("a", {seen_now("inbox")});
  hub.mark_other(me, collection("inbox"));
  advance(seconds(59));
  EXPECT_EQ(ended.size(), 1U);
  advance(seconds(1));
  ASSERT_EQ(ended.size(), 2U);
  EXPECT_EQ(ended[1].second.changed, std::vector{collection("inbox")});
}

TEST_F(HubTest, other_changes_never_wake_when_the_window_is_zero) {
  Hub quiet(clock, {.other_changes = seconds(0)});
  int ends = 0;
  ParkRequest request{.user = me,
                      .device = device("a"),
                      .collections = {{collection("inbox"), {}}},
                      .deadline = clock.now() + minutes(9)};
  auto a = quiet.park(std::move(request), [&ends](const Ended&) { ++ends; });
  quiet.mark_other(me, collection("inbox"));
  clock.advance(minutes(8));
  quiet.tick();
  EXPECT_EQ(ends, 0);
}

TEST_F(HubTest, times_out_at_its_deadline_and_not_before) {
  auto a = park("a", {seen_now("inbox")}, minutes(59));
  advance(minutes(59) - milliseconds(1));
  EXPECT_TRUE(ended.empty());
  advance(milliseconds(1));
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_EQ(ended[0].second.wake, Wake::timed_out);
}

TEST_F(HubTest, a_newer_request_supersedes_the_older) {
  auto first = park("a", {seen_now("inbox")});
  auto second = park("a", {seen_now("inbox")});
  EXPECT_TRUE(ended.empty());
  hub.tick();
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_EQ(ended[0].second.wake, Wake::superseded);
  EXPECT_EQ(hub.parked(), 1U);
  first.reset();
  hub.mark_added(me, collection("inbox"));
  EXPECT_EQ(ended.size(), 2U);
}

TEST_F(HubTest, hierarchy_changes_end_what_asked_for_it) {
  const auto maker = device("a");
  const auto before = hub.hierarchy(me);
  auto a = park("a", {seen_now("inbox")});
  auto b = park("b", {seen_now("inbox")});
  hub.mark_hierarchy(me, &maker);
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_EQ(ended[0].first, "b");
  EXPECT_EQ(ended[0].second.wake, Wake::hierarchy);
  ParkRequest late{.user = me,
                   .device = device("c"),
                   .collections = {},
                   .deadline = clock.now() + minutes(9),
                   .hierarchy_seen = before};
  auto c = hub.park(std::move(late), [this](Ended end) { ended.emplace_back("c", end); });
  hub.tick();
  ASSERT_EQ(ended.size(), 2U);
  EXPECT_EQ(ended[1].second.wake, Wake::hierarchy);
}

TEST_F(HubTest, a_dropped_handle_is_forgotten_even_while_ends_are_delivered) {
  std::unique_ptr<ParkHandle> b;
  ParkRequest request{.user = me,
                      .device = device("a"),
                      .collections = {seen_now("inbox")},
                      .deadline = clock.now() + minutes(9)};
  auto a = hub.park(std::move(request), [&b](const Ended&) { b.reset(); });
  b = park("b", {seen_now("inbox")});
  auto c = park("c", {seen_now("inbox")});
  c.reset();
  hub.mark_added(me, collection("inbox"));
  EXPECT_TRUE(ended.empty());
  EXPECT_EQ(hub.parked(), 0U);
}

TEST_F(HubTest, a_callback_may_park_again_and_handles_may_outlive_the_hub) {
  std::unique_ptr<ParkHandle> again;
  std::unique_ptr<ParkHandle> survivor;
  {
    Hub local(clock, {});
    ParkRequest request{.user = me,
                        .device = device("a"),
                        .collections = {{collection("inbox"), {}}},
                        .deadline = clock.now() + minutes(9)};
    auto first = local.park(
        request, [&](const Ended&) { again = local.park(request, [](const Ended&) {}); });
    local.mark_added(me, collection("inbox"));
    EXPECT_EQ(local.parked(), 1U);
    survivor = std::move(again);
  }
  survivor.reset();
}

TEST_F(HubTest, gaps_policies_and_shutdown) {
  auto a = park("a", {seen_now("inbox")});
  auto b = park("b", {seen_now("sent")});
  hub.end(me, device("a"), Wake::policy);
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_EQ(ended[0].second.wake, Wake::policy);
  hub.mark_all(me);
  ASSERT_EQ(ended.size(), 2U);
  a = park("a", {seen_now("inbox")});
  hub.end_all(Wake::shutdown);
  ASSERT_EQ(ended.size(), 3U);
  EXPECT_EQ(ended[2].second.wake, Wake::shutdown);
}

TEST_F(HubTest, users_are_watched_for_a_while_after_their_last_request) {
  EXPECT_TRUE(hub.watched_users(minutes(2)).empty());
  auto a = park("a", {seen_now("inbox")});
  EXPECT_TRUE(hub.has_parked(me));
  EXPECT_EQ(hub.watched_users(seconds(0)), std::vector{me});
  a.reset();
  EXPECT_FALSE(hub.has_parked(me));
  advance(minutes(1));
  EXPECT_EQ(hub.watched_users(minutes(2)), std::vector{me});
  advance(minutes(2));
  EXPECT_TRUE(hub.watched_users(minutes(2)).empty());
}

/// What the hub promises, written down as slowly as possible: every mark is remembered for ever.
struct Model {
  struct Mark {
    int collection;
    bool added;
    int by;  // -1 = nobody
  };
  struct Parked {
    std::map<int, std::size_t> seen;  // collection -> marks that had been made
    Time deadline;
  };

  bool foreign(int who, const Parked& request, bool added) const {
    for (const auto& [number, from] : request.seen) {
      for (std::size_t i = from; i < marks.size(); ++i) {
        if (marks[i].collection == number && marks[i].added == added && marks[i].by != who) {
          return true;
        }
      }
    }
    return false;
  }
  std::optional<Wake> due(int who, const Parked& request, Time now) const {
    if (foreign(who, request, true)) return Wake::changed;
    const auto woken = other_woken.find(who);
    if (foreign(who, request, false) &&
        (woken == other_woken.end() || woken->second + seconds(60) <= now)) {
      return Wake::changed;
    }
    if (request.deadline <= now) return Wake::timed_out;
    return std::nullopt;
  }

  std::vector<Mark> marks;
  std::map<int, Parked> parked;
  std::map<int, Time> other_woken;
};

/// One random run: a user with four devices and five collections.
class Round {
 public:
  explicit Round(std::uint64_t seed) : random_(seed) {}
  void run() {
    for (int step = 0; step < 300 && !testing::Test::HasFailure(); ++step) {
      one_step();
      check(step);
    }
  }

 private:
  int below(int limit) { return static_cast<int>(random_.next() % static_cast<unsigned>(limit)); }
  static DeviceId name(int who) { return device("d" + std::to_string(who)); }
  static CollectionId folder(int number) { return collection(std::to_string(number)); }

  void one_step() {
    ended_.clear();
    ticked_ = false;
    switch (below(10)) {
      case 0:
      case 1:
      case 2:
        return mark();
      case 3:
      case 4:
        return look(below(4));
      case 5:
      case 6:
        return park(below(4));
      case 7:
        return forget(below(4));
      default:
        clock_.advance(milliseconds(below(4) == 0 ? below(700'000) : below(20'000)));
        hub_.tick();
        ticked_ = true;
    }
  }
  void forget(int who) {
    handles_.erase(who);
    current_.erase(who);
    model_.parked.erase(who);
  }
  void mark() {
    const int number = below(5);
    const bool added = below(2) == 0;
    const int by = below(5) - 1;
    model_.marks.push_back({number, added, by});
    const auto maker = name(std::max(by, 0));
    const DeviceId* const pointer = by < 0 ? nullptr : &maker;
    added ? hub_.mark_added(me_, folder(number), pointer)
          : hub_.mark_other(me_, folder(number), pointer);
    marked_ = number;
  }
  /// The device computes a generation: counters now, request later.
  void look(int who) {
    for (int number = 0; number < 5; ++number) {
      seen_[who][number] = {hub_.counter(me_, folder(number)), model_.marks.size()};
    }
  }
  void park(int who) {
    if (!seen_.contains(who)) look(who);
    ParkRequest request{.user = me_,
                        .device = name(who),
                        .collections = {},
                        .deadline = clock_.now() + milliseconds(below(900'000))};
    Model::Parked parked{{}, request.deadline};
    for (int number = 0; number < 5; ++number) {
      if (below(2) == 0) continue;
      request.collections.push_back({folder(number), seen_[who][number].first});
      parked.seen[number] = seen_[who][number].second;
    }
    model_.parked[who] = parked;
    const int number = ++requests_;
    const bool superseding = current_.contains(who) && current_[who] != 0;
    const int older_number = superseding ? current_[who] : 0;
    auto handle = hub_.park(std::move(request), [this, who, number](Ended end) {
      if (current_[who] == number) {
        ended_[who] = end;
      } else {
        superseded_[number] = end.wake;
      }
    });
    EXPECT_TRUE(ended_.empty()) << "called back from within park";
    // The older handle stays until its end was told, as a connection does.
    auto older = std::move(handles_[who]);
    handles_[who] = std::move(handle);
    current_[who] = number;
    if (older_number == 0) return;
    hub_.tick();
    ticked_ = true;
    EXPECT_TRUE(superseded_.contains(older_number)) << "superseded request not told";
    EXPECT_EQ(superseded_[older_number], Wake::superseded);
  }
  void check(int step) {
    for (int who = 0; who < 4; ++who) {
      EXPECT_TRUE(model_.parked.contains(who) || !ended_.contains(who));
      if (!model_.parked.contains(who)) continue;
      auto& parked = model_.parked.at(who);
      // Marks end at once what watches the collection; everything else is ended by a tick.
      const bool looked = ticked_ || (marked_ >= 0 && parked.seen.contains(marked_));
      const auto due = looked ? model_.due(who, parked, clock_.now()) : std::nullopt;
      EXPECT_EQ(due.has_value(), ended_.contains(who)) << "device " << who << " step " << step;
      if (!due || !ended_.contains(who)) continue;
      EXPECT_EQ(*due, ended_[who].wake) << "device " << who << " step " << step;
      if (*due == Wake::changed && !model_.foreign(who, parked, true)) {
        model_.other_woken[who] = clock_.now();
      }
      forget(who);
    }
    marked_ = -1;
  }

  SeededRandom random_;
  ManualClock clock_;
  Hub hub_{clock_, {}};
  UserId me_ = user("ann");
  Model model_;
  std::map<int, std::map<int, std::pair<Counter, std::size_t>>> seen_;
  std::map<int, std::unique_ptr<ParkHandle>> handles_;
  std::map<int, Ended> ended_;
  std::map<int, Wake> superseded_;
  std::map<int, int> current_;
  int requests_ = 0;
  bool ticked_ = false;
  int marked_ = -1;
};

TEST(HubModel, wakes_exactly_whom_the_naive_model_wakes) {
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Round(seed).run();
    if (testing::Test::HasFailure()) break;
  }
}

}  // namespace
}  // namespace godwit::watch
