#include "app/daemon.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "app/control_client.hpp"
#include "app/databases.hpp"
#include "base/bytes.hpp"

namespace godwit::app {
namespace {

using nlohmann::json;

/// A daemon on free ports with a state folder of its own, in a thread.
class DaemonTest : public testing::Test {
 protected:
  DaemonTest() {
    folder_ = testing::TempDir() + "/godwitd-" + std::to_string(::getpid());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    config_.server.state_directory = folder_ + "/state";
    config_.server.control_socket = folder_ + "/control.sock";
    config_.server.drain_seconds = 0;
    config_.http.listen = {"127.0.0.1:0"};
    config_.lmtp.listen = {"[::1]:0"};
    config_.file = folder_ + "/godwit.toml";
  }
  ~DaemonTest() override {
    stop();
    std::filesystem::remove_all(folder_);
  }

  void start() {
    daemon_ = std::make_unique<Daemon>(
        DaemonOptions{.config = config_, .program = "godwitd", .demo_accounts = {}});
    const auto started = daemon_->start();
    ASSERT_TRUE(started) << started.error().message;
    thread_ = std::thread([this] { daemon_->run(); });
    status_ = ask(R"({"operation":"status"})")["result"];
    const std::string where = status_["listening"][0];
    port_ = static_cast<std::uint16_t>(std::stoi(where.substr(where.rfind(':') + 1)));
  }
  void stop() {
    if (!thread_.joinable()) return;
    ::kill(::getpid(), SIGTERM);
    thread_.join();
    daemon_.reset();
  }

  json ask(const std::string& request) {
    auto client = ControlClient::connect(config_.server.control_socket);
    if (!client) return {{"failed", client.error().message}};
    const auto reply = client->ask(request);
    return reply ? json::parse(*reply) : json{{"failed", reply.error().message}};
  }

