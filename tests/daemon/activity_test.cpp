// What an administrator sees of a whole daemon at work: whose changes are watched, and which
// requests are not answered yet.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <future>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "daemon/daemon_process.hpp"

namespace godwit::test {
namespace {

using nlohmann::json;

constexpr const char* ann = "ann@example.org";

class ActivityTest : public testing::Test {
 protected:
  json ask(const std::string& arguments) const {
    const Finished done = daemon_.command("--json " + arguments);
    const json answer = json::parse(done.output, nullptr, false);
    EXPECT_EQ(done.code, 0) << arguments << ": " << done.output;
    return answer.is_object() ? answer.value("result", json::object()) : json::object();
  }
  /// What a terminal of 80 columns shows until `is_enough` or 20 s have passed.
  std::string on_a_terminal(const std::string& arguments,
                            const std::function<bool(std::string_view)>& is_enough) const {
    const std::string file = daemon_.folder() + "/screen";
    const auto screen = [&file] {
      std::ifstream in(file);
      return std::string(std::istreambuf_iterator<char>(in), {});
    };
    auto shown = std::async(std::launch::async, [&] {
      return std::system(("timeout 30 script -qfec 'stty cols 80 rows 24; echo $$ >" + file +
                          ".pid; exec " GODWIT " --config " + daemon_.folder() + "/godwit.toml " +
                          arguments + "' " + file + " </dev/null >/dev/null 2>&1")
                             .c_str());
    });
    EXPECT_TRUE(wait_until([&] { return is_enough(screen()); }));
    EXPECT_EQ(std::system(("kill $(cat " + file + ".pid)").c_str()), 0) << "it goes on until then";
    shown.wait();
    return screen();
  }

  DaemonProcess daemon_;
};

bool is_shown_anew(std::string_view screen) {
  constexpr std::string_view head = "1 requests: 0 worked at, 1 parked";
  const auto first = screen.find(head);
  return first != screen.npos && screen.find(head, first + 1) != screen.npos;
}

/// A sandbox may have none to give.
bool has_terminals() {
  const int terminal = ::posix_openpt(O_RDWR | O_NOCTTY);
  if (terminal < 0) return false;
  ::close(terminal);
  return true;
}

TEST_F(ActivityTest, ShowsWhoWaitsForWhat) {
  daemon_.start();
  daemon_.add_user(ann);
  EXPECT_EQ(
      ask("push list"),
      json({{"watches", json::array()}, {"all", 0}, {"sources", json::array()}, {"refused", 0}}));
  EXPECT_EQ(ask("top"), json({{"requests", json::array()}, {"all", 0}}));
  Phone phone(daemon_, ann);
  const std::string inbox = phone.inbox();
  auto ping = phone.ping(inbox, 300);
  ASSERT_TRUE(wait_until([this] { return daemon_.status().parked == 1; }));

  const json watches = ask("push list");
  ASSERT_EQ(watches["all"], 1) << watches;
  const json& watch = watches["watches"][0];
  EXPECT_EQ(watch["user"], ann);
  EXPECT_EQ(watch["mail"], "store");
  EXPECT_EQ(watch["items"], "store");
  EXPECT_EQ(watch["sees_all"], true);
  EXPECT_EQ(watch["gave_up"], false);
  EXPECT_EQ(watch["waited_for"], true);
  EXPECT_GT(watch["folders"], 3);
  EXPECT_LT(watch["age_seconds"], 60);
  const Finished listed = daemon_.command("push list");
  EXPECT_TRUE(listed.output.contains(ann) && listed.output.contains(" store ")) << listed.output;

  const json top = ask("top");
  ASSERT_EQ(top["all"], 1) << top;
  const json& request = top["requests"][0];
  EXPECT_EQ(request["user"], ann);
  EXPECT_EQ(request["device"], "phone1");
  EXPECT_EQ(request["command"], "Ping");
  EXPECT_EQ(request["state"], "parked");
  EXPECT_EQ(request["folders"], json::array({inbox}));
  EXPECT_LT(request["age_ms"], 60'000);
  EXPECT_GT(request["bytes_in"], 10);
  const Finished snapshot = daemon_.command("top");
  EXPECT_TRUE(snapshot.output.starts_with("1 requests: 0 worked at, 1 parked\n"))
      << snapshot.output;
  if (has_terminals()) {
    const std::string screen = on_a_terminal("top --interval 1", &is_shown_anew);
    EXPECT_TRUE(is_shown_anew(screen)) << screen;
  } else {
    std::cerr << "no pseudo-terminal here: the live table is not tested\n";
  }

  EXPECT_EQ(phone.send("From: ann@example.org\r\nTo: ann@example.org\r\nSubject: x\r\n\r\nx\r\n"),
            1);
  EXPECT_EQ(ping_status(ping.get()), 2);
  EXPECT_TRUE(wait_until([&] { return ask("top")["all"] == 0; }));
  EXPECT_EQ(ask("push list")["watches"][0]["waited_for"], false);
  ASSERT_EQ(daemon_.stop(), 0);
  for (const std::string without : {"top", "push list"}) {
    EXPECT_EQ(daemon_.command(without).code, 3) << without;
  }
}

}  // namespace
}  // namespace godwit::test
