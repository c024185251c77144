/// Character sets to clean UTF-8, repairing what mail gets wrong: labels that are missing, unknown
/// or narrower than the text (iso-8859-1 for windows-1252, gb2312 for gb18030), and text that is
/// UTF-8 whatever its label says. WHATWG Encoding names the usual supersets.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace godwit::convert {

/// The name that `label` stands for after repair, as "utf-8", "windows-1252", "gb18030";
/// empty when nothing is known by it.
std::string charset_name(std::string_view label);

/// Windows code page of a charset as InternetCPID wants it (65001 for UTF-8 and for what is
/// unknown).
std::uint32_t code_page(std::string_view charset);

/// Fed by pieces of any size; output does not depend on how they are cut. Clean in the sense of
/// utf8_clean. Holds back at most 16 KiB, to see whether text is UTF-8.
class CharsetDecoder {
 public:
  explicit CharsetDecoder(std::string_view label);
  ~CharsetDecoder();
  CharsetDecoder(CharsetDecoder&&) noexcept;
  CharsetDecoder& operator=(CharsetDecoder&&) noexcept;

  void feed(std::string_view bytes, std::string& out);
  void finish(std::string& out);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// All at once.
std::string to_utf8(std::string_view bytes, std::string_view label);

}  // namespace godwit::convert
