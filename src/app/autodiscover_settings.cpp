#include "app/autodiscover_settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>

#include "base/log.hpp"
#include "base/secret.hpp"
#include "base/text.hpp"
#include "dav/url.hpp"

namespace godwit::app {
namespace {

constexpr Log log("autodiscover");

using autodiscover::is_address;
using autodiscover::is_host_name;

bool is_https(const std::string& url) {
  const auto parsed = dav::parse_url(url);
  return parsed && parsed->origin.tls && url.find_first_of("?# ") == std::string::npos;
}

/// [MS-ASCMD] Culture: "en:us".
bool is_culture(std::string_view text) {
  return text.size() == 5 && text[2] == ':' &&
         std::ranges::all_of(text, [](char c) { return c == ':' || (c >= 'a' && c <= 'z'); });
}

/// What is wrong with one group of values; empty: nothing.
std::string wrong_in(const Config::Autodiscover& values) {
  if (!values.url.empty() && !is_https(values.url)) {
    return "url is no https:// address; write https://HOST/Microsoft-Server-ActiveSync";
  }
  if (!is_culture(values.culture)) {
    return "culture is not of the form en:us; write language and country in lower case";
  }
  const std::string& redirect = values.redirect;
  if (!redirect.empty() && !is_address(redirect) && !is_host_name(redirect)) {
    return "redirect is neither a domain nor an address; write example.net or name@example.net";
  }
  if (!values.redirect_url.empty() && !is_https(values.redirect_url)) {
    return "redirect_url is no https:// address; write "
           "https://HOST/autodiscover/autodiscover.xml";
  }
  if (!redirect.empty() && !values.redirect_url.empty()) {
    return "redirect and redirect_url contradict each other; keep one";
  }
  for (const std::string& host : {values.imap_host, values.smtp_host}) {
    if (!host.empty() && !is_host_name(host)) {
      return fmt::format(
          "'{}' is no host; write its name alone, and the port to imap_port or "
          "smtp_port",
          host);
    }
  }
  if (values.profile_certificate.empty() != values.profile_key.empty()) {
    return "profile_certificate and profile_key go together; name both, or none";
  }
  if (!values.enrolment_url.empty() && !is_https(values.enrolment_url)) {
    return "enrolment_url is no https:// address";
  }
  return {};
}

std::string read_text(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::shared_ptr<const autodiscover::Signer> signer_of(const Config::Autodiscover& values) {
  if (values.profile_certificate.empty()) return nullptr;
  auto made = autodiscover::Signer::make(read_text(values.profile_certificate),
                                         Secret(read_text(values.profile_key)));
  if (made) return std::make_shared<const autodiscover::Signer>(std::move(*made));
  log.error("profile.not_signed", {{"certificate", values.profile_certificate},
                                   {"key", values.profile_key},
                                   {"why", made.error().message}});
  return nullptr;
}

autodiscover::Settings settings_of(const Config::Autodiscover& values) {
  autodiscover::Settings out;
  out.url = values.url;
  out.culture = values.culture;
  out.redirect = values.redirect;
  out.redirect_url = values.redirect_url;
  out.name = values.name;
  const auto server = [](const std::string& host, std::int64_t port, const std::string& tls) {
    if (host.empty()) return std::optional<autodiscover::MailServer>();
    return std::optional(
        autodiscover::MailServer{host, static_cast<std::uint16_t>(port), tls == "starttls"});
  };
  out.imap = server(values.imap_host, values.imap_port, values.imap_tls);
  out.smtp = server(values.smtp_host, values.smtp_port, values.smtp_tls);
  if (values.login == "name") out.login = autodiscover::Login::name;
  out.enrolment_url = values.enrolment_url;
  out.enrolment_template = values.enrolment_template;
  out.signs_profiles = !values.profile_certificate.empty();
  out.signer = signer_of(values);
  return out;
}

Strings served_domains(const Config& config) {
  if (!config.autodiscover.domains.empty()) return config.autodiscover.domains;
  if (config.backend.kind == "local") return config.local.domains;
  return config.imap.domain.empty() ? Strings() : Strings{config.imap.domain};
}

}  // namespace

std::string check_autodiscover(const Config& config) {
  for (const std::string& domain : config.autodiscover.domains) {
    if (!is_host_name(domain)) {
      return fmt::format("autodiscover.domains: '{}' is no mail domain", domain);
    }
  }
  if (std::string wrong = wrong_in(config.autodiscover); !wrong.empty()) {
    return "autodiscover." + wrong;
  }
  for (const auto& [domain, values] : config.autodiscover_domains) {
    if (!is_host_name(domain)) {
      return fmt::format("autodiscover.domain.\"{}\" is no mail domain", domain);
    }
    if (std::string wrong = wrong_in(values); !wrong.empty()) {
      return fmt::format("autodiscover.domain.\"{}\".{}", domain, wrong);
    }
  }
  return {};
}

autodiscover::Domains autodiscover_domains(const Config& config, const std::string& host) {
  const autodiscover::Settings general = settings_of(config.autodiscover);
  autodiscover::Domains out(general, host);
  for (const std::string& domain : served_domains(config)) {
    if (!config.autodiscover_domains.contains(ascii_lower(domain))) out.add(domain, general);
  }
  for (const auto& [domain, values] : config.autodiscover_domains) {
    if (values.enabled) out.add(domain, settings_of(values));
  }
  return out;
}

}  // namespace godwit::app
