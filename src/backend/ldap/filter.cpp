#include "backend/ldap/filter.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "base/text.hpp"

namespace godwit::backend::ldap {

namespace {

constexpr std::size_t words_max = 16;
constexpr std::string_view blanks = " \t\r\n,;";
constexpr std::string_view hex_digits = "0123456789abcdef";

struct Place {
  std::string_view name;
  std::string LoginParts::* part;
};
constexpr auto places = std::to_array<Place>({{"{login}", &LoginParts::login},
                                              {"{name}", &LoginParts::name},
                                              {"{domain}", &LoginParts::domain}});

void append_hex(std::string& out, unsigned char byte) {
  out += '\\';
  out += hex_digits[byte >> 4U];
  out += hex_digits[byte & 15U];
}

std::string fill(std::string_view pattern, const LoginParts& parts,
                 std::string (*escape)(std::string_view)) {
  std::string out;
  while (!pattern.empty()) {
    const auto place = std::ranges::find_if(
        places, [&](const Place& each) { return pattern.starts_with(each.name); });
    if (place == places.end()) {
      out += pattern.front();
      pattern.remove_prefix(1);
      continue;
    }
    out += escape(parts.*place->part);
    pattern.remove_prefix(place->name.size());
  }
  return out;
}

}  // namespace

std::string escape_filter(std::string_view text) {
  const bool valid = utf8_valid(text);
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool special = c == '*' || c == '(' || c == ')' || c == '\\' || byte < 0x20 || c == 0x7F;
    if (!special && (byte < 0x80 || valid)) {
      out += c;
      continue;
    }
    append_hex(out, byte);
  }
  return out;
}

LoginParts login_parts(std::string_view login) {
  LoginParts out;
  if (const auto backslash = login.find('\\'); backslash != std::string_view::npos) {
    out.domain = login.substr(0, backslash);
    login.remove_prefix(backslash + 1);
  }
  out.login = login;
  const auto at = login.rfind('@');
  out.name = login.substr(0, at);
  if (at != std::string_view::npos && at + 1 < login.size()) out.domain = login.substr(at + 1);
  return out;
}

std::string escape_dn(std::string_view text) {
  const bool valid = utf8_valid(text);
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool at_end = i == 0 || i + 1 == text.size();
    const bool special = std::string_view(",+\"\\<>;=#").contains(text[i]) || byte < 0x20 ||
                         byte == 0x7F || (byte == ' ' && at_end);
    if (special || (byte >= 0x80 && !valid)) {
      append_hex(out, byte);
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string fill_filter(std::string_view pattern, const LoginParts& parts) {
  return fill(pattern, parts, &escape_filter);
}

std::string fill_dn(std::string_view pattern, const LoginParts& parts) {
  return fill(pattern, parts, &escape_dn);
}

bool is_login_pattern(std::string_view pattern) {
  bool any = false;
  for (auto brace = pattern.find_first_of("{}"); brace != std::string_view::npos;
       brace = pattern.find_first_of("{}")) {
    pattern.remove_prefix(brace);
    const auto place = std::ranges::find_if(
        places, [&](const Place& each) { return pattern.starts_with(each.name); });
    if (place == places.end()) return false;
    pattern.remove_prefix(place->name.size());
    any = true;
  }
  return any;
}

std::string fill_pattern(std::string_view pattern, std::string_view text) {
  const std::string value = escape_filter(text);
  std::string out;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '%' || i + 1 == pattern.size()) {
      out += pattern[i];
      continue;
    }
    ++i;
    pattern[i] == 's' ? out += value : out += pattern[i];
  }
  return out;
}

std::string search_filter(std::string_view listed, std::string_view pattern,
                          const std::vector<std::string>& words) {
  std::string out = "(&" + std::string(listed);
  for (const std::string& word : words) out += fill_pattern(pattern, word);
  return out + ')';
}

bool is_filter_pattern(std::string_view pattern) {
  if (!pattern.starts_with('(')) return false;
  std::size_t depth = 0;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '%') {
      if (i + 1 == pattern.size() || (pattern[i + 1] != 's' && pattern[i + 1] != '%')) return false;
      ++i;
    } else if (pattern[i] == '(') {
      if (depth == 0 && i > 0) return false;  // one filter, not two
      ++depth;
    } else if (pattern[i] == ')') {
      if (depth-- == 0) return false;
    } else if (depth == 0) {
      return false;
    }
  }
  return depth == 0;
}

std::string primary_group_filter(std::string_view sid, std::string_view rid) {
  constexpr std::size_t head_bytes = 8;  // revision, count and authority; then four bytes each
  const auto number = parse_number<std::uint32_t>(rid);
  if (!number || sid.size() < head_bytes + 4 || sid[0] != 1) return {};
  if (sid.size() != head_bytes + 4 * std::size_t{static_cast<unsigned char>(sid[1])}) return {};
  std::string group(sid.substr(0, sid.size() - 4));
  for (unsigned shift = 0; shift < 32; shift += 8) {
    group += static_cast<char>(*number >> shift & 0xFFU);
  }
  std::string out = "(objectSid=";
  for (const char c : group) append_hex(out, static_cast<unsigned char>(c));
  return out + ')';
}

std::vector<std::string> query_words(std::string_view text) {
  std::vector<std::string> out;
  while (out.size() < words_max) {
    const std::size_t begin = text.find_first_not_of(blanks);
    if (begin == std::string_view::npos) break;
    text.remove_prefix(begin);
    out.emplace_back(text.substr(0, text.find_first_of(blanks)));
    text.remove_prefix(out.back().size());
  }
  return out;
}

}  // namespace godwit::backend::ldap
