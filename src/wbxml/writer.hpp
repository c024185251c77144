/// Writes WBXML to a sink as it goes: `03 01 6A 00`, then elements. Callers keep schema order; the
/// writer keeps the grammar. Text is cleaned of what XML cannot hold (utf8_clean).
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/sink.hpp"
#include "wbxml/tag.hpp"

namespace godwit::wbxml {

class Writer {
 public:
  explicit Writer(Sink& sink);
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  /// An element with content: children or text. Each open needs its close.
  void open(Tag tag);
  void close();
  /// `<tag/>`
  void empty(Tag tag);
  /// `<tag>text</tag>`; empty text gives `<tag/>`.
  void text(Tag tag, std::string_view text);
  void number(Tag tag, std::int64_t value);
  void boolean(Tag tag, bool value) { text(tag, value ? "1" : "0"); }
  void opaque(Tag tag, std::string_view bytes);

  /// Long text in pieces: `open`, then `begin_text`, `piece`..., `end_text`, then `close`. Pieces
  /// must be clean UTF-8 without NUL.
  void begin_text();
  void piece(std::string_view text);
  void end_text();
  /// Opaque content of known length in pieces, inside an open element.
  void begin_opaque(std::uint64_t length);
  void opaque_piece(std::string_view bytes);

  std::size_t depth() const { return depth_; }

 private:
  void put_tag(Tag tag, bool content);
  void put_clean(Tag tag, std::string_view text);

  Sink& sink_;
  std::size_t depth_ = 0;
  std::uint8_t page_ = 0;
};

}  // namespace godwit::wbxml
