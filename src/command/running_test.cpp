#include "command/running.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace godwit::command {
namespace {

class Named final : public Running::Entry {
 public:
  Named(Running& running, std::string_view command) : Entry(running), command_(command) {}
  void end_early() { leave(); }

 private:
  RunningRow row() const override {
    return {.user = *UserId::parse("ann@example.org"),
            .device = *DeviceId::parse("phone1"),
            .command = command_};
  }
  std::string_view command_;
};

std::vector<std::string> commands_of(const Running& running, std::size_t rows_max = 10) {
  std::vector<std::string> out;
  for (const RunningRow& row : running.rows(rows_max)) out.emplace_back(row.command);
  return out;
}

TEST(Running, TellsOfWhatLives) {
  Running running;
  std::optional<Named> first(std::in_place, running, "Ping");
  Named second(running, "Sync");
  std::optional<Named> third(std::in_place, running, "Find");
  using Names = std::vector<std::string>;
  EXPECT_EQ(commands_of(running), (Names{"Ping", "Sync", "Find"}));
  EXPECT_EQ(commands_of(running, 2), (Names{"Ping", "Sync"}));
  EXPECT_EQ(running.size(), 3U);
  second.end_early();
  EXPECT_EQ(commands_of(running), (Names{"Ping", "Find"}));
  second.end_early();
  EXPECT_EQ(running.size(), 2U);
  first.reset();
  EXPECT_EQ(commands_of(running), Names{"Find"});
  third.reset();
  EXPECT_EQ(commands_of(running), Names());
  const Named last(running, "Search");
  EXPECT_EQ(commands_of(running), Names{"Search"});
}

// A request that waits may go after the server that it waits in.
TEST(Running, MayEndFirst) {
  auto running = std::make_unique<Running>();
  const Named one(*running, "Ping");
  const Named two(*running, "Sync");
  running.reset();
}

}  // namespace
}  // namespace godwit::command
