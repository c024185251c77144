#include "app/front.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdlib>
#include <utility>

#include "app/certificate_sign_in.hpp"
#include "app/daemon.hpp"
#include "base/text.hpp"
#include "net/network.hpp"

namespace godwit::app {
namespace {

constexpr unsigned retry_after_seconds = 60;

http::ServerSettings server_settings(const Config& config) {
  constexpr std::uint64_t megabyte = 1024 * 1024;
  http::ServerSettings settings;
  settings.connections_max = static_cast<std::size_t>(config.http.connections_max);
  // A message in base64 within WBXML, and what stands around it.
  settings.body_bytes_max =
      static_cast<std::uint64_t>(config.mail.message_megabytes_max) * megabyte * 4 / 3 + megabyte;
  settings.handshake_limit = std::chrono::seconds(config.http.handshake_seconds);
  settings.head_limit = std::chrono::seconds(config.http.head_seconds);
  settings.idle_limit = std::chrono::seconds(config.http.idle_seconds);
  settings.body_limit = std::chrono::seconds(config.http.body_seconds);
  settings.bytes_per_second_min = static_cast<std::uint64_t>(config.http.body_bytes_per_second_min);
  auto networks =
      net::Networks::parse(fmt::format("{}", fmt::join(config.http.trusted_proxies, ",")));
  if (networks) {
    settings.trusted_proxy = [trusted = std::move(*networks)](std::string_view address) {
      return trusted.contains(address);
    };
  }
  settings.certificate_header = config.http.certificate_header;
  return settings;
}

std::vector<net::CertificateFiles> certificate_files(const Config& config) {
  std::vector<net::CertificateFiles> files;
  files.reserve(config.http.certificates.size());
  for (std::size_t i = 0; i < config.http.certificates.size(); ++i) {
    files.push_back({config.http.certificates[i], config.http.keys[i]});
  }
  return files;
}

/// Phones come back later; their state is not touched.
Task<http::Outcome> come_later() {
  http::Reply reply;
  reply.status = 503;
  reply.headers.push_back({"Retry-After", std::to_string(retry_after_seconds)});
  reply.headers.push_back({"Content-Type", "text/plain; charset=utf-8"});
  reply.body = http::text_body("This server is under maintenance. Phones try again later.\n");
  co_return reply;
}

}  // namespace

class Answering final : public http::Service {
 public:
  explicit Answering(const Damage& damage) : damage_(damage) {}
  void begin(http::Service& service) { service_ = &service; }
  Task<http::Outcome> handle(http::Request request) override {
    if (service_ == nullptr || damage_.found()) co_return co_await come_later();
    auto outcome = co_await service_->handle(std::move(request));
    if (damage_.found()) co_return co_await come_later();  // it may be made of what is damaged
    co_return outcome;
  }

