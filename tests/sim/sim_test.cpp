#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

#include "sim/scenario.hpp"

namespace godwit::sim {
namespace {

unsigned from_environment(const char* name, unsigned otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : static_cast<unsigned>(std::strtoul(text, nullptr, 10));
}

// 50 seeds of 400 steps; GODWIT_SIM_SEED replays one, GODWIT_SIM_SEEDS and GODWIT_SIM_STEPS widen.
TEST(Simulation, DeviceAndMailboxAgreeWhateverDies) {
  const unsigned first = from_environment("GODWIT_SIM_SEED", 1);
  const unsigned seeds =
      from_environment("GODWIT_SIM_SEEDS", std::getenv("GODWIT_SIM_SEED") ? 1 : 50);
  const unsigned steps = from_environment("GODWIT_SIM_STEPS", 400);
  std::map<Step, unsigned> kills;
  unsigned restarts = 0;
  unsigned lost = 0;
  for (unsigned seed = first; seed < first + seeds; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    Scenario scenario(seed);
    scenario.run(steps);
    ASSERT_EQ(scenario.settle_and_check(), "") << "replay with GODWIT_SIM_SEED=" << seed;
    for (const auto& [step, count] : scenario.world().killer().kills()) kills[step] += count;
    restarts += scenario.restarts();
    lost += scenario.lost_answers();
  }
  fmt::print("simulated {} steps: {} restarts, {} lost answers\n", seeds * steps, restarts, lost);
  for (std::size_t i = 0; i < step_count; ++i) {
    const auto step = static_cast<Step>(i);
    fmt::print("  killed {:>5} times {}\n", kills[step], to_string(step));
    if (seeds >= 20) EXPECT_GT(kills[step], 0U) << "never killed " << to_string(step);
  }
}

/// Runs seeds until the oracle complains.
template <class Sabotage>
std::string first_complaint(Sabotage sabotage) {
  for (unsigned seed = 1; seed <= 10; ++seed) {
    Scenario scenario(seed);
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
      [](Scenario& scenario) { scenario.world().backend().sabotage({.hide_change = 3}); });
  EXPECT_TRUE(complaint.contains("misses") || complaint.contains("one side only")) << complaint;
}

TEST(Canary, ADoneTwiceIsSeen) {
  const auto complaint = first_complaint(
      [](Scenario& scenario) { scenario.world().backend().sabotage({.double_move = true}); });
  EXPECT_TRUE(complaint.contains("is there 2 times")) << complaint;
}

TEST(Canary, AStaleKeyIsSeen) {
  const auto complaint =
      first_complaint([](Scenario& scenario) { scenario.world().store().drop_outcome(4); });
  EXPECT_TRUE(complaint.contains("is stale")) << complaint;
}

}  // namespace
}  // namespace godwit::sim
