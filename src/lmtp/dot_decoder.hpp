/// The end of a mail on the wire: dots at line starts undone, the lone dot found (RFC 5321 4.5.2).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace godwit::lmtp {

/// Fed by pieces of any size. Only CR LF ends a line: what some other server calls a line end
/// smuggles no second mail in.
class DotDecoder {
 public:
  /// Appends what belongs to the mail to `out`; returns how many of `bytes` it took, all of them
  /// unless the end is reached.
  std::size_t feed(std::string_view bytes, std::string& out);
  bool finished() const { return state_ == State::finished; }
  /// A LF without CR was among it (RFC 5321 2.3.8 forbids that).
  bool bare_newline() const { return bare_newline_; }

 private:
  enum class State : std::uint8_t { line_start, dot, dot_cr, cr, middle, finished };
  void plain(char c, std::string& out);

  State state_ = State::line_start;
  bool bare_newline_ = false;
};

}  // namespace godwit::lmtp
