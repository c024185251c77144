#include "app/autodiscovery.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "app/autodiscover_settings.hpp"
#include "app/fresh_reply.hpp"
#include "autodiscover/answer.hpp"
#include "autodiscover/documents.hpp"
#include "base/bytes.hpp"
#include "base/fault.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "command/reply.hpp"
#include "dav/url.hpp"

namespace godwit::app {
namespace {

using namespace autodiscover;

constexpr Log log("autodiscover");
constexpr unsigned redirects_max = 10;  // what clients follow

http::Reply xml_reply(std::string text) {
  return fresh_reply(200, "text/xml; charset=utf-8", std::move(text));
}

http::Reply json_reply(int status, std::string text) {
  return fresh_reply(status, "application/json; charset=utf-8", std::move(text));
}

http::Reply redirect_reply(std::string location) {
  http::Reply reply;
  reply.status = 302;
  reply.headers.push_back({"Location", std::move(location)});
  reply.headers.push_back({"Cache-Control", "no-store"});
  return reply;
}

bool is_get(const http::Request& request) {
  return request.method == "GET" || request.method == "HEAD";
}

/// Answered without a look at who asks: what holds for all of a domain.
std::optional<http::Reply> moved(const Domains& domains, const Ask& ask) {
  const Settings* settings = domains.find(domain_of(ask.address));
  if (settings == nullptr) return std::nullopt;
  if (!settings->redirect_url.empty()) return redirect_reply(settings->redirect_url);
  if (settings->redirect.empty()) return std::nullopt;
  if (ask.schema == Schema::mobilesync) {
    return xml_reply(mobilesync_redirect_xml(*settings, ask.address));
  }
  if (ask.schema == Schema::outlook) {
    return xml_reply(outlook_redirect_xml(*settings, ask.address));
  }
  return std::nullopt;
}

/// Some phones send nothing once they have signed in: they want to know of their own account.
Result<Ask> read(const http::Request& request) {
  if (is_get(request)) return fail(Errc::malformed, "GET");
  if (!is_request_type(request.header("content-type"))) {
    return fail(Errc::malformed, "another Content-Type");
  }
  if (request.body->size() == 0) return Ask{};
  return parse_request(request.body->view());
}

std::uint32_t number_of(std::string_view host) {
  const std::string digest = digest128(host);
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) number = number << 8U | static_cast<unsigned char>(digest[i]);
  return number;
}

/// Without the port that everybody assumes.
std::string origin_text(const dav::Origin& origin) {
  const std::string text = origin.text();
  return text.ends_with(":443") ? text.substr(0, text.size() - 4) : text;
}

std::string plain_path(std::string_view path) {
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  return ascii_lower(path);
}

enum class Document : std::uint8_t { none, xml, json, client_config, profile };

/// `path`: in lower case.
Document document_at(std::string_view path) {
  if (path == xml_path) return Document::xml;
  if (path == json_path || path.starts_with(std::string(json_path) + "/v1.0/")) {
    return Document::json;
  }
  if (path == client_config_path || path == known_client_config_path) {
    return Document::client_config;
  }
  return path == profile_path ? Document::profile : Document::none;
}

/// Where version 2 is to be asked instead. Empty: nowhere else.
std::string json_elsewhere(const Settings& settings, const std::string& address,
                           std::string_view protocol, unsigned count) {
  std::string asked = address;
  std::string origin;
  if (!settings.redirect.empty()) {
    asked = redirected(settings, address);
    origin = "https://autodiscover." + domain_of(asked);
  } else if (const auto url = dav::parse_url(settings.redirect_url)) {
    origin = origin_text(url->origin);
  } else {
    return {};
  }
  return origin + std::string(json_path) + "?Email=" + dav::encode_segment(asked) +
         "&Protocol=" + dav::encode_segment(protocol) +
         "&RedirectCount=" + std::to_string(count + 1);
}

/// Signed where there is a signer.
http::Reply profile_reply(const Settings& settings, const std::string& address,
                          const std::string& url) {
  std::string text = apple_profile(settings, address, url);
  if (settings.signer) text = settings.signer->sign(text);
  http::Reply reply = fresh_reply(200, "application/x-apple-aspen-config", std::move(text));
  reply.headers.push_back(
      {"Content-Disposition", "attachment; filename=\"exchange.mobileconfig\""});
  return reply;
}

}  // namespace

