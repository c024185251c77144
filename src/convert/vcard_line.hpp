/// The lines of a vCard (2.1, RFC 2426, RFC 6350) or of one iCalendar component: split, taken apart
/// and written, so that a line that nobody touches comes out with the bytes that it had. Private to
/// this folder.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace godwit::convert::vcard {

inline constexpr std::size_t text_bytes_max = std::size_t{8} * 1024 * 1024;  // photos included
inline constexpr std::size_t lines_max = 10'000;   // real cards have less than 200
inline constexpr std::size_t parameters_max = 64;  // of one line
inline constexpr std::size_t depth_max = 16;       // cards inside cards (2.1 AGENT)
inline constexpr std::size_t fold_bytes_max = 75;  // RFC 6350 3.2, line end excluded

enum class Version : std::uint8_t { v2_1, v3_0, v4_0 };

struct Parameter {
  std::string name;   // upper case; empty for a bare word of 2.1
  std::string value;  // without quotes
  bool quoted = false;
};

struct Line {
  std::string raw;    // as it came, with its line ends; empty: it is new or was changed
  std::string group;  // as it came
  std::string name;   // upper case
  std::vector<Parameter> parameters;
  std::string value;  // unfolded, transfer encoding and escapes as they came

  /// The first parameter of that name (upper case), or nullptr.
  const Parameter* find(std::string_view parameter) const;
  void remove(std::string_view parameter);
  /// Words of TYPE, bare words and PREF, lower case.
  std::set<std::string> types() const;
};

struct Card {
  std::string before, after;  // up to its BEGIN, and from its END on
  std::string line_end = "\r\n";
  Version version = Version::v3_0;
  std::vector<Line> lines;  // between BEGIN and END; those of a card inside are nameless

  /// The first card (or component of that name, lower case) of a text. Errors: malformed (no BEGIN
  /// of it, or no END), too_large.
  static Result<Card> parse(std::string_view text, std::string_view component = "vcard");
  std::string str() const;
};

/// The value in UTF-8: quoted-printable or base64 undone, escapes as they are.
std::string decoded(const Line& line);
/// Escapes undone; lines end in LF.
std::string unescaped(std::string_view text, Version version);
std::string escaped(std::string_view text, Version version);
/// Cut at each unescaped `separator`; escapes stay.
std::vector<std::string> split_escaped(std::string_view text, char separator);

/// Gives the line another value (escaped UTF-8) in the dialect of `version`.
void set_value(Line& line, std::string value, Version version);

}  // namespace godwit::convert::vcard
