/// A whole message as text that WBXML can carry.
#pragma once

#include <string>
#include <string_view>

namespace godwit::convert {

/// UTF-8 stays; each other byte from 0x80 up becomes the character that it is in windows-1252, so
/// that raw 8-bit mail reads as it was meant; NUL and control characters go. Seven-bit messages,
/// signed and encrypted ones among them, are not changed. Fed by pieces of any size.
class MimeText {
 public:
  void feed(std::string_view bytes, std::string& out);
  void finish(std::string& out);

 private:
  /// Consumes what can be decided; returns how much.
  static std::size_t clean(std::string_view bytes, bool last, std::string& out);

  std::string held_;  // the beginning of a UTF-8 sequence
};

}  // namespace godwit::convert
