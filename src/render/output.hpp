/// Where a converted body goes: memory while it is small, a spool when it is large, nowhere once it
/// was cut.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "http/message.hpp"
#include "wbxml/writer.hpp"

namespace godwit::render {

inline constexpr std::size_t memory_body_max = 256 * 1024;  // larger bodies are spooled

/// A body that was made, of clean UTF-8.
struct BodyText {
  std::shared_ptr<const http::Body> kept;  // what is sent, never null
  std::uint64_t size = 0;                  // of all of it, also where it was cut
  std::uint64_t held = 0;                  // bytes of memory that it takes
  bool truncated = false;

  /// Writes it as the text of the open element. May be called more than once.
  std::function<void(wbxml::Writer&)> writer() const;
};

class BodyOutput {
 public:
  /// `limit`: bytes to keep; nothing = all.
  BodyOutput(http::Spools& spools, std::optional<std::uint64_t> limit)
      : spools_(spools), limit_(limit) {}

  /// Whole characters of clean UTF-8.
  void append(std::string_view text);
  /// Whether something did not fit: what follows is only counted.
  bool cut() const { return cut_; }
  std::uint64_t size() const { return size_; }
  /// `html`: does not end within a tag.
  BodyText finish(bool html);

 private:
  void keep(std::string_view text);

  http::Spools& spools_;
  std::optional<std::uint64_t> limit_;
  std::string text_;
  std::unique_ptr<http::BodyWriter> spool_;
  std::uint64_t kept_ = 0;
  std::uint64_t size_ = 0;
  bool cut_ = false;
};

}  // namespace godwit::render
