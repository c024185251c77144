#include "compose/pieces.hpp"

#include <algorithm>

namespace godwit::compose {
namespace {

constexpr std::uint64_t release_every = 1024 * 1024;

}  // namespace

void Pieces::add(std::string text) {
  Piece piece;
  piece.text = std::make_shared<const std::string>(std::move(text));
  piece.bytes = *piece.text;
  push(std::move(piece));
}

void Pieces::add(std::shared_ptr<const http::Body> body, std::string_view bytes) {
  Piece piece;
  piece.body = std::move(body);
  piece.bytes = bytes;
  push(std::move(piece));
}

void Pieces::add(const Pieces& other) {
  for (const Piece& piece : other.pieces_) push(piece);
}

void Pieces::push(Piece piece) {
  if (piece.bytes.empty()) return;
  piece.begin = size_;
  size_ += piece.bytes.size();
  pieces_.push_back(std::move(piece));
}

std::string Pieces::read(std::uint64_t offset, std::size_t length) const {
  std::string out;
  if (offset >= size_) return out;
  out.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(length, size_ - offset)));
  auto piece = std::ranges::upper_bound(pieces_, offset, {}, &Piece::begin) - 1;
  for (; piece != pieces_.end() && out.size() < length; ++piece) {
    const auto from = static_cast<std::size_t>(offset + out.size() - piece->begin);
    const std::string_view bytes = piece->bytes.substr(from, length - out.size());
    out += bytes;
    if ((from + bytes.size()) / release_every != from / release_every) let_go(*piece, from);
  }
  return out;
}

/// What was read of a mapped body need not stay in memory; read again, it comes from the file.
void Pieces::let_go(const Piece& piece, std::uint64_t before) {
  if (!piece.body) return;
  const char* const start = piece.body->view().data();
  piece.body->release(static_cast<std::uint64_t>(piece.bytes.data() - start) + before);
}

}  // namespace godwit::compose
