// A new process takes over from the old one: no door is closed for a moment, no waiting request is
// cut, nothing is done twice.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <thread>

#include "daemon/daemon_process.hpp"
#include "run.hpp"

namespace godwit::test {
namespace {

using namespace std::chrono_literals;

constexpr const char* ann = "ann@example.org";
constexpr const char* bob = "bob@example.org";
constexpr unsigned pings = 50;

/// To oneself.
std::string letter(const std::string& user, const std::string& subject) {
  return "From: " + user + "\r\nTo: " + user + "\r\nSubject: " + subject + "\r\n\r\nText\r\n";
}

class HandoverTest : public testing::Test {
 protected:
  void start(unsigned drain_seconds) {
    std::string& server = daemon_.config["server"];
    server.replace(server.find("drain_seconds = 0"), 17,
                   "drain_seconds = " + std::to_string(drain_seconds));
    daemon_.listen_tls();
    daemon_.start();
    daemon_.add_user(ann);
    daemon_.add_user(bob);
    port_ = daemon_.port("http ");
  }
  client::ServerUrl url(bool tls) {
    client::ServerUrl url = daemon_.url();
    url.tls = tls;
    if (tls) url.port = daemon_.port("https ");
    return url;
  }
  Phone phone(const std::string& id, bool tls = false) {
    return {url(tls), {.ca_file = {}, .insecure = true}, ann, id};
  }
  /// Every other one over TLS.
  void hold_pings() {
    for (unsigned i = 0; i < pings; ++i) {
      Phone one = phone("phone" + std::to_string(i), i % 2 == 1);
      held_.push_back(one.ping(one.inbox(), 600));
    }
    EXPECT_TRUE(wait_until([&] { return daemon_.status().parked == pings; }));
  }
  /// How many mails the inbox has, as a phone that never was here sees it.
  std::size_t mails(const std::string& user) {
    Phone fresh(daemon_at_port(), {}, user, "reader");
    const std::string inbox = fresh.inbox();
    EXPECT_TRUE(run(fresh->sync_all(inbox, {})).ok());
    return fresh->collection(inbox).items.size();
  }
  client::ServerUrl daemon_at_port() const {
    client::ServerUrl url;
    url.tls = false;
    url.host = "127.0.0.1";
    url.port = port_;
    return url;
  }

  DaemonProcess daemon_;
  std::uint16_t port_ = 0;
  std::vector<std::future<client::Answer>> held_;
};

TEST_F(HandoverTest, NobodyIsRefusedOrCutAndNothingIsDoneTwice) {
  start(2);
  hold_pings();
  std::atomic<bool> over = false;
  unsigned asked = 0;
  unsigned unanswered = 0;
  std::thread visitor([&] {
    for (; !over; ++asked) {
      if (!ask_http(port_, {}).starts_with("HTTP/1.1 401")) ++unanswered;
    }
  });
  std::size_t sent = 0;
  std::thread writer([&] {
    for (; !over; ++sent) {
      const std::string name = std::to_string(sent);
      Phone one(daemon_at_port(), {}, bob, "writer" + name);
      EXPECT_EQ(one.send(letter(bob, name)), 1);
    }
  });
  EXPECT_TRUE(wait_until([&] { return daemon_.log().contains("command=SendMail"); }));
  const pid_t before = daemon_.pid();
  daemon_.hand_over();
  EXPECT_NE(daemon_.pid(), before);
  for (auto& each : held_) EXPECT_EQ(ping_status(each.get()), 1);
  over = true;
  visitor.join();
  writer.join();
  EXPECT_GT(asked, 10U);
  EXPECT_EQ(unanswered, 0U) << "of " << asked;
  EXPECT_GT(sent, 1U);
  EXPECT_EQ(mails(bob), sent);
  const std::string log = daemon_.log();
  EXPECT_TRUE(log.contains("handed_over waiting=50")) << log;
  EXPECT_FALSE(log.contains("cut_off"));
  EXPECT_EQ(daemon_.stop(), 0);
}

TEST_F(HandoverTest, WhoWaitsIsAnsweredOverTheTimeGivenWhileTheNewProcessServes) {
  start(3);
  hold_pings();
  daemon_.hand_over();
  const auto waiting = [&] {
    return std::ranges::count_if(
        held_, [](auto& each) { return each.wait_for(0s) != std::future_status::ready; });
  };
  // The new process is ready, and most of the old one's requests still wait.
  EXPECT_GT(waiting(), 0);
  Phone late = phone("late", true);
  EXPECT_EQ(late.send(letter(ann, "meanwhile")), 1);
  for (auto& each : held_) EXPECT_EQ(ping_status(each.get()), 1);
  EXPECT_EQ(daemon_.status().parked, 0U);
}

TEST_F(HandoverTest, PushGoesOnInTheNewProcess) {
  start(0);
  daemon_.hand_over();
  Phone one = phone("phone", true);
  auto held = one.ping(one.inbox(), 600);
  EXPECT_TRUE(wait_until([&] { return daemon_.status().parked == 1; }));
  EXPECT_EQ(phone("other").send(letter(ann, "news")), 1);
  EXPECT_EQ(ping_status(held.get()), 2);
  daemon_.hand_over();
  EXPECT_EQ(mails(ann), 1U);
}

TEST_F(HandoverTest, TheOldProcessGoesOnWhereTheNewOneCannotBegin) {
  start(0);
  Phone one = phone("phone");
  auto held = one.ping(one.inbox(), 600);
  EXPECT_TRUE(wait_until([&] { return daemon_.status().parked == 1; }));
  daemon_.config["server"] += "nonsense = 1\n";
  daemon_.write_config();
  daemon_.signal(SIGUSR2);
  EXPECT_TRUE(daemon_.wait_for_log("successor.failed"));
  EXPECT_EQ(daemon_.status().mode, "serving");
  EXPECT_EQ(daemon_.status().parked, 1U);
  EXPECT_EQ(phone("other").send(letter(ann, "news")), 1);
  EXPECT_EQ(ping_status(held.get()), 2);
  EXPECT_EQ(daemon_.stop(), 0);
}

}  // namespace
}  // namespace godwit::test
