#include "base/log_levels.hpp"

#include <gtest/gtest.h>

namespace godwit {
namespace {

class LogLevels : public testing::Test {
 protected:
  LogLevels() {
    set_log_sink([this](LogLevel, std::string_view logger, std::string_view line) {
      lines_.push_back(std::string(logger) + ": " + std::string(line));
    });
  }
  ~LogLevels() override {
    set_log_sink({});
    for (const LoggerLevel& each : logger_levels()) {
      static_cast<void>(set_logger_level(each.logger, std::nullopt));
    }
  }
  std::vector<std::string> lines_;
};

TEST_F(LogLevels, OfOneLoggerGoesBeforeThatOfAll) {
  const Log chatty("test.chatty");
  const Log quiet("test.quiet");
  ASSERT_TRUE(set_logger_level("test.chatty", LogLevel::debug));
  ASSERT_TRUE(set_logger_level("test.quiet", LogLevel::error));
  chatty.debug("detail");
  quiet.warning("hushed");
  Log("test.other").debug("hidden");
  Log("test.other").info("shown");
  EXPECT_EQ(lines_, (std::vector<std::string>{"test.chatty: detail", "test.other: shown"}));
  EXPECT_EQ(logger_levels().size(), 2U);
  ASSERT_TRUE(set_logger_level("test.chatty", std::nullopt));
  ASSERT_TRUE(set_logger_level("test.quiet", std::nullopt));
  chatty.debug("detail");
  quiet.warning("heard");
  EXPECT_EQ(lines_.size(), 3U);
  set_log_level(LogLevel::error);
  quiet.warning("hushed");
  EXPECT_EQ(lines_.size(), 3U);
  EXPECT_EQ(common_log_level(), LogLevel::error);
}

TEST_F(LogLevels, NamesAndTheirNumberAreBounded) {
  for (const std::string& name :
       {std::string(), std::string("Sync"), std::string("a\nb"), std::string(41, 'a')}) {
    const auto done = set_logger_level(name, LogLevel::debug);
    ASSERT_FALSE(done) << name;
    EXPECT_EQ(done.error().code, Errc::malformed);
  }
  const auto name = [](std::size_t i) {
    return std::string{'t', static_cast<char>('a' + i / 26), static_cast<char>('a' + i % 26)};
  };
  for (std::size_t i = 0; i < logger_levels_max; ++i) {
    ASSERT_TRUE(set_logger_level(name(i), LogLevel::debug));
  }
  const auto more = set_logger_level(name(logger_levels_max), LogLevel::debug);
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().code, Errc::too_large);
  EXPECT_TRUE(set_logger_level(name(0), LogLevel::error));
  EXPECT_EQ(logger_levels().size(), logger_levels_max);
}

}  // namespace
}  // namespace godwit
