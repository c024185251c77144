/// What an issuer of tokens says about itself, and where it says so (OpenID Connect Discovery 1.0,
/// RFC 8414). No I/O.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "dav/url.hpp"

namespace godwit::oidc {

inline constexpr std::size_t metadata_bytes_max = 256UL * 1024;

/// Where something is fetched from; always by TLS.
struct Place {
  dav::Origin origin;
  std::string target;  // path?query, as it was written

  /// For the header of this name: without the port that everybody assumes. Issuers of several
  /// names go by it.
  std::string host() const;
  friend bool operator==(const Place&, const Place&) = default;
};

/// Error malformed: not an https: URL, or one with a user name, blanks or control characters.
Result<Place> parse_place(std::string_view url);
/// Where a redirect of `from` leads: an https: URL, or a path there. Error malformed: anything
/// else.
Result<Place> redirected(const Place& from, std::string_view location);

/// Where the document of `issuer` may be, in the order in which it is asked for: OpenID Connect
/// Discovery 4, RFC 8414 3. Errors: malformed (also with a query or fragment, OpenID Connect
/// Discovery 2).
Result<std::vector<Place>> metadata_places(std::string_view issuer);

struct Metadata {
  Place keys;                 // of its JWK Set
  std::string authorization;  // where people sign in; empty where it says nothing of use
};

/// Errors: malformed, too_large, refused (the document of another issuer: names are compared byte
/// by byte, OpenID Connect Discovery 4.3), incomplete (it names no keys).
Result<Metadata> parse_metadata(std::string_view json, std::string_view issuer);

}  // namespace godwit::oidc