Autodiscovery::Autodiscovery(const Config& config, const std::string& host, const Clock& clock,
                             command::SignIn& sign_in, http::Service& next)
    : clock_(clock), sign_in_(sign_in), next_(next), host_(host), server_number_(number_of(host)) {
  apply(config);
}

void Autodiscovery::apply(const Config& config) {
  enabled_ = config.autodiscover.enabled;
  domains_ = autodiscover_domains(config, host_);
}

Task<http::Outcome> Autodiscovery::handle(http::Request request) {
  const Document asked = document_at(plain_path(request.path));
  if (!enabled_ || asked == Document::none) co_return co_await next_.handle(std::move(request));
  const bool may_post = asked == Document::xml && request.method == "POST";
  if (!is_get(request) && !may_post) co_return command::http_status_reply({501});
  try {
    if (asked == Document::json) co_return json(request);
    if (asked == Document::client_config) co_return client_config(request);
    if (asked == Document::profile) co_return profile(request);
    co_return co_await xml(std::move(request));
  } catch (const Fault& fault) {
    log.error("failed", {{"why", fault.what()}});
  }
  co_return command::http_status_reply({503, 30});
}

Task<http::Reply> Autodiscovery::xml(http::Request request) const {
  if (is_get(request) && !request.tls) {
    const std::string_view host = request.header("host");
    const std::string domain(domains_.domain_of_host(host.substr(0, host.find(':'))));
    const Settings* settings = domains_.find(domain);
    co_return redirect_reply(xml_url(request, settings ? *settings : domains_.general()));
  }
  const auto ask = read(request);
  if (ask) {
    if (auto elsewhere = moved(domains_, *ask)) co_return std::move(*elsewhere);
  }
  auto checked = co_await sign_in_.check(request, nullptr);
  if (const auto* refusal = std::get_if<command::Refusal>(&checked)) {
    co_return command::refusal_reply(sign_in_, *refusal);
  }
  const auto& account = std::get<backend::Account>(checked);
  if (!ask) {
    log.info("unreadable", {{"user", account.user}, {"why", ask.error().message}});
    co_return xml_reply(error_xml(ErrorCode::invalid_request, clock_.now(), server_number_));
  }
  co_return settings_for(request, account, *ask);
}

http::Reply Autodiscovery::settings_for(const http::Request& request,
                                        const backend::Account& account, const Ask& ask) const {
  const auto refuse = [&](ErrorCode code) {
    log.info("refused", {{"user", account.user}, {"code", static_cast<int>(code)}});
    return xml_reply(error_xml(code, clock_.now(), server_number_));
  };
  if (ask.schema == Schema::other) return refuse(ErrorCode::no_provider);
  if (account.addresses.empty()) return refuse(ErrorCode::not_found);
  const std::string& asked = ask.address.empty() ? account.addresses.front() : ask.address;
  // The same for an address of nobody, of somebody else, and of a foreign domain.
  const bool is_own = std::ranges::any_of(
      account.addresses, [&](const std::string& own) { return iequals(own, asked); });
  if (!is_own) return refuse(ErrorCode::not_found);
  const Settings* settings = domains_.find(domain_of(asked));
  if (settings == nullptr) {
    // Where no domain is configured, the backend alone knows which are served.
    if (!domains_.empty()) return refuse(ErrorCode::not_found);
    settings = &domains_.general();
  }
  const Person person{account.addresses.front(), account.display_name};
  log.info("answered", {{"user", account.user},
                        {"schema", ask.schema == Schema::outlook ? "outlook" : "mobilesync"}});
  if (ask.schema == Schema::mobilesync) {
    return xml_reply(
        mobilesync_settings_xml(*settings, person, activesync_url(request, *settings)));
  }
  if (!has_outlook_settings(*settings)) return refuse(ErrorCode::no_provider);
  return xml_reply(outlook_settings_xml(*settings, person));
}

