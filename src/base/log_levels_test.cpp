#include "base/log_levels.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <regex>
#include <set>

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
  const Log chatty("imap");
  const Log quiet("request");
  ASSERT_TRUE(set_logger_level("imap", LogLevel::debug));
  ASSERT_TRUE(set_logger_level("request", LogLevel::error));
  chatty.debug("detail");
  quiet.warning("hushed");
  Log("test.other").debug("hidden");
  Log("test.other").info("shown");
  EXPECT_EQ(lines_, (std::vector<std::string>{"imap: detail", "test.other: shown"}));
  EXPECT_EQ(logger_levels().size(), 2U);
  ASSERT_TRUE(set_logger_level("imap", std::nullopt));
  ASSERT_TRUE(set_logger_level("request", std::nullopt));
  chatty.debug("detail");
  quiet.warning("heard");
  EXPECT_EQ(lines_.size(), 3U);
  set_log_level(LogLevel::error);
  quiet.warning("hushed");
  EXPECT_EQ(lines_.size(), 3U);
  EXPECT_EQ(common_log_level(), LogLevel::error);
}

TEST_F(LogLevels, ThatOfAllSpeaksForNobodyByName) {
  set_log_level(LogLevel::debug);
  EXPECT_FALSE(is_shown_by_name("request.content", LogLevel::debug));
  ASSERT_TRUE(set_logger_level("request.content", LogLevel::info));
  EXPECT_FALSE(is_shown_by_name("request.content", LogLevel::debug));
  ASSERT_TRUE(set_logger_level("request.content", LogLevel::debug));
  EXPECT_TRUE(is_shown_by_name("request.content", LogLevel::debug));
  EXPECT_FALSE(is_shown_by_name("nobody", LogLevel::debug));
}

TEST_F(LogLevels, WhatNoLoggerIsCalledIsRefusedAndAllAreNamed) {
  for (const std::string& name :
       {std::string(), std::string("Sync"), std::string("syncs"), std::string(4000, 'a')}) {
    const auto done = set_logger_level(name, LogLevel::debug);
    ASSERT_FALSE(done) << name;
    EXPECT_EQ(done.error().code, Errc::not_found);
    EXPECT_TRUE(done.error().message.contains("there are: admin, ")) << done.error().message;
    EXPECT_TRUE(done.error().message.ends_with(", trace"));
  }
  EXPECT_TRUE(logger_levels().empty());
}

/// A logger that the table does not know could not be set.
TEST(Loggers, AreThoseOfTheSources) {
  const std::regex logger(R"re(\bLog(?: [a-z_]+)?\("([^"]*)"\))re");
  std::set<std::string, std::less<>> found;
  for (const auto& file : std::filesystem::recursive_directory_iterator(GODWIT_SOURCE_DIR "/src")) {
    const std::string path = file.path().string();
    if (!path.ends_with(".cpp") && !path.ends_with(".hpp")) continue;
    if (path.ends_with("_test.cpp")) continue;
    std::ifstream in(path);
    for (std::string line; std::getline(in, line);) {
      std::smatch match;
      if (!line.contains("Log")) continue;  // the expression is slow
      if (std::regex_search(line, match, logger)) found.insert(match.str(1));
    }
  }
  const auto names = logger_names();
  EXPECT_TRUE(std::ranges::equal(found, names)) << testing::PrintToString(found);
}

}  // namespace
}  // namespace godwit
