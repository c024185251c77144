/// Cuts what a server sends into responses: lines and their literals. Boundaries only, no grammar,
/// so memory is bounded before anything is parsed (RFC 9051 2.2.2, 4.3).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "imap/limits.hpp"

namespace godwit::imap {

/// A whole response. In `line` each literal stands as `{n}` (`~{n}` for a literal8) followed by
/// LF; its bytes are the next of `literals`. The line end is cut off.
struct RawResponse {
  std::string line;
  std::vector<std::string> literals;
};

class ResponseSplitter {
 public:
  struct Limits {
    std::size_t line_bytes = line_bytes_max;
    std::size_t literal_bytes = literal_bytes_max;  // all of one response
  };
  ResponseSplitter() : ResponseSplitter(Limits()) {}
  explicit ResponseSplitter(Limits limits) : limits_(limits) {}

  void feed(std::string_view bytes);
  /// The next whole response, an error, or nothing when more bytes are needed. After an error
  /// (too_large, malformed) the connection is of no more use: it is given again and again.
  std::optional<Result<RawResponse>> next();

 private:
  bool take_literal();
  std::optional<Error> end_line(std::size_t line_end, std::size_t after);
  std::optional<Error> begin_literal(std::string_view line);

  Limits limits_;
  std::string pending_;
  std::size_t begin_ = 0;  // of what is not yet taken from pending_
  std::size_t scanned_ = 0;
  RawResponse response_;
  std::size_t literal_total_ = 0;
  std::uint64_t literal_left_ = 0;
  bool in_literal_ = false;
  bool complete_ = false;
  std::optional<Error> failed_;
};

}  // namespace godwit::imap
