#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "sim/item_scenario.hpp"
#include "sim/scenario.hpp"

namespace godwit::sim {
namespace {

unsigned from_environment(const char* name, unsigned otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : static_cast<unsigned>(std::strtoul(text, nullptr, 10));
}

struct Totals {
  std::map<Step, unsigned> kills, kills_of_sent_drafts;
  Trouble::Counts counts;
  unsigned steps = 0;
  unsigned doubts = 0;
  unsigned copies = 0;

  void add(Trouble& scenario, unsigned some_steps) {
    steps += some_steps;
    for (const auto& [step, count] : scenario.world().killer().kills()) kills[step] += count;
    for (const auto& [step, count] : scenario.world().killer().kills_of_sent_drafts()) {
      kills_of_sent_drafts[step] += count;
    }
    const Trouble::Counts& more = scenario.counts();
    counts.restarts += more.restarts;
    counts.lost_answers += more.lost_answers;
    counts.overlaps += more.overlaps;
    counts.other_content += more.other_content;
    counts.cuts += more.cuts;
    counts.pings += more.pings;
    counts.repairs += more.repairs;
    counts.letters += more.letters;
    doubts += scenario.world().internet().all_doubts();
    copies += scenario.world().internet().all_copies();
  }

  static void print(const std::map<Step, unsigned>& kills, std::span<const Step> all,
                    const char* when) {
    for (const Step step : all) {
      const auto found = kills.find(step);
      fmt::print("  killed {:>5} times{} {}\n", found == kills.end() ? 0 : found->second, when,
                 to_string(step));
    }
  }

  /// `all`: of what may be killed at.
  void print(const char* where, std::span<const Step> all) const {
    fmt::print(
        "simulated {} steps {}: {} restarts, {} lost answers, {} pairs of requests at once "
        "({} of other content), {} connections cut, {} pings, {} repairs\n",
        steps, where, counts.restarts, counts.lost_answers, counts.overlaps, counts.other_content,
        counts.cuts, counts.pings, counts.repairs);
    if (counts.letters > 0) {
      fmt::print(
          "  {} letters arrived {} times at their recipients outside; {} times nobody could "
          "tell whether the next hop took one\n",
          counts.letters, copies, doubts);
    }
    print(kills, all, "");
    if (!kills_of_sent_drafts.empty()) {
      print(kills_of_sent_drafts, steps_of_sent_draft(), " as a draft was sent:");
    }
    std::fflush(stdout);
  }
};

/// All that a process simulates is summed up: a step of the journal at which nothing was ever
/// killed is one that nothing was said about.
class Simulation : public ::testing::Test {
 protected:
  static void TearDownTestSuite() {
    if (mail_.steps > 0) mail_.print("of mail in all", steps_of_mail());
    if (items_.steps > 0) items_.print("of items in all", steps_of_items());
    expect_kills(mail_, steps_of_mail());
    expect_kills(items_, steps_of_items());
  }

  static void expect_kills(const Totals& totals, const std::vector<Step>& steps) {
    constexpr unsigned enough = 8000;
    if (totals.steps < enough) return;
    for (const Step step : steps) {
      EXPECT_TRUE(totals.kills.contains(step)) << "never killed " << to_string(step);
    }
    if (&totals != &mail_) return;
    for (const Step step : steps_of_sent_draft()) {
      EXPECT_TRUE(totals.kills_of_sent_drafts.contains(step))
          << "never killed " << to_string(step) << ", as a draft was sent";
    }
  }

  static std::vector<Step> steps_of_items() {
    std::vector<Step> steps(steps_of_change().begin(), steps_of_change().end());
    steps.push_back(Step::disk);
    return steps;
  }
  static std::vector<Step> steps_of_mail() {
    auto steps = steps_of_items();
    steps.insert(steps.end(), steps_of_draft().begin(), steps_of_draft().end());
    steps.insert(steps.end(), steps_of_sending().begin(), steps_of_sending().end());
    return steps;
  }

  using Make = std::unique_ptr<Trouble> (*)(std::uint64_t seed);