 private:
  const Damage& damage_;
  http::Service* service_ = nullptr;  // null: nothing can be served yet
};

Result<Endpoint> parse_endpoint(std::string_view text) {
  const auto colon = text.rfind(':');
  const auto malformed = [&] {
    return fail(Errc::malformed,
                fmt::format("{}: an address is 192.0.2.1:80 or [2001:db8::1]:80", text));
  };
  if (colon == std::string_view::npos) return malformed();
  const auto port = parse_number<std::uint16_t>(text.substr(colon + 1));
  std::string_view address = text.substr(0, colon);
  if (!port) return malformed();
  if (address.starts_with('[') && address.ends_with(']')) {
    address = address.substr(1, address.size() - 2);
  } else if (address.contains(':')) {
    return malformed();
  }
  return Endpoint{address.empty() ? std::string("::") : std::string(address), *port};
}

Front::Front(net::Loop& loop, Clock& clock, watch::Hub& hub, http::Spools& spools,
             const Damage& damage)
    : loop_(loop),
      clock_(clock),
      hub_(hub),
      spools_(spools),
      answering_(std::make_unique<Answering>(damage)) {}

Front::~Front() = default;

Result<> Front::listen(const Config& config) {
  if (!config.http.certificates.empty()) {
    auto loaded = net::TlsServer::load(certificate_files(config), client_authorities(config));
    if (!loaded) return pass(loaded);
    tls_ = std::move(*loaded);
  }
  server_ = std::make_unique<http::Server>(loop_.executor(), clock_, server_settings(config),
                                           *answering_, hub_, spools_);
  passed_ = net::passed_sockets(std::getenv("LISTEN_PID"), std::getenv("LISTEN_FDS"),
                                std::getenv("LISTEN_FDNAMES"));
  const bool proxy = config.http.proxy_protocol;
  if (auto done = open(Door::http, config.http.listen, proxy); !done) return done;
  if (auto done = open(Door::https, config.http.listen_tls, proxy); !done) return done;
  return open(Door::lmtp, config.lmtp.listen, false);
}

Result<> Front::serve(http::Service& service, Backends& backends) {
  for (net::Listener& listener : std::exchange(lmtp_, {})) {
    if (auto done = backends.listen_lmtp(std::move(listener)); !done) return done;
  }
  answering_->begin(service);
  return {};
}

std::string_view Front::name_of(Door door) {
  switch (door) {
    case Door::http:
      return "http";
    case Door::https:
      return "https";
    case Door::lmtp:
      return "lmtp";
  }
  return {};
}

Result<> Front::open(Door door, const Strings& addresses, bool proxy_protocol) {
  const std::string_view name = name_of(door);
  bool passed = false;
  for (const net::PassedSocket& socket : passed_) {
    if (socket.name != name) continue;
    auto listener = net::Listener::adopt(loop_.executor(), socket.descriptor);
    if (!listener) return pass(listener);
    passed = true;
    const std::string where = fmt::format("{} {}", name, listener->address());
    auto added = add(door, std::move(*listener), where, proxy_protocol);
    if (!added) return added;
  }
  if (passed) return {};
  for (const std::string& text : addresses) {
    const auto where = parse_endpoint(text);
    if (!where) return pass(where);
    auto listener = net::Listener::tcp(loop_.executor(), where->address, where->port);
    if (!listener) return pass(listener);
    const std::string shown = where->port != 0
                                  ? fmt::format("{} {}", name, text)
                                  : fmt::format("{} {}:{}", name, where->address, listener->port());
    auto added = add(door, std::move(*listener), shown, proxy_protocol);
    if (!added) return added;
  }
  return {};
}

Result<> Front::add(Door door, net::Listener listener, const std::string& where,
                    bool proxy_protocol) {
  listening_.push_back(where);
  sockets_.push_back({listener.descriptor(), std::string(name_of(door))});
  switch (door) {
    case Door::http:
      server_->listen(std::move(listener), {.tls = nullptr, .proxy_protocol = proxy_protocol});
      return {};
    case Door::https:
      if (!tls_) return fail(Errc::incomplete, where + ": http.certificates is empty");
      server_->listen(std::move(listener), {.tls = tls_, .proxy_protocol = proxy_protocol});
      return {};
    case Door::lmtp:
      lmtp_.push_back(std::move(listener));
      return {};
  }
  return {};
}

Result<> Front::reload(const Config& config) {
  server_->apply(server_settings(config));
  if (!tls_ || config.http.certificates.empty()) return {};
  return tls_->reload(certificate_files(config), client_authorities(config));
}

void Front::tick() {
  if (server_) server_->tick();
}

Task<> Front::drain(std::chrono::seconds spread) {
  if (server_) co_await server_->drain(spread);
}

Task<bool> Front::finish(std::chrono::seconds limit) { return server_->finish(limit); }

Task<http::Farewell> Front::farewell() { return server_->farewell(); }

std::size_t Front::connections() const { return server_ ? server_->connections() : 0; }

}  // namespace godwit::app
