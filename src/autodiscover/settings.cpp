#include "autodiscover/settings.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace godwit::autodiscover {
namespace {

constexpr std::size_t address_bytes_max = 320;  // RFC 3696 errata: 64, the @, 255
constexpr std::size_t host_bytes_max = 253;     // RFC 1035 2.3.4, as text
constexpr std::size_t label_bytes_max = 63;

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= label_bytes_max && !label.starts_with('-') &&
         !label.ends_with('-') &&
         std::ranges::all_of(label, [](char c) { return is_letter_or_digit(c) || c == '-'; });
}

/// "mail.example.org:8443" without its port; a port that is none makes the host none.
std::string_view without_port(std::string_view header) {
  const auto colon = header.find(':');
  if (colon == std::string_view::npos) return header;
  const auto port = parse_number<std::uint16_t>(header.substr(colon + 1));
  return port && *port != 0 ? header.substr(0, colon) : std::string_view();
}

}  // namespace

Domains::Domains(Settings general, std::string host)
    : general_(std::move(general)), host_(std::move(host)) {}

void Domains::add(std::string_view domain, Settings settings) {
  by_name_.insert_or_assign(ascii_lower(domain), std::move(settings));
}

const Settings* Domains::find(std::string_view domain) const {
  const auto found = by_name_.find(ascii_lower(domain));
  return found == by_name_.end() ? nullptr : &found->second;
}

std::string_view Domains::domain_of_host(std::string_view host) const {
  const std::string asked = ascii_lower(host);
  for (std::string_view rest = asked; !rest.empty();) {
    const auto found = by_name_.find(rest);
    if (found != by_name_.end()) return found->first;
    const auto dot = rest.find('.');
    rest = dot == std::string_view::npos ? std::string_view() : rest.substr(dot + 1);
  }
  return {};
}

std::string Domains::reached_host(std::string_view header) const {
  const std::string_view host = without_port(header);
  if (!is_host_name(host)) return host_;
  if (!iequals(host, host_) && domain_of_host(host).empty()) return host_;
  return ascii_lower(header);
}

bool is_host_name(std::string_view text) {
  if (text.empty() || text.size() > host_bytes_max) return false;
  for (std::string_view rest = text;;) {
    const auto dot = rest.find('.');
    if (!is_label(rest.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    rest.remove_prefix(dot + 1);
  }
}

bool is_address(std::string_view text) {
  const auto at = text.find('@');
  if (text.size() > address_bytes_max || at == 0 || at == std::string_view::npos) return false;
  const std::string_view domain = text.substr(at + 1);
  if (domain.empty() || domain.contains('@') || !utf8_valid(text)) return false;
  return std::ranges::none_of(text, [](char c) {
    return static_cast<unsigned char>(c) <= ' ' || c == '\x7F' ||
           std::string_view("<>()[]\\,;:\"/?#%&").contains(c);
  });
}

std::string domain_of(std::string_view address) {
  return ascii_lower(address.substr(address.rfind('@') + 1));
}

std::string_view name_of(std::string_view address) { return address.substr(0, address.rfind('@')); }

std::string redirected(const Settings& settings, std::string_view address) {
  if (settings.redirect.contains('@')) return settings.redirect;
  return std::string(name_of(address)) + '@' + settings.redirect;
}

}  // namespace godwit::autodiscover
