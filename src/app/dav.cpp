#include "app/dav.hpp"

#include <algorithm>

#include "backend/dav/free_busy.hpp"
#include "base/fault.hpp"
#include "net/connect.hpp"

namespace godwit::app {
namespace {

backend::dav::Settings dav_settings(const Config& config, dav::Url start) {
  const Config::Dav& given = config.dav;
  backend::dav::Settings settings;
  if (!given.url.empty()) settings.start = std::move(start);
  settings.domain = given.domain;
  settings.calendars = given.calendars;
  settings.contacts = given.contacts;
  settings.user = given.user;
  settings.shared = backend::shared_rule(given.shared);
  settings.create = given.create;
  settings.client.ca_file = given.ca_file;
  settings.client.verify = given.verify;
  settings.client.connections_max = static_cast<std::size_t>(given.connections);
  settings.client.connect_limit = std::chrono::seconds(given.connect_seconds);
  settings.client.request_limit = std::chrono::seconds(given.request_seconds);
  settings.interval = std::chrono::seconds(given.interval_seconds);
  settings.interval_max = std::max(settings.interval_max, settings.interval);
  return settings;
}

}  // namespace

std::unique_ptr<backend::FreeBusy> make_free_busy(backend::dav::DavServer* server,
                                                  const Config& config, Surroundings around) {
  if (server == nullptr) return nullptr;
  return std::make_unique<backend::dav::DavFreeBusy>(
      *server, convert::Zone::named(config.calendar.time_zone).value_or(convert::Zone::utc()),
      around.clock, around.random);
}

bool has_dav(const Config& config) { return !config.dav.url.empty() || !config.dav.domain.empty(); }

std::string check_dav(const Config& config) {
  if (!has_dav(config)) return {};
  if (!config.dav.url.empty() && !config.dav.domain.empty()) {
    return "url and domain both say where the server is; remove one";
  }
  dav::Url start;
  if (!config.dav.url.empty()) {
    auto url = dav::parse_url(config.dav.url);
    if (!url) return "dav.url: " + url.error().message;
    start = std::move(*url);
  }
  return backend::dav::check_dav_settings(dav_settings(config, std::move(start)));
}

std::unique_ptr<backend::dav::DavServer> make_dav(const Config& config, Surroundings around) {
  if (!has_dav(config)) return nullptr;
  auto start = dav::parse_url(config.dav.url);
  auto settings = dav_settings(config, start ? std::move(*start) : dav::Url());
  if (!config.dav.password_file.empty()) {
    auto password = read_secret(config.dav.password_file);
    if (!password) throw Fault(Fault::Kind::unavailable, password.error().message);
    settings.password = std::move(*password);
  }
  return std::make_unique<backend::dav::DavServer>(std::move(settings), around.loop.executor(),
                                                   around.random);
}

Task<> reach_dav(std::string url, std::chrono::milliseconds limit) {
  const auto parsed = dav::parse_url(url);
  if (!parsed) co_return;
  net::ConnectSettings settings{
      .host = parsed->origin.host, .port = parsed->origin.port, .limit = limit};
  auto stream = co_await net::connect(std::move(settings));
  stream->close();
}

}  // namespace godwit::app
