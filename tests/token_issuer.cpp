#include "token_issuer.hpp"

#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "http/message.hpp"
#include "http/server.hpp"
#include "http/spool.hpp"
#include "net/certificate.hpp"
#include "net/listener.hpp"
#include "net/loop.hpp"
#include "net/tls.hpp"
#include "watch/hub.hpp"

namespace godwit::test {
namespace {

using std::chrono::milliseconds;

Time real_now() { return std::chrono::floor<milliseconds>(std::chrono::system_clock::now()); }

class RealClock final : public Clock {
 public:
  Time now() const override { return real_now(); }
};

}  // namespace

struct TokenIssuer::Server final : http::Service {
  Server(TokenIssuer& an_owner, const std::string& folder, const net::CertificateFiles& files)
      : owner(an_owner), hub(clock, {}), spools(folder) {
    auto listener = net::Listener::tcp(loop.executor(), "127.0.0.1", 0);
    auto tls = net::TlsServer::load({files});
    if (!listener || !tls) throw std::runtime_error("the issuer of tokens cannot listen");
    owner.port_ = listener->port();
    server = std::make_unique<http::Server>(loop.executor(), clock, http::ServerSettings{}, *this,
                                            hub, spools);
    server->listen(*std::move(listener), {.tls = *std::move(tls)});
    loop.every(std::chrono::hours(1), [] {});  // keeps the loop alive
    thread = std::thread([this] { loop.run(); });
  }
  ~Server() override {
    loop.post([this] {
      server.reset();
      loop.stop();
    });
    thread.join();
  }

  Task<http::Outcome> handle(http::Request request) override {
    const auto answer =
        owner.answer_to(request.target, std::string(request.header("Authorization")));
    http::Reply reply{.status = answer ? answer->status : 404, .headers = {}, .body = nullptr};
    reply.close = true;
    if (answer) {
      co_await net::sleep_for(milliseconds(answer->after_milliseconds));
      if (!answer->location.empty()) reply.headers.push_back({"Location", answer->location});
      reply.headers.push_back({"Content-Type", "application/json"});
      reply.body = http::text_body(answer->body);
    }
    co_return reply;
  }

  TokenIssuer& owner;
  RealClock clock;
  net::Loop loop;
  watch::Hub hub;
  http::SpoolDirectory spools;
  std::unique_ptr<http::Server> server;
  std::thread thread;
};

TokenIssuer::TokenIssuer(const std::string& folder)
    : key_(TestKey::rsa()), ca_file_(folder + "/issuer.pem") {
  const net::CertificateFiles files{ca_file_, folder + "/issuer.key"};
  const auto pem = net::make_self_signed({}, real_now());
  if (!pem) throw std::runtime_error(pem.error().message);
  std::ofstream(files.chain) << pem->certificate;
  std::ofstream(files.key) << pem->key;
  server_ = std::make_unique<Server>(*this, folder, files);
}

TokenIssuer::~TokenIssuer() = default;

std::string TokenIssuer::url() const { return "https://127.0.0.1:" + std::to_string(port_); }

std::string TokenIssuer::metadata() const {
  return nlohmann::json{{"issuer", url()},
                        {"jwks_uri", url() + keys_path},
                        {"authorization_endpoint", url() + "/authorize"}}
      .dump();
}

std::string TokenIssuer::keys() const {
  const std::string id = key_id();
  const std::scoped_lock lock(mutex_);
  return key_list(nlohmann::json::array({key_.published(id)}));
}

std::string TokenIssuer::key_id() const {
  const std::scoped_lock lock(mutex_);
  return "key" + std::to_string(key_number_);
}

std::string TokenIssuer::key_pem() const {
  const std::scoped_lock lock(mutex_);
  return key_.pem();
}

void TokenIssuer::rotate() {
  TestKey fresh = TestKey::rsa();
  const std::scoped_lock lock(mutex_);
  key_ = std::move(fresh);
  ++key_number_;
}

void TokenIssuer::answer(const std::string& target, std::optional<IssuerAnswer> answer) {
  const std::scoped_lock lock(mutex_);
  answers_.erase(target);
  if (answer) answers_.emplace(target, *std::move(answer));
}

void TokenIssuer::be_away(bool away) {
  const std::scoped_lock lock(mutex_);
  away_ = away;
}

unsigned TokenIssuer::asked(const std::string& target) const {
  const std::scoped_lock lock(mutex_);
  const auto found = asked_.find(target);
  return found == asked_.end() ? 0 : found->second;
}

std::string TokenIssuer::authorization(const std::string& target) const {
  const std::scoped_lock lock(mutex_);
  const auto found = authorizations_.find(target);
  return found == authorizations_.end() ? std::string() : found->second;
}

std::optional<IssuerAnswer> TokenIssuer::answer_to(const std::string& target,
                                                   std::string authorization) {
  {
    const std::scoped_lock lock(mutex_);
    ++asked_[target];
    authorizations_[target] = std::move(authorization);
    if (away_) return IssuerAnswer{.status = 503};
    if (const auto found = answers_.find(target); found != answers_.end()) return found->second;
  }
  if (target == metadata_path) return IssuerAnswer{.body = metadata()};
  if (target == keys_path) return IssuerAnswer{.body = keys()};
  return std::nullopt;
}

nlohmann::json TokenIssuer::claims(const std::string& email) const {
  const auto now = std::chrono::floor<std::chrono::seconds>(real_now());
  return {{"iss", url()},
          {"aud", "godwit"},
          {"sub", email},
          {"iat", now.time_since_epoch().count()},
          {"exp", now.time_since_epoch().count() + 3600},
          {"email", email}};
}

std::string TokenIssuer::token(const std::string& email) const { return token_of(claims(email)); }

std::string TokenIssuer::token_of(const nlohmann::json& claims) const {
  return token_with({{"alg", "RS256"}, {"kid", key_id()}, {"typ", "JWT"}}, claims);
}

std::string TokenIssuer::token_with(const nlohmann::json& head,
                                    const nlohmann::json& claims) const {
  const std::scoped_lock lock(mutex_);
  return key_.token(head, claims);
}

}  // namespace godwit::test