http::Reply Autodiscovery::json(const http::Request& request) const {
  const std::string path = plain_path(request.path);
  const std::string prefix = std::string(json_path) + "/v1.0/";
  const std::string address =
      path.starts_with(prefix) ? path.substr(prefix.size()) : parameter(request.query, "Email");
  const std::string protocol = parameter(request.query, "Protocol");
  if (protocol.empty()) {
    return json_reply(400, json_error("MandatoryParameterMissing", "Protocol is missing."));
  }
  const bool is_activesync = iequals(protocol, "ActiveSync");
  if (!is_activesync && !iequals(protocol, "AutodiscoverV1")) {
    return json_reply(
        400, json_error("ProtocolNotSupported", "Protocol may be: ActiveSync, AutodiscoverV1."));
  }
  if (!is_address(address)) {
    return json_reply(400, json_error("InvalidUserId", "Email is not a mail address."));
  }
  const Settings* settings = domains_.find(domain_of(address));
  const unsigned count =
      parse_number<unsigned>(parameter(request.query, "RedirectCount")).value_or(0);
  if (settings == nullptr || count > redirects_max) {
    return json_reply(404, json_error("UserNotFound", "This server does not serve the domain."));
  }
  if (std::string location = json_elsewhere(*settings, address, protocol, count);
      !location.empty()) {
    return redirect_reply(std::move(location));
  }
  return json_reply(200, is_activesync
                             ? json_answer("ActiveSync", activesync_url(request, *settings))
                             : json_answer("AutodiscoverV1", xml_url(request, *settings)));
}

/// Of the domain in `emailaddress` or, without it, of the host that was asked.
http::Reply Autodiscovery::client_config(const http::Request& request) const {
  const std::string address = parameter(request.query, "emailaddress");
  const std::string_view host = request.header("host");
  const std::string domain =
      address.empty() ? std::string(domains_.domain_of_host(host.substr(0, host.find(':'))))
                      : domain_of(address);
  const Settings* settings = domains_.find(domain);
  if (settings == nullptr || !has_outlook_settings(*settings)) {
    return command::http_status_reply({404});
  }
  return xml_reply(client_config_xml(*settings, domain));
}

http::Reply Autodiscovery::profile(const http::Request& request) const {
  const std::string address = parameter(request.query, "email");
  if (!is_address(address)) return command::http_status_reply({400});
  const Settings* settings = domains_.find(domain_of(address));
  if (settings == nullptr || !settings->redirect.empty() || !settings->redirect_url.empty()) {
    return command::http_status_reply({404});
  }
  const std::string url = activesync_url(request, *settings);
  if (!fits_profile(url)) return command::http_status_reply({404});
  if (settings->signs_profiles && !settings->signer) return command::http_status_reply({503, 300});
  return profile_reply(*settings, address, url);
}

console::PhoneSetup Autodiscovery::phone_setup(const http::Request& request,
                                               const backend::Account& account) const {
  console::PhoneSetup out;
  out.user = account.user.str();
  out.address = account.addresses.empty() ? out.user : account.addresses.front();
  const Settings* const settings = settings_of(out.address);
  const std::string url = activesync_url(request, settings ? *settings : domains_.general());
  const auto parsed = dav::parse_url(url);
  const std::string origin = parsed ? origin_text(parsed->origin) : "https://" + domains_.host();
  out.server = origin.substr(origin.find("//") + 2);
  out.page = "https://" + domains_.reached_host(request.header("host")) + "/godwit/set-up";
  out.has_profile = settings != nullptr && is_address(out.address) && fits_profile(url) &&
                    (settings->signer || !settings->signs_profiles);
  return out;
}

std::optional<http::Reply> Autodiscovery::profile_of(const http::Request& request,
                                                     const backend::Account& account) const {
  const auto setup = phone_setup(request, account);
  if (!setup.has_profile) return std::nullopt;
  const Settings& settings = *settings_of(setup.address);
  return profile_reply(settings, setup.address, activesync_url(request, settings));
}

/// Where no domain is configured, the backend alone knows which are served. nullptr: a domain that
/// is served elsewhere, or not at all.
const Settings* Autodiscovery::settings_of(const std::string& address) const {
  const Settings* settings = domains_.find(domain_of(address));
  if (settings == nullptr && domains_.empty()) settings = &domains_.general();
  if (settings == nullptr) return nullptr;
  return settings->redirect.empty() && settings->redirect_url.empty() ? settings : nullptr;
}

std::string Autodiscovery::activesync_url(const http::Request& request,
                                          const Settings& settings) const {
  if (!settings.url.empty()) return settings.url;
  std::string host = domains_.reached_host(request.header("host"));
  if (!request.tls) host.resize(std::min(host.size(), host.find(':')));  // a port of plain HTTP
  return "https://" + host + std::string(activesync_path);
}

std::string Autodiscovery::xml_url(const http::Request& request, const Settings& settings) const {
  if (!settings.redirect_url.empty()) return settings.redirect_url;
  const auto url = dav::parse_url(activesync_url(request, settings));
  return (url ? origin_text(url->origin) : "https://" + domains_.host()) + std::string(xml_path);
}

}  // namespace godwit::app
