// godwitd from start to stop: what it says when it cannot start, reload, and a stop that lets
// nobody wait.
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <fstream>

#include "daemon/daemon_process.hpp"
#include "interop/imap_servers.hpp"
#include "net/certificate.hpp"
#include "run.hpp"

namespace godwit::test {
namespace {

using namespace std::chrono_literals;

constexpr const char* ann = "ann@example.org";

class LifecycleTest : public testing::Test {
 protected:
  void start_with_user() {
    daemon_.start();
    daemon_.add_user(ann);
  }
  /// Once so many requests wait.
  void wait_parked(unsigned count) {
    EXPECT_TRUE(wait_until([&] { return daemon_.status().parked == count; }));
  }
  /// A certificate of its own kind in the files of the configuration.
  void write_certificate() {
    const auto now =
        std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    const auto made = net::make_self_signed({}, now).value();
    std::ofstream(daemon_.folder() + "/cert.pem") << made.certificate;
    std::ofstream(daemon_.folder() + "/key.pem") << made.key;
    std::ofstream(trusted()) << made.certificate;
  }
  std::string trusted() const {
    return daemon_.folder() + "/trusted" + std::to_string(certificates_) + ".pem";
  }
  /// The HTTP status of OPTIONS over TLS; 0 when the server's certificate is not the trusted one.
  int options_over_tls(const std::string& ca_file) {
    client::ServerUrl url = daemon_.url();
    url.tls = true;
    url.host = "localhost";
    url.port = daemon_.port("https ");
    Phone phone(url, {.ca_file = ca_file, .insecure = false}, ann, "tls");
    try {
      return run(phone->options()).http_status;
    } catch (const std::exception&) {
      return 0;
    }
  }

