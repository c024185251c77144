#include "imap/mailbox_name.hpp"

#include <array>
#include <cstdint>

#include "base/text.hpp"
#include "base/utf8.hpp"

namespace godwit::imap {
namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";  // RFC 3501 5.1.3

/// One code point from the front of valid UTF-8.
char32_t take_code_point(std::string_view& text) {
  const auto byte = [&](std::size_t i) {
    return static_cast<char32_t>(static_cast<unsigned char>(text[i]));
  };
  const char32_t first = byte(0);
  const std::size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  char32_t value = length == 1 ? first : first & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) value = (value << 6U) | (byte(i) & 0x3FU);
  text.remove_prefix(length);
  return value;
}

/// Writes runs of UTF-16 units as base64.
class Shifted {
 public:
  explicit Shifted(std::string& out) : out_(out) {}
  void put(char32_t value) {
    if (!open_) out_ += '&';
    open_ = true;
    if (value >= 0x10000) {
      unit(0xD800U + ((value - 0x10000U) >> 10U));
      unit(0xDC00U + ((value - 0x10000U) & 0x3FFU));
    } else {
      unit(value);
    }
  }
  void close() {
    if (!open_) return;
    if (count_ > 0) out_ += alphabet[(bits_ << (6U - count_)) & 0x3FU];
    out_ += '-';
    open_ = false;
    bits_ = count_ = 0;
  }

 private:
  void unit(char32_t value) {
    bits_ = (bits_ << 16U) | value;
    count_ += 16;
    while (count_ >= 6) {
      count_ -= 6;
      out_ += alphabet[(bits_ >> count_) & 0x3FU];
    }
    bits_ &= (1U << count_) - 1U;
  }
  std::string& out_;
  std::uint32_t bits_ = 0;
  unsigned count_ = 0;
  bool open_ = false;
};

template <class Direct>
std::string encode(std::string_view utf8, Direct is_direct) {
  const std::string clean = utf8_valid(utf8) ? std::string(utf8) : utf8_clean(utf8);
  std::string_view left = clean;
  std::string out;
  Shifted shifted(out);
  while (!left.empty()) {
    const char32_t value = take_code_point(left);
    if (value == '&') {
      shifted.close();
      out += "&-";
    } else if (value >= 0x20 && value < 0x7F && is_direct(static_cast<char>(value))) {
      shifted.close();
      out += static_cast<char>(value);
    } else {
      shifted.put(value);
    }
  }
  shifted.close();
  return out;
}

/// The inside of `&...-`.
bool decode_shifted(std::string_view text, std::string& out) {
  std::uint32_t bits = 0;
  unsigned count = 0;
  char32_t high = 0;
  for (const char c : text) {
    const std::size_t digit = alphabet.find(c);
    if (digit == std::string_view::npos) return false;
    bits = ((bits << 6U) | static_cast<std::uint32_t>(digit)) & 0x3FFFFFU;
    count += 6;
    if (count < 16) continue;
    count -= 16;
    const char32_t unit = (bits >> count) & 0xFFFFU;
    if (high != 0) {
      if (unit < 0xDC00 || unit > 0xDFFF) return false;
      append_utf8(0x10000U + ((high - 0xD800U) << 10U) + (unit - 0xDC00U), out);
      high = 0;
    } else if (unit >= 0xD800 && unit <= 0xDBFF) {
      high = unit;
    } else if (unit >= 0xDC00 && unit <= 0xDFFF) {
      return false;
    } else {
      append_utf8(unit, out);
    }
  }
  return high == 0 && count < 6 && (bits & ((1U << count) - 1U)) == 0;
}

std::optional<std::string> decode(std::string_view wire) {
  std::string out;
  while (!wire.empty()) {
    const std::size_t shift = wire.find('&');
    const std::string_view plain = wire.substr(0, shift);
    for (const char c : plain) {
      if (static_cast<unsigned char>(c) >= 0x80) return std::nullopt;
    }
    out += plain;
    if (shift == std::string_view::npos) break;
    wire.remove_prefix(shift + 1);
    const std::size_t end = wire.find('-');
    if (end == std::string_view::npos) return std::nullopt;
    if (end == 0) {
      out += '&';
    } else if (!decode_shifted(wire.substr(0, end), out)) {
      return std::nullopt;
    }
    wire.remove_prefix(end + 1);
  }
  return out;
}

constexpr bool keyword_direct(char c) {
  return std::string_view(" (){%*\"\\]").find(c) == std::string_view::npos;  // RFC 9051 9: atom
}

}  // namespace

std::string encode_mailbox(std::string_view utf8) {
  return encode(utf8, [](char) { return true; });
}

std::optional<std::string> decode_mailbox(std::string_view wire) {
  auto decoded = decode(wire);
  if (!decoded || encode_mailbox(*decoded) != wire) return std::nullopt;
  return decoded;
}

std::string display_mailbox(std::string_view wire) {
  auto decoded = decode_mailbox(wire);
  return utf8_clean(decoded ? *decoded : wire);
}

std::string encode_keyword(std::string_view utf8) { return encode(utf8, keyword_direct); }

std::string decode_keyword(std::string_view wire) {
  auto decoded = decode(wire);
  return decoded && encode_keyword(*decoded) == wire ? *decoded : utf8_clean(wire);
}

}  // namespace godwit::imap
