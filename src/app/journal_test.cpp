#include "app/journal.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>
#include <string_view>

namespace godwit::app {
namespace {

using std::string_view_literals::operator""sv;

constexpr Log logger("test");

/// What the device and the inode of standard error are.
std::string own_stream() {
  struct stat facts{};
  EXPECT_EQ(::fstat(STDERR_FILENO, &facts), 0);
  return fmt::format("{}:{}", facts.st_dev, facts.st_ino);
}

/// A journal in the test's hand.
class ScriptedJournal {
 public:
  ScriptedJournal() : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    EXPECT_EQ(::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }
  ScriptedJournal(const ScriptedJournal&) = delete;
  ScriptedJournal& operator=(const ScriptedJournal&) = delete;
  ~ScriptedJournal() { end(); }
  void end() {
    if (socket_ < 0) return;
    ::close(socket_);
    ::unlink(path.c_str());
    socket_ = -1;
  }
  /// The next entry; empty when there is none.
  std::string entry() const {
    std::array<char, 4096> buffer{};
    const auto count = ::recv(socket_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    return count < 0 ? std::string() : std::string(buffer.data(), static_cast<std::size_t>(count));
  }

  const std::string path =
      fmt::format("{}/godwit-journal-{}", testing::TempDir(), static_cast<int>(::getpid()));

 private:
  int socket_;
};

class JournalTest : public testing::Test {
 protected:
  ~JournalTest() override {
    ::unsetenv("JOURNAL_STREAM");
    set_log_sink({});
  }
};

TEST_F(JournalTest, AnEntryHasTheEventsFields) {
  EXPECT_EQ(journal_entry(LogLevel::warning, "sign_in", "refused address=::1 user=\"a b\""),
            "PRIORITY=4\nSYSLOG_IDENTIFIER=godwitd\n"
            "MESSAGE=warning sign_in refused address=::1 user=\"a b\"\n"
            "GODWIT_LOGGER=sign_in\nGODWIT_EVENT=refused\nGODWIT_ADDRESS=::1\nGODWIT_USER=a b\n");
  EXPECT_TRUE(journal_entry(LogLevel::debug, "x", "y").starts_with("PRIORITY=7\n"));
  EXPECT_TRUE(journal_entry(LogLevel::info, "x", "y").starts_with("PRIORITY=6\n"));
  EXPECT_TRUE(journal_entry(LogLevel::error, "x", "y").starts_with("PRIORITY=3\n"));
}

// What devices send may make a value of several lines, and never a field of its own.
TEST_F(JournalTest, AValueOfSeveralLinesForgesNoField) {
  const std::string entry = journal_entry(LogLevel::info, "x", "y what=\"a\\x0aPRIORITY=0\"");
  EXPECT_TRUE(
      entry.ends_with("GODWIT_WHAT\n\x0c\x00\x00\x00\x00\x00\x00\x00"
                      "a\nPRIORITY=0\n"sv))
      << testing::PrintToString(entry);
}

TEST_F(JournalTest, NamesAreThoseTheJournalTakes) {
  const std::string entry =
      journal_entry(LogLevel::info, "x", "y a-b.c=1 " + std::string(100, 'k') + "=2");
  EXPECT_TRUE(entry.contains("\nGODWIT_A_B_C=1\n")) << entry;
  EXPECT_TRUE(entry.contains("\nGODWIT_" + std::string(57, 'K') + "=2\n")) << entry;
}

TEST_F(JournalTest, KnowsWhereStandardErrorEnds) {
  EXPECT_TRUE(ends_in_journal(STDERR_FILENO, own_stream().c_str()));
  EXPECT_FALSE(ends_in_journal(STDERR_FILENO, "0:0"));
  EXPECT_FALSE(ends_in_journal(STDERR_FILENO, ""));
  EXPECT_FALSE(ends_in_journal(STDERR_FILENO, nullptr));
  EXPECT_FALSE(ends_in_journal(-1, own_stream().c_str()));
}

TEST_F(JournalTest, IsUsedWhereItIsWanted) {
  const ScriptedJournal journal;
  start_log("journal", journal.path);
  logger.info("one", {{"user", "ann"}});
  EXPECT_TRUE(journal.entry().ends_with("GODWIT_EVENT=one\nGODWIT_USER=ann\n"));
  start_log("text", journal.path);
  logger.info("two");
  EXPECT_EQ(journal.entry(), "");
  ::setenv("JOURNAL_STREAM", own_stream().c_str(), 1);
  start_log("text", journal.path);
  logger.info("three");
  EXPECT_TRUE(journal.entry().ends_with("GODWIT_EVENT=three\n"));
  start_log("json", journal.path);
  logger.info("four");
  EXPECT_EQ(journal.entry(), "");
}

TEST_F(JournalTest, WhatItDoesNotTakeGoesToStandardError) {
  ScriptedJournal journal;
  start_log("journal", journal.path);
  journal.end();
  testing::internal::CaptureStderr();
  logger.warning("gone", {{"user", "ann"}});
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "<4>warning test gone user=ann\n");
  // One that takes nothing keeps nobody waiting.
  const ScriptedJournal slow;
  start_log("journal", slow.path);
  testing::internal::CaptureStderr();
  for (int i = 0; i < 10'000; ++i) logger.info("much");
  EXPECT_TRUE(testing::internal::GetCapturedStderr().ends_with("<6>info    test much\n"));
}

}  // namespace
}  // namespace godwit::app
