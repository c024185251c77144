/// Reads the tokens of one response. Every function leaves the position behind what it took, or
/// sets `failed` and takes nothing more: callers check once at the end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "imap/splitter.hpp"

namespace godwit::imap {

class Reader {
 public:
  explicit Reader(RawResponse& raw) : text_(raw.line), literals_(raw.literals) {}
  Reader(std::string_view text, std::vector<std::string>& literals)
      : text_(text), literals_(literals) {}

  bool failed() const { return failed_; }
  void fail() { failed_ = true; }
  /// At the end, but for blanks (quirk space_before_line_end).
  bool at_end();
  /// The next character that is no blank; 0 at the end.
  char peek();
  bool accept(char c);
  void expect(char c);
  /// Up to a blank, a parenthesis, or one of `stops`.
  std::string_view word(std::string_view stops = {});
  std::uint64_t number();
  /// A number that may be negative or missing (quirk negative_size): then 0.
  std::uint64_t loose_number();
  /// Quoted, literal, or an atom; nothing for NIL.
  std::optional<std::string> nstring();
  std::string string() { return nstring().value_or(std::string()); }
  /// `(a b c)` or NIL; atoms and strings.
  std::vector<std::string> list();
  /// Whatever stands here, nested to a bounded depth.
  void skip_value();
  /// The rest of the line as it is.
  std::string_view rest();

 private:
  std::string quoted();
  std::optional<std::string> literal();

  std::string_view text_;
  std::vector<std::string>& literals_;
  std::size_t at_ = 0;
  std::size_t literal_ = 0;
  bool failed_ = false;
};

struct FetchEntry;
/// The inside of `* n FETCH (...)`.
FetchEntry parse_fetch(Reader& in, std::uint32_t sequence);

}  // namespace godwit::imap
