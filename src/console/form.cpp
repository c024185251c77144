#include "console/form.hpp"

#include <optional>

#include "base/text.hpp"

namespace godwit::console {
namespace {

std::optional<unsigned> digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  const char low = ascii_lower(c);
  if (low >= 'a' && low <= 'f') return static_cast<unsigned>(low - 'a') + 10U;
  return std::nullopt;
}

Result<std::string> decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      const bool whole = i + 2 < text.size();
      const auto high = whole ? digit(text[i + 1]) : std::nullopt;
      const auto low = whole ? digit(text[i + 2]) : std::nullopt;
      if (!high || !low) return fail(Errc::malformed, "a broken escape");
      out += static_cast<char>(*high << 4U | *low);
      i += 2;
    }
  }
  if (!utf8_valid(out)) return fail(Errc::malformed, "not UTF-8");
  if (out.contains('\0')) return fail(Errc::malformed, "a NUL");
  return out;
}

/// What stands before the first `separator`; `text` goes on behind it.
std::string_view cut(std::string_view& text, char separator) {
  const auto at = text.find(separator);
  const auto piece = text.substr(0, at);
  text = at == std::string_view::npos ? std::string_view() : text.substr(at + 1);
  return piece;
}

}  // namespace

Result<Form> Form::parse(std::string_view encoded) {
  if (encoded.size() > form_bytes_max) return fail(Errc::too_large, "a form that is too long");
  Form out;
  while (!encoded.empty()) {
    std::string_view value = cut(encoded, '&');
    if (value.empty()) continue;
    if (out.fields_.size() >= form_fields_max) return fail(Errc::too_large, "too many fields");
    auto name = decode(cut(value, '='));
    if (!name) return pass(name);
    auto decoded = decode(value);
    if (!decoded) return pass(decoded);
    out.fields_.emplace_back(*std::move(name), *std::move(decoded));
  }
  return out;
}

std::string_view Form::get(std::string_view name) const {
  for (const auto& [each, value] : fields_) {
    if (each == name) return value;
  }
  return {};
}

std::string_view cookie(std::string_view header, std::string_view name) {
  while (!header.empty()) {
    std::string_view value = cut(header, ';');
    if (trim(cut(value, '=')) == name) return trim(value);
  }
  return {};
}

bool is_own_origin(std::string_view origin, std::string_view host, bool tls) {
  constexpr std::string_view with_tls = "https://";
  constexpr std::string_view without = "http://";
  if (origin.starts_with(with_tls)) {
    origin.remove_prefix(with_tls.size());
  } else if (origin.starts_with(without) && !tls) {
    origin.remove_prefix(without.size());
  } else {
    return false;
  }
  return !host.empty() && iequals(origin, host);
}

}  // namespace godwit::console
