// The line about what the process takes up: whether it comes, and what it says.
#include "app/resources.hpp"

#include <gtest/gtest.h>

#include <regex>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "base/log_levels.hpp"
#include "run.hpp"

namespace godwit::app {
namespace {

class Resources : public testing::Test {
 protected:
  Resources() {
    set_log_sink([this](LogLevel level, std::string_view logger, std::string_view line) {
      lines_.push_back(std::string(to_string(level)) + ' ' + std::string(logger) + ": " +
                       std::string(line));
    });
  }
  ~Resources() override {
    set_log_sink({});
    set_log_level(LogLevel::info);
    static_cast<void>(set_logger_level("resources", std::nullopt));
  }
  std::vector<std::string> take() {
    lines_.clear();
    test::run(log_resources({.connections = 7, .parked = 5}, nullptr));
    return lines_;
  }
  std::vector<std::string> lines_;
};

TEST_F(Resources, AreShownAtDebugAlone) {
  set_log_level(LogLevel::info);
  EXPECT_FALSE(are_resources_shown());
  EXPECT_TRUE(take().empty());
  ASSERT_TRUE(set_logger_level("resources", LogLevel::debug));
  EXPECT_TRUE(are_resources_shown());
  const std::regex whole(
      "debug resources: taken memory_bytes=[1-9][0-9]{6,} descriptors=[1-9][0-9]* connections=7 "
      "parked=5 queued=0");
  ASSERT_EQ(take().size(), 1U);
  EXPECT_TRUE(std::regex_match(lines_.front(), whole)) << lines_.front();
  ASSERT_TRUE(set_logger_level("resources", LogLevel::info));
  set_log_level(LogLevel::debug);
  EXPECT_FALSE(are_resources_shown()) << "its own level goes before that of all";
  EXPECT_TRUE(take().empty());
}

}  // namespace
}  // namespace godwit::app
