#include "console/console_bed.hpp"

namespace godwit::console {
namespace {

class TrafficViewTest : public ConsoleTest {
 protected:
  TrafficViewTest() {
    const Time start{std::chrono::hours(500'000)};
    for (int i = 0; i < 60; ++i)
      insight_.minutes.push_back({.begin = start + std::chrono::minutes(i)});
    insight_.minutes[0].answered = 30;
    insight_.minutes[0].failed = 10;
    insight_.minutes[1].answered = 20;
    insight_.minutes[59].wake = std::chrono::milliseconds(250);
  }
};

TEST_F(TrafficViewTest, IsDrawnToItsHighestMinuteAndToldInNumbers) {
  admin_ = true;
  sign_in();
  const auto reply = get("/godwit/admin");
  const std::string page = text(reply);
  EXPECT_TRUE(page.contains("Requests a minute: Highest: 40\"")) << page;
  EXPECT_TRUE(page.contains("Highest: 250 ms")) << page;
  // Three quarters of the height, and what failed upon it.
  EXPECT_TRUE(page.contains("M0 30.0h8v90.0h-8zM10 60.0h8v60.0h-8z")) << page;
  EXPECT_TRUE(page.contains("class=\"failed\" d=\"M0 0.0h8v30.0h-8z\"")) << page;
  EXPECT_TRUE(page.contains("<td data-label=\"Failed\">10</td>")) << page;
  EXPECT_TRUE(page.contains("<script defer src=\"/godwit/live.js?v=")) << page;
  EXPECT_TRUE(header(reply, "Content-Security-Policy").contains("; script-src 'self'"));
  const auto script = get("/godwit/live.js");
  EXPECT_EQ(script.status, 200);
  EXPECT_TRUE(header(script, "Content-Type").starts_with("text/javascript"));
}

TEST_F(TrafficViewTest, OtherPagesRunNothing) {
  admin_ = true;
  sign_in();
  for (const char* const path : {"/godwit/", "/godwit/admin/devices", "/godwit/admin/audit"}) {
    const auto reply = get(path);
    EXPECT_FALSE(text(reply).contains("<script")) << path;
    EXPECT_FALSE(header(reply, "Content-Security-Policy").contains("script-src")) << path;
  }
}

}  // namespace
}  // namespace godwit::console
