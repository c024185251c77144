/// gzip (RFC 1952) in pieces.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/result.hpp"
#include "base/sink.hpp"

namespace godwit::http {

/// Level 1: text halves at a tenth of the time of the default.
class Compressor {
 public:
  Compressor();
  ~Compressor();
  void feed(std::string_view bytes, Sink& out);
  void finish(Sink& out);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

class Decompressor {
 public:
  /// `bytes_max`: of what comes out; more is too_large (a bomb).
  explicit Decompressor(std::uint64_t bytes_max);
  ~Decompressor();
  Result<> feed(std::string_view bytes, Sink& out);
  /// Whether the stream came to its end.
  Result<> finish() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace godwit::http