  /// Seeds `first`, `first + 1`, ... of `steps` steps each.
  static void simulate(const char* where, Make make, Totals& sum, unsigned first, unsigned seeds,
                       unsigned steps) {
    Totals totals;
    for (unsigned seed = first; seed < first + seeds; ++seed) {
      SCOPED_TRACE(fmt::format("seed {}", seed));
      const auto scenario = make(seed);
      ASSERT_EQ(run_and_check(*scenario, steps), "") << "replay with GODWIT_SIM_SEED=" << seed;
      totals.add(*scenario, steps);
      sum.add(*scenario, steps);
      const unsigned done = seed - first + 1;
      constexpr unsigned steps_between = 20'000;
      if (done * steps / steps_between != (done - 1) * steps / steps_between) {
        fmt::print("  {} steps {}\n", done * steps, where);
        std::fflush(stdout);
      }
    }
    totals.print(where, &sum == &items_ ? steps_of_items() : steps_of_mail());
  }

  static std::string run_and_check(Trouble& scenario, unsigned steps) {
    try {
      scenario.run(steps);
      return scenario.settle_and_check();
    } catch (const client::Violation& violation) {
      return violation.what();
    }
  }

  /// What GODWIT_SIM_SEED, GODWIT_SIM_SEEDS and GODWIT_SIM_STEPS say, else `seeds` of `steps`.
  /// Of many seeds a server of its own gets every `share`-th only: it is slower.
  static void simulate_as_told(const char* where, Make make, Totals& sum, unsigned seeds,
                               unsigned steps, unsigned share = 1) {
    const unsigned first = from_environment("GODWIT_SIM_SEED", 1);
    const bool one = std::getenv("GODWIT_SIM_SEED") != nullptr;
    const unsigned told = from_environment("GODWIT_SIM_SEEDS", one ? 1 : seeds * share);
    simulate(where, make, sum, first, std::max(told / share, 1U),
             from_environment("GODWIT_SIM_STEPS", steps));
  }

