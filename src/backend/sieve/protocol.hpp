/// The octets of a ManageSieve client: responses read within bounds, commands written. RFC 5804.
/// Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace godwit::backend::sieve {

inline constexpr std::size_t script_bytes_max = 1024 * 1024;  // Pigeonhole's own default
/// Of one response, literals included: a script and some words around it.
inline constexpr std::size_t response_bytes_max = script_bytes_max + std::size_t{64} * 1024;
inline constexpr std::size_t response_lines_max = 1000;
inline constexpr std::size_t line_words_max = 16;

/// RFC 5804 4: an atom, or the content of a string.
struct Word {
  std::string text;
  bool is_string = false;
  friend bool operator==(const Word&, const Word&) = default;
};

/// RFC 5804 1.2, 1.3.
struct Response {
  enum class Kind : std::uint8_t { ok, no, bye };
  Kind kind = Kind::no;
  std::string code;   // upper case, without its arguments: "QUOTA/MAXSIZE"; may be empty
  std::string words;  // for people, on one line
  std::vector<std::vector<Word>> lines;  // the data before the last line

  bool ok() const { return kind == Kind::ok; }
};

/// Fed with what arrives; gives whole responses.
class ResponseReader {
 public:
  void feed(std::string_view bytes) {
    pending_ += bytes;
    // Lines end in LF: before one comes there is nothing new to read.
    if (bytes.contains('\n')) waiting_ = false;
  }
  /// Nothing: more is needed. Error: malformed, too_large; the connection is of no use then.
  std::optional<Result<Response>> next();
  /// Nothing arrived beyond the last response: what a STARTTLS needs.
  bool empty() const { return pending_.empty() && response_.lines.empty(); }

 private:
  enum class Step : std::uint8_t { done, more, too_large };
  Step read_line(std::vector<Word>& words, std::size_t& at) const;
  Step read_word(Word& word, std::size_t& at) const;
  Step read_quoted(Word& word, std::size_t& at) const;
  Step read_literal(Word& word, std::size_t& at) const;

  std::string pending_;
  bool waiting_ = false;   // what is pending was read as far as it goes
  std::size_t taken_ = 0;  // octets of the response that is being read
  Response response_;
};

/// RFC 5804 1.7.
struct Capabilities {
  bool starttls = false;
  bool plain = false;                   // SASL PLAIN
  std::vector<std::string> extensions;  // of Sieve, lower case

  bool has(std::string_view extension) const;
};
Capabilities read_capabilities(const Response& response);

struct ScriptName {
  std::string name;
  bool active = false;
  friend bool operator==(const ScriptName&, const ScriptName&) = default;
};
/// RFC 5804 2.7. Error: malformed: what is left out there would be taken for not there.
Result<std::vector<ScriptName>> read_scripts(const Response& response);

/// A string as a command carries it: quoted where it can be, else a literal. RFC 5804 4
std::string encode_string(std::string_view text);
/// The same, always as a literal.
std::string encode_literal(std::string_view text);
/// RFC 4616, base64; an empty `authorize` means who signs in.
std::string plain_credentials(std::string_view authorize, std::string_view user,
                              std::string_view password);

}  // namespace godwit::backend::sieve
