/// Request heads (RFC 9112), parsed by our own small parser: stricter than Beast's, which joins
/// folded lines and takes bare LF, and 2 s cheaper to compile. No I/O.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/sink.hpp"
#include "http/message.hpp"

namespace godwit::http {

inline constexpr std::size_t head_bytes_max = 16 * 1024;
inline constexpr std::size_t header_count_max = 100;

/// What is wrong with a request: the status to answer, and a sentence for the sender.
struct Refusal {
  int status;
  std::string reason;
};

struct Head {
  std::string method;
  std::string target;
  std::string path;   // percent-decoded
  std::string query;  // as sent
  std::vector<Header> headers;
  std::optional<std::uint64_t> content_length;
  bool chunked = false;
  bool keep_alive = true;
  bool expect_continue = false;
  bool http_1_0 = false;
};

/// The size of the head (its blank line included) when `buffer` holds a whole one. `scanned`
/// remembers between calls what was looked at; start with 0.
std::optional<std::size_t> head_size(std::string_view buffer, std::size_t& scanned);

/// `text`: a whole head. Ambiguous framing (both lengths, two lengths, folded lines, blanks before
/// the colon, bare LF) is refused, so that no proxy in front can be made to disagree with us.
std::expected<Head, Refusal> parse_head(std::string_view text);

/// Case-insensitive look-up; empty when there is none.
std::string_view find_header(const std::vector<Header>& headers, std::string_view name);
/// Whether a comma-separated header value names `token` (parameters ignored, `q=0` means no).
bool lists_token(std::string_view value, std::string_view token);
/// `+` stays; a bad escape or a NUL gives nothing.
std::optional<std::string> percent_decode(std::string_view text);

/// Undoes the chunked transfer coding (RFC 9112 7.1). Extensions and trailers are bounded and
/// ignored.
class ChunkedDecoder {
 public:
  /// Appends what is decoded to `out` and returns how many bytes it used: all, unless `done`.
  std::expected<std::size_t, Refusal> feed(std::string_view bytes, Sink& out);
  bool done() const noexcept { return state_ == State::done; }

 private:
  enum class State : std::uint8_t { size_line, data, data_end, trailer, done };
  /// Takes bytes up to CRLF into line_; true when it is whole.
  std::expected<bool, Refusal> take_line(std::string_view& bytes);
  std::optional<Refusal> on_size_line();

  State state_ = State::size_line;
  std::uint64_t left_ = 0;
  std::size_t trailer_bytes_ = 0;
  std::string line_;
};

}  // namespace godwit::http
