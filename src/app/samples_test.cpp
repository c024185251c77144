#include "app/samples.hpp"

#include <gtest/gtest.h>

#include <set>

namespace godwit::app {
namespace {

TEST(Samples, AreMessagesAsTheyTravel) {
  const Time now{std::chrono::seconds(1'750'000'000)};
  for (const Sample& sample : samples()) {
    const std::string text = sample_message(sample, now);
    EXPECT_EQ(text.find("{date}"), std::string::npos);
    EXPECT_TRUE(text.contains("\r\nDate: " + date_header(now - sample.age) + "\r\n"));
    EXPECT_TRUE(text.contains("\r\n\r\n"));
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\n') EXPECT_EQ(text[i - 1], '\r');
    }
  }
}

TEST(Samples, FillSeveralFoldersOfBothUsers) {
  std::set<std::string_view> folders;
  std::set<SampleUser> users;
  for (const Sample& sample : samples()) {
    users.insert(sample.user);
    folders.insert(sample.folder);
  }
  EXPECT_EQ(users.size(), 2U);
  EXPECT_TRUE(folders.contains("Garden/Plans"));
}

TEST(Samples, DatesAreThoseOfMail) {
  EXPECT_EQ(date_header(Time(std::chrono::seconds(1'750'000'000))),
            "Sun, 15 Jun 2025 15:06:40 +0000");
}

}  // namespace
}  // namespace godwit::app
