#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

#include "sim/scenario.hpp"

namespace godwit::sim {
namespace {

unsigned from_environment(const char* name, unsigned otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : static_cast<unsigned>(std::strtoul(text, nullptr, 10));
}

struct Totals {
  std::map<Step, unsigned> kills;
  Trouble::Counts counts;
  unsigned steps = 0;
  unsigned doubts = 0;
  unsigned copies = 0;

  void add(Trouble& scenario, unsigned some_steps) {
    steps += some_steps;
    for (const auto& [step, count] : scenario.world().killer().kills()) kills[step] += count;
    const Trouble::Counts& more = scenario.counts();
    counts.restarts += more.restarts;
    counts.lost_answers += more.lost_answers;
    counts.overlaps += more.overlaps;
    counts.other_content += more.other_content;
    counts.cuts += more.cuts;
    counts.pings += more.pings;
    counts.letters += more.letters;
    doubts += scenario.world().internet().all_doubts();
    copies += scenario.world().internet().all_copies();
  }

  void print(const char* where) const {
    fmt::print(
        "simulated {} steps {}: {} restarts, {} lost answers, {} pairs of requests at once "
        "({} of other content), {} connections cut, {} pings\n",
        steps, where, counts.restarts, counts.lost_answers, counts.overlaps, counts.other_content,
        counts.cuts, counts.pings);
    fmt::print(
        "  {} letters arrived {} times at their recipients outside; {} times nobody could "
        "tell whether the next hop took one\n",
        counts.letters, copies, doubts);
    for (std::size_t i = 0; i < step_count; ++i) {
      const auto step = static_cast<Step>(i);
      const auto found = kills.find(step);
      fmt::print("  killed {:>5} times {}\n", found == kills.end() ? 0 : found->second,
                 to_string(step));
    }
    std::fflush(stdout);
  }
};

/// All that a process simulates is summed up: a step of the journal at which nothing was ever
/// killed is one that nothing was said about.
class Simulation : public ::testing::Test {
 protected:
  static void TearDownTestSuite() {
    sum_.print("in all");
    constexpr unsigned enough = 8000;
    if (sum_.steps < enough) return;
    for (std::size_t i = 0; i < step_count; ++i) {
      const auto step = static_cast<Step>(i);
      EXPECT_TRUE(sum_.kills.contains(step)) << "never killed " << to_string(step);
    }
  }

  /// Seeds `first`, `first + 1`, ... of `steps` steps each.
  static void simulate(const char* where, MakeSide make_side, unsigned first, unsigned seeds,
                       unsigned steps) {
    Totals totals;
    for (unsigned seed = first; seed < first + seeds; ++seed) {
      SCOPED_TRACE(fmt::format("seed {}", seed));
      Scenario scenario(seed, make_side);
      scenario.run(steps);
      ASSERT_EQ(scenario.settle_and_check(), "") << "replay with GODWIT_SIM_SEED=" << seed;
      totals.add(scenario, steps);
      sum_.add(scenario, steps);
      const unsigned done = seed - first + 1;
      constexpr unsigned steps_between = 20'000;
      if (done * steps / steps_between != (done - 1) * steps / steps_between) {
        fmt::print("  {} steps {}\n", done * steps, where);
        std::fflush(stdout);
      }
    }
    totals.print(where);
  }

  /// What GODWIT_SIM_SEED, GODWIT_SIM_SEEDS and GODWIT_SIM_STEPS say, else `seeds` of `steps`.
  /// Of many seeds a server of its own gets every `share`-th only: it is slower.
  static void simulate_as_told(const char* where, MakeSide make_side, unsigned seeds,
                               unsigned steps, unsigned share = 1) {
    const unsigned first = from_environment("GODWIT_SIM_SEED", 1);
    const bool one = std::getenv("GODWIT_SIM_SEED") != nullptr;
    const unsigned told = from_environment("GODWIT_SIM_SEEDS", one ? 1 : seeds * share);
    simulate(where, make_side, first, std::max(told / share, 1U),
             from_environment("GODWIT_SIM_STEPS", steps));
  }

 private:
  static inline Totals sum_;
};

TEST_F(Simulation, EmbeddedStore) {
  simulate_as_told("over the embedded store", &make_embedded_side, 50, 400);
}

TEST_F(Simulation, Dovecot) {
  using interop::RunningServer;
  if (!RunningServer::is_there("dovecot")) GTEST_SKIP() << RunningServer::why_not("dovecot");
  simulate_as_told("over Dovecot", &make_dovecot_side, 6, 400, 20);
}

TEST_F(Simulation, Cyrus) {
  using interop::RunningServer;
  if (!RunningServer::is_there("cyrus")) GTEST_SKIP() << RunningServer::why_not("cyrus");
  simulate_as_told("over Cyrus", &make_cyrus_side, 4, 400, 20);
}

/// Runs seeds until the oracle complains.
template <class Sabotage>
std::string first_complaint(Sabotage sabotage) {
  for (unsigned seed = 1; seed <= 10; ++seed) {
    Scenario scenario(seed, &make_embedded_side);
    sabotage(scenario);
    try {
      scenario.run(200);
      const std::string complaint = scenario.settle_and_check();
      if (!complaint.empty()) return complaint;
    } catch (const client::Violation& violation) {
      return violation.name();
    }
  }
  return {};
}

// Canaries: the simulator is worth something only while it sees these.

TEST(Canary, ADroppedChangeIsSeen) {
  const auto complaint = first_complaint(
      [](Scenario& scenario) { scenario.world().backend().sabotage({.hide_change = 1}); });
  const bool named = complaint.contains("misses") || complaint.contains("one side only") ||
                     complaint.contains("slept over");
  EXPECT_TRUE(named) << complaint;
}

TEST(Canary, ADoneTwiceIsSeen) {
  const auto complaint = first_complaint(
      [](Scenario& scenario) { scenario.world().backend().sabotage({.double_move = true}); });
  EXPECT_TRUE(complaint.contains("is there 2 times")) << complaint;
}

TEST(Canary, ADoubledSendIsSeen) {
  const auto complaint =
      first_complaint([](Scenario& scenario) { scenario.world().hop().double_send(1); });
  EXPECT_TRUE(complaint.contains("reached bob@example.net 2 times")) << complaint;
}

TEST(Canary, AStaleKeyIsSeen) {
  const auto complaint =
      first_complaint([](Scenario& scenario) { scenario.world().store().drop_outcome(4); });
  EXPECT_TRUE(complaint.contains("is stale")) << complaint;
}

}  // namespace
}  // namespace godwit::sim
