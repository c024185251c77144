/// What browsers send: forms and queries, cookies, languages. Strangers' bytes, so everything has a
/// bound, and what is not as it should be is an error or nothing.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace godwit::console {

/// Two texts of an absence, every byte as an escape.
inline constexpr std::size_t form_bytes_max = std::size_t{448} * 1024;
inline constexpr std::size_t form_fields_max = 100;

/// Names and values of an application/x-www-form-urlencoded text (WHATWG URL 5.1).
class Form {
 public:
  Form() = default;
  /// Errors: too_large; malformed (a broken escape, a NUL, no UTF-8).
  static Result<Form> parse(std::string_view encoded);

  /// The first of that name; empty where there is none.
  std::string_view get(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& fields() const { return fields_; }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

/// The value of the first cookie of that name in a Cookie header (RFC 6265 4.2); empty where there
/// is none.
std::string_view cookie(std::string_view header, std::string_view name);

/// Whether a form that is sent from `origin` (the header's value) is one of ours: the same host and
/// port as the request went to, and TLS where the request had it.
bool is_own_origin(std::string_view origin, std::string_view host, bool tls);

}  // namespace godwit::console