  /// The whole answer of one request with `Connection: close`.
  std::string http(const std::string& head, const std::string& user = {}) {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port_);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    std::string text = head + "\r\nHost: localhost\r\nConnection: close\r\n";
    if (!user.empty()) text += "Authorization: Basic " + base64_encode(user) + "\r\n";
    text += "\r\n";
    EXPECT_EQ(::send(socket, text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
    std::string reply;
    char buffer[4096];
    for (ssize_t count; (count = ::recv(socket, buffer, sizeof buffer, 0)) > 0;) {
      reply.append(buffer, static_cast<std::size_t>(count));
    }
    ::close(socket);
    return reply;
  }

  Config config_;
  std::string folder_;
  std::unique_ptr<Daemon> daemon_;
  std::thread thread_;
  json status_;
  std::uint16_t port_ = 0;
};

constexpr const char* options = "OPTIONS /Microsoft-Server-ActiveSync HTTP/1.1";

TEST_F(DaemonTest, ServesUsersThatTheCommandAdded) {
  start();
  EXPECT_EQ(status_["mode"], "serving");
  EXPECT_TRUE(http(options, "ann@example.org:pw").starts_with("HTTP/1.1 401"));
  EXPECT_EQ(ask(R"({"operation":"user.add","arguments":{"login":"ann@example.org",)"
                R"("password":"correct horse"}})")["ok"],
            true);
  const std::string reply = http(options, "ann@example.org:correct horse");
  EXPECT_TRUE(reply.starts_with("HTTP/1.1 200")) << reply;
  EXPECT_TRUE(reply.contains("16.1")) << reply;
  EXPECT_EQ(ask(R"({"operation":"user.passwd","arguments":{"login":"ann@example.org",)"
                R"("password":"battery staple"}})")["ok"],
            true);
  EXPECT_TRUE(http(options, "ann@example.org:correct horse").starts_with("HTTP/1.1 401"));
  EXPECT_TRUE(http(options, "ann@example.org:battery staple").starts_with("HTTP/1.1 200"));
}

TEST_F(DaemonTest, ThePageSaysWhatToEnterAndWhetherItWorks) {
  start();
  ask(R"({"operation":"user.add","arguments":{"login":"ann@example.org","password":"pw"}})");
  const std::string get = "GET /Microsoft-Server-ActiveSync HTTP/1.1\r\nAccept: text/html";
  EXPECT_TRUE(http(get).contains("add an account to your phone"));
  const std::string mine = http(get, "ann@example.org:pw");
  EXPECT_TRUE(mine.starts_with("HTTP/1.1 200")) << mine;
  EXPECT_TRUE(mine.contains("Everything works")) << mine;
  EXPECT_TRUE(http(get, "ann@example.org:no").starts_with("HTTP/1.1 401"));
}

TEST_F(DaemonTest, ThePageSpeaksTheLanguageOfTheBrowserElseThatOfTheServer) {
  config_.server.language = "de";
  start();
  ask(R"({"operation":"user.add","arguments":{"login":"ann@example.org","password":"pw"}})");
  const std::string get =
      "GET /Microsoft-Server-ActiveSync HTTP/1.1\r\nAccept: text/html\r\nAccept-Language: ";
  const std::string french = http(get + "fr-CA, en;q=0.5");
  EXPECT_TRUE(french.contains("<html lang=\"fr\">")) << french;
  EXPECT_TRUE(french.contains("Content-Language: fr")) << french;
  EXPECT_TRUE(french.contains("serveur de messagerie")) << french;
  EXPECT_TRUE(http(get + "fr", "ann@example.org:pw").contains("Tout fonctionne"));
  EXPECT_TRUE(http(get + "en", "ann@example.org:no").contains("Sign-in did not work"));
  const std::string german = http(get + "it, *;q=0.1", "ann@example.org:pw");
  EXPECT_TRUE(german.contains("Alles funktioniert")) << german;
  EXPECT_TRUE(german.contains("Angemeldet als <b>ann@example.org</b>.")) << german;
}

TEST_F(DaemonTest, WithADamagedStorePhonesComeLater) {
  std::filesystem::create_directories(config_.server.state_directory);
  std::ofstream(store_path(config_)) << std::string(8192, 'x');
  start();
  EXPECT_EQ(status_["mode"], "administration only");
  EXPECT_NE(status_["problem"], "");
  const std::string reply = http(options, "ann@example.org:pw");
  EXPECT_TRUE(reply.starts_with("HTTP/1.1 503")) << reply;
  EXPECT_TRUE(reply.contains("Retry-After: ")) << reply;
  EXPECT_EQ(ask(R"({"operation":"user.list"})")["error"]["code"], "unsupported");
}

TEST_F(DaemonTest, ReloadKeepsTheOldWhenTheNewIsWrong) {
  std::ofstream(config_.file) << "[server]\nlog_level = \"loud\"\n";
  start();
  ::kill(::getpid(), SIGHUP);
  EXPECT_EQ(ask(R"({"operation":"status"})")["result"]["mode"], "serving");
}

TEST_F(DaemonTest, TwoDaemonsDoNotShareASocket) {
  start();
  Config second = config_;
  second.server.state_directory = folder_ + "/second";
  Daemon other(DaemonOptions{.config = second, .program = "godwitd", .demo_accounts = {}});
  EXPECT_FALSE(other.start());
}

TEST(Endpoint, IsAnAddressWithAPort) {
  EXPECT_EQ(parse_endpoint("127.0.0.1:80")->address, "127.0.0.1");
  EXPECT_EQ(parse_endpoint("[2001:db8::1]:443")->address, "2001:db8::1");
  EXPECT_EQ(parse_endpoint("[2001:db8::1]:443")->port, 443);
  EXPECT_EQ(parse_endpoint(":25")->address, "::");
  EXPECT_FALSE(parse_endpoint("localhost"));
  EXPECT_FALSE(parse_endpoint("2001:db8::1:443"));
  EXPECT_FALSE(parse_endpoint("127.0.0.1:99999"));
}

}  // namespace
}  // namespace godwit::app
