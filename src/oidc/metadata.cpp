#include "oidc/metadata.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "auth/jose.hpp"
#include "base/text.hpp"

namespace godwit::oidc {
namespace {

constexpr std::string_view scheme = "https://";
constexpr std::string_view openid_path = "/.well-known/openid-configuration";
constexpr std::string_view oauth_path = "/.well-known/oauth-authorization-server";

/// What may stand in a request line.
bool is_visible(std::string_view text) {
  return std::ranges::all_of(text, [](unsigned char c) { return c > 0x20 && c < 0x7F; });
}

}  // namespace

std::string Place::host() const {
  const std::string text = origin.text().substr(scheme.size());
  return origin.port == 443 ? text.substr(0, text.rfind(':')) : text;
}

Result<Place> parse_place(std::string_view url) {
  if (!istarts_with(url, scheme)) return fail(Errc::malformed, "not an https: URL");
  if (!is_visible(url)) return fail(Errc::malformed, "a URL with blanks or control characters");
  auto parsed = dav::parse_url(url);
  if (!parsed) return pass(parsed);
  url = url.substr(0, url.find('#'));
  const std::size_t path = std::min(url.find_first_of("/?", scheme.size()), url.size());
  std::string target(url.substr(path));
  if (!target.starts_with('/')) target.insert(0, 1, '/');
  return Place{.origin = std::move(parsed->origin), .target = std::move(target)};
}

Result<Place> redirected(const Place& from, std::string_view location) {
  if (!location.starts_with('/') || location.starts_with("//")) return parse_place(location);
  return parse_place(from.origin.text() + std::string(location));
}

Result<std::vector<Place>> metadata_places(std::string_view issuer) {
  if (issuer.find_first_of("?#") != std::string_view::npos) {
    return fail(Errc::malformed, "an issuer is a URL without query and fragment");
  }
  auto openid = parse_place(issuer);
  if (!openid) return pass(openid);
  std::string path = openid->target;
  while (path.ends_with('/')) path.pop_back();
  Place oauth{.origin = openid->origin, .target = std::string(oauth_path) + path};
  openid->target = path + std::string(openid_path);
  return std::vector{*std::move(openid), std::move(oauth)};
}

Result<Metadata> parse_metadata(std::string_view json, std::string_view issuer) {
  if (json.size() > metadata_bytes_max) return fail(Errc::too_large, "too much of an issuer");
  const auto whole = auth::parse_object(json);
  if (!whole) return pass(whole);
  if (auth::text_member(*whole, "issuer") != issuer) {
    return fail(Errc::refused, "it calls itself by another name");
  }
  const std::string_view keys = auth::text_member(*whole, "jwks_uri");
  if (keys.empty()) return fail(Errc::incomplete, "it does not say where its keys are");
  auto place = parse_place(keys);
  if (!place) return pass(place);
  Metadata out{.keys = *std::move(place), .authorization = {}};
  // It is handed on in a header.
  const std::string_view authorization = auth::text_member(*whole, "authorization_endpoint");
  if (parse_place(authorization) && !authorization.contains('"')) out.authorization = authorization;
  return out;
}

}  // namespace godwit::oidc
