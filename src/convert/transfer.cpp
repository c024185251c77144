#include "convert/transfer.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace godwit::convert {
namespace {

constexpr std::uint8_t no_digit = 0xFF;
constexpr std::uint8_t padding = 0xFE;
/// RFC 2045 6.7 allows 76 characters in a line: longer runs of blanks are not held back as
/// trailing.
constexpr std::size_t blanks_held_max = 1024;

constexpr auto base64_digits = [] {
  std::array<std::uint8_t, 256> table{};
  table.fill(no_digit);
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
  }
  table['='] = padding;
  return table;
}();

std::uint8_t digit(char c) { return base64_digits[static_cast<unsigned char>(c)]; }

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

Encoding encoding_of(std::string_view name) {
  name = trim(name);
  if (iequals(name, "base64")) return Encoding::base64;
  if (iequals(name, "quoted-printable")) return Encoding::quoted_printable;
  return Encoding::identity;
}

void TransferDecoder::feed(std::string_view bytes, std::string& out) {
  switch (encoding_) {
    case Encoding::identity:
      out += bytes;
      return;
    case Encoding::base64:
      return feed_base64(bytes, out);
    case Encoding::quoted_printable:
      return feed_quoted(bytes, out);
  }
}

void TransferDecoder::finish(std::string& out) {
  switch (encoding_) {
    case Encoding::identity:
      return;
    case Encoding::base64:
      return flush_base64(out);
    case Encoding::quoted_printable:
      decode_quoted(held_, true, out);
      held_.clear();
      return;
  }
}

void TransferDecoder::feed_base64(std::string_view bytes, std::string& out) {
  if (ended_) return;
  std::size_t i = 0;
  while (i < bytes.size()) {
    while (digits_ == 0 && i + 4 <= bytes.size()) {
      const std::uint32_t a = digit(bytes[i]), b = digit(bytes[i + 1]);
      const std::uint32_t c = digit(bytes[i + 2]), d = digit(bytes[i + 3]);
      if ((a | b | c | d) >= 64) break;
      const std::uint32_t group = a << 18U | b << 12U | c << 6U | d;
      const char decoded[3] = {static_cast<char>(group >> 16U),
                               static_cast<char>(group >> 8U & 255U),
                               static_cast<char>(group & 255U)};
      out.append(decoded, 3);
      i += 4;
    }
    if (i == bytes.size()) return;
    const std::uint8_t value = digit(bytes[i++]);
    if (value == padding && digits_ >= 2) {
      flush_base64(out);
      ended_ = true;
      return;
    }
    if (value >= 64) continue;
    group_ = group_ << 6U | value;
    if (++digits_ == 4) {
      out += static_cast<char>(group_ >> 16U & 255U);
      out += static_cast<char>(group_ >> 8U & 255U);
      out += static_cast<char>(group_ & 255U);
      group_ = digits_ = 0;
    }
  }
}

void TransferDecoder::flush_base64(std::string& out) {
  if (digits_ == 2) out += static_cast<char>(group_ >> 4U & 255U);
  if (digits_ == 3) {
    out += static_cast<char>(group_ >> 10U & 255U);
    out += static_cast<char>(group_ >> 2U & 255U);
  }
  group_ = digits_ = 0;
}

void TransferDecoder::feed_quoted(std::string_view bytes, std::string& out) {
  if (held_.empty()) {
    const std::size_t used = decode_quoted(bytes, false, out);
    held_ = bytes.substr(used);
    return;
  }
  held_ += bytes;
  const std::size_t used = decode_quoted(held_, false, out);
  held_.erase(0, used);
}

std::size_t TransferDecoder::decode_quoted(std::string_view bytes, bool last, std::string& out) {
  std::size_t i = 0;
  while (i < bytes.size()) {
    std::size_t special = i;
    while (special < bytes.size() && bytes[special] != '=' && bytes[special] != ' ' &&
           bytes[special] != '\t') {
      ++special;
    }
    out += bytes.substr(i, special - i);
    i = special;
    if (i == bytes.size()) break;
    // Blanks: kept unless the line ends after them. A soft break may also have blanks before its
    // end.
    const bool escape = bytes[i] == '=';
    std::size_t end = i + (escape ? 1U : 0U);
    while (end < bytes.size() && end - i < blanks_held_max &&
           (bytes[end] == ' ' || bytes[end] == '\t')) {
      ++end;
    }
    const bool too_long = end - i >= blanks_held_max;
    const bool cut = end == bytes.size() || (bytes[end] == '\r' && end + 1 == bytes.size());
    if (cut && !last && !too_long) return i;
    const bool line_ends =
        !too_long && (end == bytes.size() || bytes[end] == '\n' || bytes[end] == '\r');
    if (!escape) {
      if (!line_ends) out += bytes.substr(i, end - i);
      i = end;
      continue;
    }
    if (line_ends) {
      i = end;
      if (i < bytes.size() && bytes[i] == '\r') ++i;
      if (i < bytes.size() && bytes[i] == '\n') ++i;
      continue;
    }
    const bool digits = end == i + 1 && i + 2 < bytes.size() && hex_value(bytes[i + 1]) >= 0 &&
                        hex_value(bytes[i + 2]) >= 0;
    if (digits) {
      out += static_cast<char>(hex_value(bytes[i + 1]) * 16 + hex_value(bytes[i + 2]));
      i += 3;
      continue;
    }
    const bool doubled = end == i + 1 && bytes[end] == '=';  // from encoders that escape wrongly
    if (!doubled && end == i + 1 && i + 2 >= bytes.size() && !last) return i;
    out += '=';
    i += doubled ? 2 : 1;
  }
  return i;
}

}  // namespace godwit::convert
