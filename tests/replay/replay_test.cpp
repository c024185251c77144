#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "replay/player.hpp"

namespace godwit::test {
namespace {

TEST(Shape, TellsWhatDiffers) {
  const auto tag = [](const char* name) { return wbxml::find_tag("AirSync", name)->tag; };
  using client::Node;
  const Node theirs(tag("Sync"),
                    {Node(tag("Status"), "1"), Node(tag("Limit"), "3"), Node(tag("Wait"), "1")});
  EXPECT_TRUE(compare_shapes(theirs, theirs).empty());
  const Node ours(tag("Sync"),
                  {Node(tag("Limit"), "5"), Node(tag("Status"), "4"), Node(tag("Partial"))});
  std::vector<std::string> kinds;
  for (const Difference& difference : compare_shapes(ours, theirs)) {
    kinds.push_back(difference.kind + " " + difference.path);
  }
  EXPECT_EQ(kinds, (std::vector<std::string>{"status Sync/Status", "missing Sync/Wait",
                                             "extra Sync/Partial", "order Sync"}));
}

TEST(Rules, AreReadAndCounted) {
  auto rules = parse_rules("# comment\na | extra | Sync/*/Class | because\n");
  ASSERT_EQ(rules.size(), 1U);
  EXPECT_NE(explain(rules, {"extra", "Sync/Collections/Collection/Class", {}, {}}), nullptr);
  EXPECT_EQ(explain(rules, {"missing", "Sync/Collections/Collection/Class", {}, {}}), nullptr);
  EXPECT_EQ(rules[0].used, 1U);
  EXPECT_THROW(parse_rules("a | b\n"), std::runtime_error);
  std::string many;
  for (std::size_t i = 0; i <= rules_max; ++i) many += "a | b | c | d\n";
  EXPECT_THROW(parse_rules(many), std::runtime_error);
}

TEST(Replay, RecordedDevicesGetAnswersOfExchangesShape) {
  const char* corpus = std::getenv("GODWIT_CORPUS");
  if (corpus == nullptr) GTEST_SKIP() << "GODWIT_CORPUS does not name the folder of recordings";
  std::ifstream file(std::string(GODWIT_SOURCE_DIR) + "/tests/replay/rules.txt");
  auto rules = parse_rules(
      std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()));
  const std::string root(corpus);
  const auto recording = load_recording(root + "/eas-requests/device-captures-exchange", root);
  const ReplayResult result = replay(recording);
  EXPECT_GE(result.compared, 146U);
  EXPECT_LE(result.skipped, 4U);  // of 150
  std::size_t unexplained = 0;
  for (const Difference& difference : result.differences) {
    if (explain(rules, difference) == nullptr) ++unexplained;
  }
  EXPECT_EQ(unexplained, 0U) << summary(result, rules);
  for (const Rule& rule : rules) EXPECT_GT(rule.used, 0U) << "unused rule " << rule.name;
}

}  // namespace
}  // namespace godwit::test
