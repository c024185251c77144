/// Content-Transfer-Encoding undone (RFC 2045 6), as tolerant as mail needs it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace godwit::convert {

enum class Encoding : std::uint8_t { identity, base64, quoted_printable };
/// What is unknown is identity; uuencoded text too.
Encoding encoding_of(std::string_view name);

/// Fed by pieces of any size; output does not depend on how they are cut. Holds back a few bytes.
///
/// base64: what is not of the alphabet is skipped, padding may be missing, and what follows it (the
/// footers of mailing lists) is left out. quoted-printable: bad escapes stay as they are; blanks at
/// line ends go.
class TransferDecoder {
 public:
  explicit TransferDecoder(std::string_view encoding) : encoding_(encoding_of(encoding)) {}
  explicit TransferDecoder(Encoding encoding) : encoding_(encoding) {}

  void feed(std::string_view bytes, std::string& out);
  void finish(std::string& out);

 private:
  void feed_base64(std::string_view bytes, std::string& out);
  void flush_base64(std::string& out);
  void feed_quoted(std::string_view bytes, std::string& out);
  /// Consumes as much of `bytes` as can be decided; returns how much.
  static std::size_t decode_quoted(std::string_view bytes, bool last, std::string& out);

  Encoding encoding_;
  std::uint32_t group_ = 0;  // base64: bits that are no whole group yet
  unsigned digits_ = 0;
  bool ended_ = false;  // base64: its padding was seen
  std::string held_;    // quoted-printable: what may go on
};

}  // namespace godwit::convert
