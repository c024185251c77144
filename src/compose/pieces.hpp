/// A message put together from text and from stretches of bodies, none of which is copied: mapped
/// bodies keep a large mail out of memory.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "backend/backend.hpp"
#include "http/message.hpp"

namespace godwit::compose {

class Pieces final : public backend::MessageSource {
 public:
  void add(std::string text);
  /// `bytes` is a stretch of `body`.
  void add(std::shared_ptr<const http::Body> body, std::string_view bytes);
  void add(const Pieces& other);

  std::uint64_t size() const override { return size_; }
  std::string read(std::uint64_t offset, std::size_t length) const override;

 private:
  struct Piece {
    std::shared_ptr<const http::Body> body;  // keeps `bytes` alive; null: they are `text`
    std::shared_ptr<const std::string> text;
    std::string_view bytes;
    std::uint64_t begin = 0;
  };
  void push(Piece piece);
  static void let_go(const Piece& piece, std::uint64_t before);

  std::vector<Piece> pieces_;
  std::uint64_t size_ = 0;
};

}  // namespace godwit::compose