  DaemonProcess daemon_;
  int certificates_ = 0;
};

TEST_F(LifecycleTest, AStopAnswersWhoWaitsSpreadOverTheTimeGiven) {
  std::string& server = daemon_.config["server"];
  server.replace(server.find("drain_seconds = 0"), 17, "drain_seconds = 2");
  start_with_user();
  constexpr unsigned count = 8;
  std::vector<std::future<client::Answer>> held;
  for (unsigned i = 0; i < count; ++i) {
    Phone phone(daemon_, ann, "phone" + std::to_string(i));
    held.push_back(phone.ping(phone.inbox(), 600));
  }
  wait_parked(count);
  daemon_.signal(SIGTERM);
  EXPECT_TRUE(daemon_.wait_for_state("STOPPING=1"));
  std::vector<std::chrono::steady_clock::time_point> times;
  EXPECT_TRUE(wait_until([&] {
    const auto waiting = static_cast<std::size_t>(std::ranges::count_if(
        held, [](auto& each) { return each.wait_for(0s) != std::future_status::ready; }));
    while (times.size() < count - waiting) times.push_back(std::chrono::steady_clock::now());
    return waiting == 0;
  }));
  for (auto& each : held) EXPECT_EQ(ping_status(each.get()), 1);
  EXPECT_EQ(daemon_.wait_for_end(), 0);
  EXPECT_GT(times.back() - times.front(), 1s);
}

TEST_F(LifecycleTest, TheSecondSignalEndsAtOnce) {
  std::string& server = daemon_.config["server"];
  server.replace(server.find("drain_seconds = 0"), 17, "drain_seconds = 600");
  start_with_user();
  std::vector<std::future<client::Answer>> held;
  for (int i = 0; i < 3; ++i) {
    Phone phone(daemon_, ann, "phone" + std::to_string(i));
    held.push_back(phone.ping(phone.inbox(), 600));
  }
  wait_parked(3);
  daemon_.signal(SIGTERM);
  EXPECT_TRUE(daemon_.wait_for_state("STOPPING=1"));
  daemon_.signal(SIGTERM);
  EXPECT_EQ(daemon_.wait_for_end(), 0);
  for (auto& each : held) {
    try {
      each.get();
    } catch (const std::exception&) {
      SUCCEED() << "cut off";
    }
  }
}

TEST_F(LifecycleTest, AfterAKillEverythingIsThere) {
  start_with_user();
  Phone phone(daemon_, ann);
  const std::string inbox = phone.inbox();
  const auto mail = "From: ann@example.org\r\nTo: ann@example.org\r\nSubject: kept\r\n\r\nText\r\n";
  EXPECT_EQ(phone.send(mail), 1);
  daemon_.kill();
  daemon_.start();
  Phone again(daemon_, ann);
  again->restore(phone->folder_key(), {phone->folders().begin()->second}, phone->collections());
  const auto synced = run(again->sync_all(inbox, {}));
  EXPECT_TRUE(synced.ok());
  ASSERT_EQ(again->collection(inbox).items.size(), 1U);
  EXPECT_EQ(again->collection(inbox).items.begin()->second.at("Subject"), "kept");
}

TEST_F(LifecycleTest, AReloadTakesOverLimitsAndTheLogLevel) {
  daemon_.config["push"] = "heartbeat_seconds_max = 3540\n";
  const std::string server = daemon_.config["server"];
  daemon_.config["server"] += "log_level = \"error\"\n";
  start_with_user();
  Phone phone(daemon_, ann);
  const std::string inbox = phone.inbox();
  EXPECT_EQ(daemon_.log(), "");
  daemon_.config["push"] = "heartbeat_seconds_max = 90\n";
  daemon_.config["server"] = server + "log_level = \"info\"\n";
  daemon_.write_config();
  daemon_.signal(SIGHUP);
  ASSERT_TRUE(daemon_.wait_for_log("reloaded"));
  const auto refused = run(phone->ping({inbox}, 600));
  EXPECT_EQ(refused.status, 5);
  EXPECT_EQ(refused.limit, 90U);
}

TEST_F(LifecycleTest, AReloadTakesOverLimitsOfConnectionsAndSignInsAndNamesWhatItCannot) {
  daemon_.config["lmtp"] = "listen = [\"127.0.0.1:0\"]\n";
  daemon_.config["auth"] = "failure_delay_milliseconds = 0\n";
  start_with_user();
  const auto http = daemon_.port("http ");
  const auto lmtp = daemon_.port("lmtp ");
  Phone phone(daemon_, ann);
  phone.inbox();
  const std::string large = "From: ann@example.org\r\nTo: ann@example.org\r\nSubject: x\r\n\r\n" +
                            std::string(3'000'000, 'x') + "\r\n";
  EXPECT_EQ(phone.send(large), 1);

  daemon_.config["http"] = "listen = [\"127.0.0.1:1\"]\ntrusted_proxies = [\"127.0.0.1\"]\n";
  daemon_.config["mail"] = "message_megabytes_max = 1\n";
  daemon_.config["auth"] += "failures_max = 1\n";
  daemon_.config["local"] = "quota_megabytes = 10\n";
  daemon_.write_config();
  daemon_.signal(SIGHUP);
  ASSERT_TRUE(daemon_.wait_for_log("reloaded"));
  EXPECT_TRUE(daemon_.log().contains("needs_a_restart=\"http.listen local.quota_megabytes\""))
      << daemon_.log();
  EXPECT_EQ(daemon_.port("http "), http);

  // What is too large is refused, over LMTP too.
  EXPECT_EQ(phone.send(large), 413);
  try {
    interop::deliver_by_lmtp(lmtp, ann, large);
    FAIL() << "the large mail was taken";
  } catch (const std::runtime_error& refused) {
    EXPECT_TRUE(std::string_view(refused.what()).contains("552")) << refused.what();
  }
  // One wrong password is enough now, and X-Forwarded-For says whose it is.
  const RawRequest guess{.head =
                             "OPTIONS /Microsoft-Server-ActiveSync HTTP/1.1\r\n"
                             "X-Forwarded-For: 203.0.113.9",
                         .user = "nobody@example.org",
                         .password = "wrong"};
  EXPECT_TRUE(ask_http(http, guess).starts_with("HTTP/1.1 401"));
  EXPECT_TRUE(ask_http(http, guess).starts_with("HTTP/1.1 503"));
  EXPECT_TRUE(daemon_.log().contains(" address=203.0.113.9")) << daemon_.log();
}

TEST_F(LifecycleTest, AReloadThatIsWrongChangesNothing) {
  start_with_user();
  Phone phone(daemon_, ann);
  const std::string inbox = phone.inbox();
  daemon_.config["push"] = "heartbeat_seconds_max = 90\nheartbeet = 1\n";
  daemon_.write_config();
  daemon_.signal(SIGHUP);
  ASSERT_TRUE(daemon_.wait_for_log("reload.refused"));
  EXPECT_TRUE(daemon_.log().contains("heartbeet")) << daemon_.log();
  auto held = phone.ping(inbox, 600);
  wait_parked(1);
  EXPECT_EQ(daemon_.stop(), 0);
  EXPECT_EQ(ping_status(held.get()), 1);
}

TEST_F(LifecycleTest, AReloadTakesTheNewCertificateAndCutsNobodyOff) {
  write_certificate();
  daemon_.config["http"] +=
      "listen_tls = [\"127.0.0.1:0\"]\ncertificates = [\"cert.pem\"]\n"
      "keys = [\"key.pem\"]\n";
  start_with_user();
  const std::string old = trusted();
  EXPECT_EQ(options_over_tls(old), 200);
  Phone phone(daemon_, ann);
  auto held = phone.ping(phone.inbox(), 600);
  wait_parked(1);
  ++certificates_;
  write_certificate();
  daemon_.signal(SIGHUP);
  ASSERT_TRUE(daemon_.wait_for_log("reloaded"));
  EXPECT_EQ(options_over_tls(trusted()), 200);
  EXPECT_EQ(options_over_tls(old), 0);
  wait_parked(1);
  // One that cannot be read is refused, and the last good one stays.
  std::ofstream(daemon_.folder() + "/cert.pem") << "nonsense";
  daemon_.signal(SIGHUP);
  ASSERT_TRUE(daemon_.wait_for_log("reload.certificates"));
  EXPECT_EQ(options_over_tls(trusted()), 200);
  EXPECT_EQ(daemon_.stop(), 0);
  EXPECT_EQ(ping_status(held.get()), 1);
}

TEST_F(LifecycleTest, WhatIsWrongWithTheConfigurationIsSaidWithFileAndLine) {
  daemon_.config["http"] += "lissen = [\"127.0.0.1:0\"]\n";
  const Finished ended = daemon_.run_to_end();
  EXPECT_EQ(ended.code, 1);
  EXPECT_TRUE(ended.output.contains("godwit.toml:")) << ended.output;
  EXPECT_TRUE(ended.output.contains("lissen")) << ended.output;
}

TEST_F(LifecycleTest, APortThatIsTakenEndsTheStart) {
  const BoundSocket taken;
  daemon_.config["http"] = "listen = [\"127.0.0.1:" + std::to_string(taken.port) + "\"]\n";
  const Finished ended = daemon_.run_to_end();
  EXPECT_EQ(ended.code, 1);
  EXPECT_TRUE(ended.output.contains(std::to_string(taken.port))) << ended.output;
}

}  // namespace
}  // namespace godwit::test
