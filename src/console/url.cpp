#include "console/url.hpp"

namespace godwit::console {
namespace {

constexpr bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

void append_encoded(std::string& out, std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  for (const char c : text) {
    if (is_plain(c)) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += digits[byte >> 4U];
    out += digits[byte & 0xFU];
  }
}

void append_query(std::string& out, const std::vector<Url::Parameter>& query) {
  char separator = '?';
  for (const auto& [name, value] : query) {
    out += separator;
    append_encoded(out, name);
    out += '=';
    append_encoded(out, value);
    separator = '&';
  }
}

}  // namespace

Url::Url(Path path, const std::vector<Parameter>& query) : text_(path.view()) {
  append_query(text_, query);
}

Url Url::of_page(std::string_view path, const std::vector<Parameter>& query) {
  Url out;
  std::string& text = out.text_;
  // A path that began with two slashes would name another server.
  for (std::string_view rest = path; !rest.empty();) {
    const auto slash = rest.find('/');
    const auto piece = rest.substr(0, slash);
    if (!piece.empty()) {
      text += '/';
      append_encoded(text, piece);
    }
    if (slash == std::string_view::npos) break;
    rest.remove_prefix(slash + 1);
  }
  if (path.ends_with('/') || text.empty()) text += '/';
  append_query(text, query);
  return out;
}

Url Url::of_element(std::string_view id) {
  Url out;
  out.text_ = "#";
  append_encoded(out.text_, id);
  return out;
}

}  // namespace godwit::console
