/// Addresses of DAV servers and the paths on them (RFC 3986), as far as DAV uses them. No I/O.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace godwit::dav {

/// Where a server listens.
struct Origin {
  bool tls = true;
  std::string host;  // a name or an address, in lower case, without brackets
  std::uint16_t port = 443;

  std::string text() const;  // "https://dav.example.org:8443"
  friend auto operator<=>(const Origin&, const Origin&) = default;
};

struct Url {
  Origin origin;
  std::string path = "/";  // absolute, percent-encoded, without query and fragment
  friend bool operator==(const Url&, const Url&) = default;
};

/// "http://..." or "https://...". User names in it, other schemes and control characters are
/// malformed.
Result<Url> parse_url(std::string_view text);
/// What a server means by `reference` (an href or a Location) in an answer about `base`.
Result<Url> resolve(const Url& base, std::string_view reference);

/// The path in one spelling: dot segments and doubled slashes gone, what need not be encoded plain.
/// Malformed: a bad escape, NUL, or a path that leaves its root.
Result<std::string> canonical_path(std::string_view path);
/// For one segment of a path; everything but unreserved characters and a few more is encoded.
std::string encode_segment(std::string_view text);
/// The canonical, decoded last segment of `path` when it lies directly in `folder` (which ends with
/// a slash); nothing = it does not, or names a folder itself.
std::optional<std::string> name_in(std::string_view folder, std::string_view path);

/// Who signs in, for templates.
struct Login {
  std::string text;  // as the phone sent it, or the mail server wants it

  std::string_view name() const;    // before `@`
  std::string_view domain() const;  // after it; empty where there is none
};

/// `{login}`, `{name}` and `{domain}` in `pattern` replaced; in a path each as one segment.
enum class Form : std::uint8_t { plain, path };
std::string fill(std::string_view pattern, const Login& login, Form form);
/// Whether each brace in it belongs to one of the three.
bool is_template(std::string_view pattern);

}  // namespace godwit::dav
