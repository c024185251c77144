#include "http/gzip.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>

#include "base/fault.hpp"

namespace godwit::http {
namespace {

constexpr int gzip_window_bits = 15 + 16;  // 15 bits of window, 16 = a gzip header
constexpr std::size_t piece_bytes = 16 * 1024;

/// zlib counts in unsigned int and does not change its input, but says otherwise.
void give(z_stream& stream, std::string_view& bytes) {
  const auto count = std::min<std::size_t>(bytes.size(), std::numeric_limits<uInt>::max());
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(count);
  bytes.remove_prefix(count);
}

}  // namespace

struct Compressor::State {
  State() {
    if (deflateInit2(&stream, 1, Z_DEFLATED, gzip_window_bits, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
      throw Fault(Fault::Kind::busy, "no memory to compress with");
    }
  }
  ~State() { deflateEnd(&stream); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void run(int flush, Sink& out) {
    do {
      stream.next_out = reinterpret_cast<Bytef*>(piece.data());
      stream.avail_out = piece_bytes;
      deflate(&stream, flush);
      out.append({piece.data(), piece_bytes - stream.avail_out});
    } while (stream.avail_out == 0);
  }

  z_stream stream{};
  std::array<char, piece_bytes> piece{};
};

Compressor::Compressor() : state_(std::make_unique<State>()) {}
Compressor::~Compressor() = default;

void Compressor::feed(std::string_view bytes, Sink& out) {
  while (!bytes.empty()) {
    give(state_->stream, bytes);
    state_->run(Z_NO_FLUSH, out);
  }
}

void Compressor::finish(Sink& out) {
  state_->stream.avail_in = 0;
  state_->run(Z_FINISH, out);
}

struct Decompressor::State {
  explicit State(std::uint64_t limit) : bytes_left(limit) {
    if (inflateInit2(&stream, gzip_window_bits) != Z_OK) {
      throw Fault(Fault::Kind::busy, "no memory to decompress with");
    }
  }
  ~State() { inflateEnd(&stream); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  z_stream stream{};
  std::uint64_t bytes_left;
  bool ended = false;
  std::array<char, piece_bytes> piece{};
};

Decompressor::Decompressor(std::uint64_t bytes_max) : state_(std::make_unique<State>(bytes_max)) {}
Decompressor::~Decompressor() = default;

Result<> Decompressor::feed(std::string_view bytes, Sink& out) {
  State& state = *state_;
  while (!bytes.empty()) {
    if (state.ended) return fail(Errc::malformed, "bytes after the end of the gzip data");
    give(state.stream, bytes);
    do {
      state.stream.next_out = reinterpret_cast<Bytef*>(state.piece.data());
      state.stream.avail_out = piece_bytes;
      const int result = inflate(&state.stream, Z_NO_FLUSH);
      if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) {
        return fail(Errc::malformed, "not gzip data, or damaged");
      }
      const std::size_t count = piece_bytes - state.stream.avail_out;
      if (count > state.bytes_left) return fail(Errc::too_large, "too much after decompression");
      state.bytes_left -= count;
      out.append({state.piece.data(), count});
      if (result == Z_STREAM_END) {
        state.ended = true;
        if (state.stream.avail_in != 0) {
          return fail(Errc::malformed, "bytes after the end of the gzip data");
        }
        break;
      }
    } while (state.stream.avail_in != 0 || state.stream.avail_out == 0);
  }
  return {};
}

Result<> Decompressor::finish() const {
  if (!state_->ended) return fail(Errc::incomplete, "gzip data cut off");
  return {};
}

}  // namespace godwit::http
