#include "base/bytes.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>

namespace godwit {
namespace {

constexpr std::string_view base64_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr auto base64_values = [] {
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  for (std::size_t i = 0; i < base64_alphabet.size(); ++i) {
    values[static_cast<unsigned char>(base64_alphabet[i])] = static_cast<std::int8_t>(i);
  }
  values['-'] = values['+'];
  values['_'] = values['/'];
  return values;
}();

constexpr std::string_view hex_alphabet = "0123456789abcdef";

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string blake2b(std::string_view bytes, std::string_view key, std::size_t size) {
  std::string out(size, '\0');
  key = key.substr(0, crypto_generichash_KEYBYTES_MAX);
  crypto_generichash(reinterpret_cast<unsigned char*>(out.data()), out.size(),
                     reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                     reinterpret_cast<const unsigned char*>(key.data()), key.size());
  return out;
}

}  // namespace

std::string base64_encode(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  std::size_t i = 0;
  const auto at = [&](std::size_t index) {
    return index < bytes.size() ? static_cast<unsigned char>(bytes[index]) : 0U;
  };
  for (; i < bytes.size(); i += 3) {
    const unsigned group = at(i) << 16U | at(i + 1) << 8U | at(i + 2);
    out += base64_alphabet[group >> 18U & 63U];
    out += base64_alphabet[group >> 12U & 63U];
    out += i + 1 < bytes.size() ? base64_alphabet[group >> 6U & 63U] : '=';
    out += i + 2 < bytes.size() ? base64_alphabet[group & 63U] : '=';
  }
  return out;
}

Result<std::string> base64_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size() / 4 * 3 + 3);
  unsigned group = 0;
  unsigned digits = 0;
  bool padded = false;
  for (const char c : text) {
    if (c == ' ' || c == '\r' || c == '\n' || c == '\t') continue;
    if (c == '=') {
      padded = true;
      continue;
    }
    const auto value = base64_values[static_cast<unsigned char>(c)];
    if (value < 0 || padded) return fail(Errc::malformed, "not base64");
    group = group << 6U | static_cast<unsigned>(value);
    if (++digits == 4) {
      out += static_cast<char>(group >> 16U & 255U);
      out += static_cast<char>(group >> 8U & 255U);
      out += static_cast<char>(group & 255U);
      group = digits = 0;
    }
  }
  if (digits == 1) return fail(Errc::malformed, "base64 cut short");
  if (digits == 2) out += static_cast<char>(group >> 4U & 255U);
  if (digits == 3) {
    out += static_cast<char>(group >> 10U & 255U);
    out += static_cast<char>(group >> 2U & 255U);
  }
  return out;
}

std::string hex_encode(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += hex_alphabet[byte >> 4U];
    out += hex_alphabet[byte & 15U];
  }
  return out;
}

Result<std::string> hex_decode(std::string_view text) {
  if (text.size() % 2 != 0) return fail(Errc::malformed, "odd number of hex digits");
  std::string out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_value(text[i]);
    const int low = hex_value(text[i + 1]);
    if (high < 0 || low < 0) return fail(Errc::malformed, "not a hex digit");
    out += static_cast<char>(high * 16 + low);
  }
  return out;
}

std::string digest128(std::string_view bytes) { return blake2b(bytes, {}, 16); }

std::string digest256(std::string_view bytes, std::string_view key) {
  return blake2b(bytes, key, 32);
}

}  // namespace godwit
