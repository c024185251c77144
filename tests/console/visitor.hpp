/// A person with a browser without scripts, at the console of a daemon: keeps cookies, sends the
/// forms that pages show. Everything here blocks.
#pragma once

#include <map>
#include <string>

#include "daemon/daemon_process.hpp"
#include "http/client.hpp"
#include "run.hpp"

namespace godwit::test {

class Visitor {
 public:
  /// The daemon listens for HTTPS.
  explicit Visitor(const DaemonProcess& daemon) : daemon_(daemon) {}

  http::ClientReply get(const std::string& target) {
    return send({.method = "GET", .target = target});
  }
  /// With the token of the form on the page that was got last.
  http::ClientReply post(const std::string& target, std::string form) {
    http::ClientRequest request{.method = "POST", .target = target};
    request.headers = {{"Content-Type", "application/x-www-form-urlencoded"},
                       {"Origin", "https://" + host()}};
    if (!token_.empty()) form += "&token=" + token_;
    request.body = std::move(form);
    return send(std::move(request));
  }
  http::ClientReply sign_in(const std::string& user, const std::string& secret = password) {
    const std::string name =
        user.substr(0, user.find('@')) + "%40" + user.substr(user.find('@') + 1);
    token_.clear();
    return post("/godwit/sign-in", "user=" + name + "&password=" + secret);
  }

 private:
  std::string host() const { return "localhost:" + std::to_string(daemon_.port("https ")); }

  http::ClientReply send(http::ClientRequest request) {
    std::string all;
    for (const auto& [name, value] : cookies_)
      all += (all.empty() ? "" : "; ") + name + '=' + value;
    if (!all.empty()) request.headers.push_back({"Cookie", all});
    request.headers.push_back({"Accept", "text/html"});
    net::ConnectSettings server{.host = "localhost", .port = daemon_.port("https ")};
    server.tls = net::TlsClientSettings{.ca_file = daemon_.folder() + "/own.pem"};
    http::Client client(std::move(server));
    auto reply = run(client.send(std::move(request), std::chrono::seconds(20)));
    keep(std::string(reply.header("set-cookie")));
    const auto at = reply.body.find("name=\"token\" value=\"");
    if (at != std::string::npos) {
      const auto from = at + std::string_view("name=\"token\" value=\"").size();
      token_ = reply.body.substr(from, reply.body.find('"', from) - from);
    }
    return reply;
  }
  void keep(const std::string& set) {
    const auto equals = set.find('=');
    if (equals == std::string::npos) return;
    const auto name = set.substr(0, equals);
    const auto value = set.substr(equals + 1, set.find(';') - equals - 1);
    cookies_[name] = value;
    if (value.empty()) cookies_.erase(name);
  }

  const DaemonProcess& daemon_;
  std::map<std::string, std::string> cookies_;
  std::string token_;
};

}  // namespace godwit::test