  static inline Totals mail_, items_;
};

template <MakeSide make_side>
std::unique_ptr<Trouble> mail_over(std::uint64_t seed) {
  return std::make_unique<Scenario>(seed, make_side);
}

template <MakeSide make_side>
std::unique_ptr<Trouble> items_over(std::uint64_t seed) {
  return std::make_unique<ItemScenario>(seed, make_side);
}

TEST_F(Simulation, EmbeddedStore) {
  simulate_as_told("over the embedded store", &mail_over<&make_embedded_side>, mail_, 50, 400);
}

TEST_F(Simulation, Items) {
  simulate_as_told("of items over the embedded store", &items_over<&make_embedded_reading_side>,
                   items_, 50, 400);
}

TEST_F(Simulation, ItemsOverRadicale) {
  using interop::RunningServer;
  if (!RunningServer::is_there("radicale")) GTEST_SKIP() << RunningServer::why_not("radicale");
  simulate_as_told("of items over Radicale", &items_over<&make_radicale_side>, items_, 3, 400, 20);
}

TEST_F(Simulation, Dovecot) {
  using interop::RunningServer;
  if (!RunningServer::is_there("dovecot")) GTEST_SKIP() << RunningServer::why_not("dovecot");
  simulate_as_told("over Dovecot", &mail_over<&make_dovecot_side>, mail_, 6, 400, 20);
}

TEST_F(Simulation, Cyrus) {
  using interop::RunningServer;
  if (!RunningServer::is_there("cyrus")) GTEST_SKIP() << RunningServer::why_not("cyrus");
  simulate_as_told("over Cyrus", &mail_over<&make_cyrus_side>, mail_, 4, 400, 20);
}

/// Runs seeds until the oracle complains.
template <class Sabotage, class Make>
std::string first_complaint(Sabotage sabotage, Make make) {
  for (unsigned seed = 1; seed <= 10; ++seed) {
    const auto made = make(seed);
    Trouble& scenario = *made;
    scenario.repair_nothing();
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

template <class Sabotage>
std::string first_complaint(Sabotage sabotage) {
  return first_complaint(sabotage, &mail_over<&make_embedded_side>);
}
template <class Sabotage>
std::string first_complaint_of_items(Sabotage sabotage) {
  return first_complaint(sabotage, &items_over<&make_embedded_reading_side>);
}

// Canaries: the simulator is worth something only while it sees these.

TEST(Canary, ADroppedChangeIsSeen) {
  const auto complaint = first_complaint(
      [](Trouble& scenario) { scenario.world().backend().sabotage({.hide_change = 1}); });
  const bool named = complaint.contains("misses") || complaint.contains("one side only") ||
                     complaint.contains("slept over") || complaint.contains("names_unheld_item");
  EXPECT_TRUE(named) << complaint;
}

TEST(Canary, ADoneTwiceIsSeen) {
  const auto complaint = first_complaint(
      [](Trouble& scenario) { scenario.world().backend().sabotage({.double_move = true}); });
  EXPECT_TRUE(complaint.contains("is there 2 times")) << complaint;
}

TEST(Canary, ADoubledDraftIsSeen) {
  const auto complaint =
      first_complaint([](Trouble& scenario) { scenario.world().drafts().double_append = true; });
  EXPECT_TRUE(complaint.contains("draft") && complaint.contains("is there 2 times")) << complaint;
}

TEST(Canary, ADroppedDraftIsSeen) {
  const auto complaint =
      first_complaint([](Trouble& scenario) { scenario.world().drafts().drop_append = true; });
  EXPECT_TRUE(complaint.contains("draft") && complaint.contains("is lost")) << complaint;
}

TEST(Canary, ADoubledSendIsSeen) {
  const auto complaint =
      first_complaint([](Trouble& scenario) { scenario.world().hop().double_send(1); });
  EXPECT_TRUE(complaint.contains("reached bob@example.net 2 times")) << complaint;
}

TEST(Canary, AStaleKeyIsSeen) {
  const auto complaint =
      first_complaint([](Trouble& scenario) { scenario.world().store().drop_outcome(4); });
  EXPECT_TRUE(complaint.contains("is stale")) << complaint;
}

TEST(Canary, ADroppedChangeOfAnItemIsSeen) {
  const auto complaint = first_complaint_of_items(
      [](Trouble& scenario) { scenario.world().sabotage_items({.hide_change = 1}); });
  const bool named = complaint.contains("misses") || complaint.contains("one side only") ||
                     complaint.contains("did not end") || complaint.contains("slept over");
  EXPECT_TRUE(named) << complaint;
}

TEST(Canary, AnItemMadeTwiceIsSeen) {
  const auto complaint = first_complaint_of_items(
      [](Trouble& scenario) { scenario.world().sabotage_items({.double_make = true}); });
  EXPECT_TRUE(complaint.contains("is there 2 times")) << complaint;
}

TEST(Canary, AnItemsStaleKeyIsSeen) {
  const auto complaint =
      first_complaint_of_items([](Trouble& scenario) { scenario.world().store().drop_outcome(6); });
  EXPECT_TRUE(complaint.contains("is stale")) << complaint;
}

TEST(Canary, AForgottenLineOfAnItemIsSeen) {
  const auto complaint = first_complaint_of_items(
      [](Trouble& scenario) { scenario.world().sabotage_items({.forget = "X-"}); });
  EXPECT_TRUE(complaint.contains("has lost what no device knows")) << complaint;
}

TEST(Canary, AnOccurrenceThatComesBackIsSeen) {
  const auto complaint = first_complaint_of_items(
      [](Trouble& scenario) { scenario.world().sabotage_items({.forget = "EXDATE"}); });
  EXPECT_TRUE(complaint.contains("has occurrence")) << complaint;
}

TEST(Canary, AnItemWhereNobodyMayWriteIsSeen) {
  const auto complaint =
      first_complaint_of_items([](Trouble& scenario) { scenario.world().side().let_write(); });
  EXPECT_TRUE(complaint.contains("where nobody may write")) << complaint;
}

}  // namespace
}  // namespace godwit::sim
