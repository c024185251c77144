// How connections come to godwitd: sockets of a service manager, load balancers, both families.
#include <gtest/gtest.h>

#include <sys/socket.h>

#include "daemon/daemon_process.hpp"
#include "run.hpp"

namespace godwit::test {
namespace {

constexpr const char* ann = "ann@example.org";

bool answers(const std::string& reply, int status) {
  return reply.starts_with("HTTP/1.1 " + std::to_string(status));
}

TEST(Sockets, PassedOnesTakeThePlaceOfTheConfiguredAddresses) {
  const BoundSocket http;
  const BoundSocket lmtp;
  DaemonProcess daemon;
  daemon.config["http"] = "listen = [\"127.0.0.1:1\"]\n";
  daemon.start(
      {.within = "", .sockets = {lmtp.descriptor, http.descriptor}, .socket_names = "lmtp:http"});
  daemon.add_user(ann);
  EXPECT_TRUE(answers(ask_http(http.port, {.user = ann}), 200));
  const auto status = daemon.status();
  EXPECT_EQ(status.listening.size(), 2U);
  const std::string where = "127.0.0.1:" + std::to_string(lmtp.port);
  const Finished delivered =
      daemon.command("deliver --server " + where + " " + ann + " --subject passed --text hello");
  EXPECT_EQ(delivered.code, 0) << delivered.output;
}

TEST(Sockets, WhoCameBeforeTheDaemonIsServed) {
  const BoundSocket http;
  DaemonProcess daemon;
  auto early = std::async(std::launch::async, [&] { return ask_http(http.port, {}); });
  daemon.start({.within = "", .sockets = {http.descriptor}, .socket_names = "http"});
  EXPECT_TRUE(answers(early.get(), 401));
}

TEST(Sockets, BothFamilies) {
  DaemonProcess daemon;
  daemon.config["http"] = "listen = [\"[::1]:0\", \"127.0.0.1:0\"]\n";
  daemon.start();
  daemon.add_user(ann);
  const auto listening = daemon.status().listening;
  ASSERT_EQ(listening.size(), 2U);
  for (const std::string& where : listening) {
    const auto port = static_cast<std::uint16_t>(std::stoi(where.substr(where.rfind(':') + 1)));
    const std::string address = where.contains("::1") ? "::1" : "127.0.0.1";
    EXPECT_TRUE(answers(ask_http(port, {.user = ann, .address = address}), 200)) << where;
  }
}

TEST(Sockets, TheBalancerSaysWhoseConnectionItIs) {
  DaemonProcess daemon;
  daemon.config["http"] += "proxy_protocol = true\ntrusted_proxies = [\"127.0.0.1\"]\n";
  daemon.config["auth"] = "failure_delay_milliseconds = 0\n";
  daemon.start();
  daemon.add_user(ann);
  const auto port = daemon.port("http ");
  const std::string header = "PROXY TCP4 203.0.113.9 127.0.0.1 4711 80\r\n";
  EXPECT_TRUE(answers(ask_http(port, {.user = ann, .sent_first = header}), 200));
  EXPECT_TRUE(
      answers(ask_http(port, {.user = ann, .password = "wrong", .sent_first = header}), 401));
  EXPECT_TRUE(daemon.wait_for_log("203.0.113.9"));
  const std::string v6 = "PROXY TCP6 2001:db8::9 ::1 4711 80\r\n";
  EXPECT_TRUE(answers(ask_http(port, {.user = ann, .password = "wrong", .sent_first = v6}), 401));
  EXPECT_TRUE(daemon.wait_for_log("2001:db8::9"));
  // A balancer that is to send the header and does not is no balancer.
  EXPECT_EQ(ask_http(port, {.user = ann}), "");
}

TEST(Sockets, WhoIsNoBalancerCannotSpeakForOthers) {
  DaemonProcess daemon;
  daemon.config["http"] += "proxy_protocol = true\ntrusted_proxies = [\"192.0.2.1\"]\n";
  daemon.start();
  daemon.add_user(ann);
  const auto port = daemon.port("http ");
  EXPECT_TRUE(answers(ask_http(port, {.user = ann}), 200));
  const std::string header = "PROXY TCP4 203.0.113.9 127.0.0.1 4711 80\r\n";
  EXPECT_TRUE(answers(ask_http(port, {.user = ann, .sent_first = header}), 400));
}

}  // namespace
}  // namespace godwit::test
