#include "compose/encode.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "compose/limits.hpp"

namespace godwit::compose {
namespace {

constexpr std::string_view hex_digits = "0123456789ABCDEF";

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7F; });
}

/// `=?utf-8?B?...?=`, as many as are needed, one a line. RFC 2047 2: at most 75 octets each.
std::string encoded_words(std::string_view text) {
  constexpr std::size_t bytes_max = 42;  // 56 of base64, with the frame 68
  std::string out;
  while (!text.empty()) {
    std::string_view piece = utf8_prefix(text, bytes_max);
    if (piece.empty()) piece = text.substr(0, bytes_max);
    if (!out.empty()) out += "\r\n ";
    out += "=?utf-8?B?" + base64_encode(piece) + "?=";
    text.remove_prefix(piece.size());
  }
  return out;
}

}  // namespace

std::string format_date(Time time) {
  using namespace std::chrono;
  constexpr auto days_of_week =
      std::to_array<std::string_view>({"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"});
  constexpr auto months = std::to_array<std::string_view>(
      {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"});
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(floor<seconds>(time - day));
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} +0000",
                     days_of_week.at(weekday(day).c_encoding()), unsigned(date.day()),
                     months.at(unsigned(date.month()) - 1), int(date.year()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count());
}

std::string format_phrase(std::string_view name) {
  // Cut when it is clean, so that what is read of it and written again is the same.
  const std::string all = utf8_clean(trim(name));
  const std::string_view clean = utf8_prefix(all, phrase_bytes_max);
  if (clean.empty()) return {};
  if (!is_ascii(clean)) return encoded_words(clean);
  std::string out = "\"";
  for (const char c : clean) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string format_unstructured(std::string_view text) {
  return is_ascii(text) ? fold(text) : encoded_words(utf8_clean(text));
}

std::string format_parameter(std::string_view name, std::string_view value) {
  std::string out(name);
  if (is_ascii(value)) {
    out += "=\"";
    for (const char c : value) {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
    return out + '"';
  }
  out += "*=utf-8''";
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '.' || c == '-' || c == '_';
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += hex_digits[byte >> 4U];
      out += hex_digits[byte & 15U];
    }
  }
  return out;
}

std::string fold(std::string_view text) {
  std::string out;
  std::size_t column = 0;
  while (!text.empty()) {
    const auto blank = std::min(text.find(' ', 1), text.size());
    const std::string_view word = text.substr(0, blank);
    if (column + word.size() > line_bytes_wanted && column > 0 && word.front() == ' ' &&
        word.size() > 1) {
      out += "\r\n";
      column = 0;
    }
    out += word;
    column += word.size();
    text.remove_prefix(blank);
  }
  return out;
}

void QuotedPrintable::feed(std::string_view text, std::string& out) {
  for (const char c : text) {
    if (carriage_ && c == '\n') {
      carriage_ = false;
      continue;
    }
    carriage_ = c == '\r';
    if (c == '\r' || c == '\n') {
      end_line(out);
      continue;
    }
    if (blank_ != 0) put(std::exchange(blank_, 0), false, out);
    if (c == ' ' || c == '\t') {
      blank_ = c;
    } else {
      put(c, false, out);
    }
  }
}

void QuotedPrintable::finish(std::string& out) {
  if (column_ > 0 || blank_ != 0) end_line(out);
}

void QuotedPrintable::put(char c, bool last_of_line, std::string& out) {
  const auto byte = static_cast<unsigned char>(c);
  const bool blank = c == ' ' || c == '\t';
  // A dot at a line's start and "From " need no help of SMTP or mbox, and get none.
  const bool risky = column_ == 0 && (c == '.' || c == 'F');
  const bool plain = blank ? !last_of_line : byte > 0x20 && byte < 0x7F && c != '=' && !risky;
  const std::size_t width = plain ? 1 : 3;
  if (column_ + width >= line_bytes_wanted) {
    out += "=\r\n";
    column_ = 0;
  }
  if (plain) {
    out += c;
  } else {
    out += '=';
    out += hex_digits[byte >> 4U];
    out += hex_digits[byte & 15U];
  }
  column_ += width;
}

void QuotedPrintable::end_line(std::string& out) {
  if (blank_ != 0) put(std::exchange(blank_, 0), true, out);
  out += "\r\n";
  column_ = 0;
}

void Base64Lines::feed(std::string_view bytes, std::string& out) {
  constexpr std::size_t line = 57;  // 76 characters
  held_ += bytes;
  std::size_t used = 0;
  for (; held_.size() - used >= line; used += line) {
    out += base64_encode(std::string_view(held_).substr(used, line)) + "\r\n";
  }
  held_.erase(0, used);
}

void Base64Lines::finish(std::string& out) {
  if (!held_.empty()) out += base64_encode(held_) + "\r\n";
  held_.clear();
}

std::string base64_lines(std::string_view bytes) {
  std::string out;
  Base64Lines encoder;
  encoder.feed(bytes, out);
  encoder.finish(out);
  return out;
}

void LineEnds::feed(std::string_view bytes, std::string& out) {
  while (!bytes.empty()) {
    if (carriage_) {
      carriage_ = false;
      if (bytes.front() != '\r') out += "\r\n";  // CR CR LF: the first one goes
      if (bytes.front() == '\n') {
        bytes.remove_prefix(1);
        continue;
      }
    }
    const auto end = std::min(bytes.find_first_of("\r\n"), bytes.size());
    out += bytes.substr(0, end);
    if (end == bytes.size()) return;
    if (bytes[end] == '\n') out += "\r\n";
    carriage_ = bytes[end] == '\r';
    bytes.remove_prefix(end + 1);
  }
}

void LineEnds::finish(std::string& out) {
  if (carriage_) out += "\r\n";
  carriage_ = false;
}

bool LineEnds::clean(std::string_view bytes, char before) {
  for (auto at = bytes.find('\n'); at != std::string_view::npos; at = bytes.find('\n', at + 1)) {
    if ((at == 0 ? before : bytes[at - 1]) != '\r') return false;
  }
  if (before == '\r' && !bytes.empty() && bytes.front() != '\n') return false;
  for (auto at = bytes.find('\r'); at != std::string_view::npos; at = bytes.find('\r', at + 1)) {
    if (at + 1 < bytes.size() && bytes[at + 1] != '\n') return false;
  }
  return true;
}

}  // namespace godwit::compose
