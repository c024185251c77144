/// Text as header fields and bodies carry it: RFC 5322 dates and phrases, RFC 2047 words, RFC 2045
/// quoted-printable, line ends.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace godwit::compose {

/// In UTC: "Mon, 16 Jun 2025 10:00:00 +0000". RFC 5322 3.3
std::string format_date(Time time);

/// A display name: a quoted string, or encoded words where it is not ASCII. On one line or folded;
/// empty for an empty name.
std::string format_phrase(std::string_view name);
/// Unstructured text (Subject): as it is when it is ASCII, else encoded words, folded.
std::string format_unstructured(std::string_view text);
/// `name="value"` of a Content-* field; RFC 2231 where the value is not ASCII.
std::string format_parameter(std::string_view name, std::string_view value);

/// Breaks at blanks so that lines stay below 76 octets where they can.
std::string fold(std::string_view text);

/// Text (with any line ends) as quoted-printable lines of at most 76 octets, ended by CRLF. Fed by
/// pieces of any size; output does not depend on how they are cut.
class QuotedPrintable {
 public:
  void feed(std::string_view text, std::string& out);
  /// Ends the last line.
  void finish(std::string& out);

 private:
  void put(char c, bool last_of_line, std::string& out);
  void end_line(std::string& out);

  std::size_t column_ = 0;
  char blank_ = 0;  // a space or tab that must not end a line
  bool carriage_ = false;
};

/// Bytes as base64 lines of 76 characters, each ended by CRLF (RFC 2045 6.8). Fed by pieces of any
/// size.
class Base64Lines {
 public:
  void feed(std::string_view bytes, std::string& out);
  void finish(std::string& out);

 private:
  std::string held_;
};

/// All of `bytes` so.
std::string base64_lines(std::string_view bytes);

/// Makes every line end CRLF: bare LF and bare CR become one, CR CR LF loses a CR. In pieces of any
/// size.
class LineEnds {
 public:
  void feed(std::string_view bytes, std::string& out);
  void finish(std::string& out);
  /// True when every line in `bytes` ends in CRLF; `before` is the octet before them, 0 at the
  /// start. A CR at the very end is left to the next piece.
  static bool clean(std::string_view bytes, char before);

 private:
  bool carriage_ = false;
};

}  // namespace godwit::compose
