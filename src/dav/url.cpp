#include "dav/url.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "base/text.hpp"

namespace godwit::dav {
namespace {

constexpr std::size_t url_bytes_max = 4096;

bool is_plain(char c) {
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  // RFC 3986 2.3 and 3.3: unreserved, and of the others those that servers leave alone.
  return letter || std::string_view("-._~@!$'(),:").contains(c);
}

std::optional<int> hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

std::optional<std::string> decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\0') return std::nullopt;
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const auto high = i + 2 < text.size() ? hex_value(text[i + 1]) : std::nullopt;
    const auto low = high ? hex_value(text[i + 2]) : std::nullopt;
    if (!low || (*high == 0 && *low == 0)) return std::nullopt;
    out += static_cast<char>(*high * 16 + *low);
    i += 2;
  }
  return out;
}

Result<Origin> parse_authority(bool tls, std::string_view authority) {
  Origin origin{tls, {}, static_cast<std::uint16_t>(tls ? 443 : 80)};
  std::string_view port;
  if (authority.starts_with('[')) {
    const auto end = authority.find(']');
    if (end == std::string_view::npos) return fail(Errc::malformed, "URL: not an address");
    origin.host = ascii_lower(authority.substr(1, end - 1));
    port = authority.substr(end + 1);
  } else {
    const auto colon = authority.find(':');
    origin.host = ascii_lower(authority.substr(0, colon));
    if (colon != std::string_view::npos) port = authority.substr(colon);
  }
  if (port.size() > 1) {
    const auto number = parse_number<std::uint16_t>(port.substr(1));
    if (!number || *number == 0 || port.front() != ':') {
      return fail(Errc::malformed, "URL: not a port");
    }
    origin.port = *number;
  }
  const bool good = !origin.host.empty() && std::ranges::all_of(origin.host, [](char c) {
    return is_plain(c) && c != '@';
  });
  if (!good) return fail(Errc::malformed, "URL: not a host");
  return origin;
}

std::string_view without_query(std::string_view text) {
  return text.substr(0, text.find_first_of("?#"));
}

struct Place {
  std::string_view name;
  std::string (*value)(const Login&);
};
constexpr std::array places{
    Place{"{login}", [](const Login& login) { return login.text; }},
    Place{"{name}", [](const Login& login) { return std::string(login.name()); }},
    Place{"{domain}", [](const Login& login) { return std::string(login.domain()); }}};

}  // namespace

std::string Origin::text() const {
  const bool v6 = host.contains(':');
  return (tls ? "https://" : "http://") + (v6 ? '[' + host + ']' : host) + ':' +
         std::to_string(port);
}

Result<Url> parse_url(std::string_view text) {
  if (text.size() > url_bytes_max) return fail(Errc::too_large, "URL: too long");
  const bool tls = istarts_with(text, "https://");
  if (!tls && !istarts_with(text, "http://")) {
    return fail(Errc::malformed, "URL: neither http: nor https:");
  }
  text.remove_prefix(tls ? 8 : 7);
  const auto end = text.find_first_of("/?#");
  auto origin = parse_authority(tls, text.substr(0, end));
  if (!origin) return pass(origin);
  const auto rest = end == std::string_view::npos ? std::string_view() : text.substr(end);
  auto path = canonical_path(without_query(rest));
  if (!path) return pass(path);
  return Url{std::move(*origin), std::move(*path)};
}

Result<Url> resolve(const Url& base, std::string_view reference) {
  reference = trim(reference);
  if (reference.size() > url_bytes_max) return fail(Errc::too_large, "URL: too long");
  if (reference.starts_with("//")) {
    return parse_url((base.origin.tls ? "https:" : "http:") + std::string(reference));
  }
  const auto colon = reference.find(':');
  const auto slash = reference.find('/');
  if (colon < slash &&
      reference.substr(slash == std::string_view::npos ? 0 : slash).starts_with("//")) {
    return parse_url(reference);
  }
  std::string joined;
  if (!reference.starts_with('/')) joined = base.path.substr(0, base.path.rfind('/') + 1);
  joined += without_query(reference);
  auto path = canonical_path(joined);
  if (!path) return pass(path);
  return Url{base.origin, std::move(*path)};
}

Result<std::string> canonical_path(std::string_view path) {
  std::vector<std::string> segments;
  bool folder = true;
  while (!path.empty()) {
    const auto slash = path.find('/');
    const auto segment = decode(path.substr(0, slash));
    if (!segment) return fail(Errc::malformed, "URL: a bad escape");
    folder = slash != std::string_view::npos;
    path.remove_prefix(folder ? slash + 1 : path.size());
    if (segment->empty()) continue;
    if (*segment == "..") {
      if (segments.empty()) return fail(Errc::malformed, "URL: above the root");
      segments.pop_back();
      folder = true;
    } else if (*segment == ".") {
      folder = true;
    } else {
      segments.push_back(encode_segment(*segment));
    }
  }
  std::string out = "/";
  for (const std::string& segment : segments) out += segment + '/';
  if (!folder && !segments.empty()) out.pop_back();
  return out;
}

std::string encode_segment(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (is_plain(c)) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += {'%', digits[byte >> 4U], digits[byte & 15U]};
    }
  }
  return out;
}

std::optional<std::string> name_in(std::string_view folder, std::string_view path) {
  if (!path.starts_with(folder) || path.size() == folder.size()) return std::nullopt;
  const auto name = path.substr(folder.size());
  if (name.contains('/')) return std::nullopt;
  return decode(name);
}

std::string_view Login::name() const { return std::string_view(text).substr(0, text.rfind('@')); }

std::string_view Login::domain() const {
  const auto at = text.rfind('@');
  return at == std::string::npos ? std::string_view() : std::string_view(text).substr(at + 1);
}

std::string fill(std::string_view pattern, const Login& login, Form form) {
  std::string out;
  while (!pattern.empty()) {
    const auto place = std::ranges::find_if(
        places, [&](const Place& each) { return pattern.starts_with(each.name); });
    if (place == places.end()) {
      out += pattern.front();
      pattern.remove_prefix(1);
      continue;
    }
    const std::string value = place->value(login);
    out += form == Form::path ? encode_segment(value) : value;
    pattern.remove_prefix(place->name.size());
  }
  return out;
}

bool is_template(std::string_view pattern) {
  std::string filled(pattern);
  for (const Place& place : places) {
    for (auto at = filled.find(place.name); at != std::string::npos; at = filled.find(place.name)) {
      filled.erase(at, place.name.size());
    }
  }
  return !filled.contains('{') && !filled.contains('}');
}

}  // namespace godwit::dav
