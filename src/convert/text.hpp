/// A text part's octets to clean UTF-8: transfer encoding, charset (repaired), format=flowed.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "convert/charset.hpp"
#include "convert/transfer.hpp"
#include "item/message.hpp"

namespace godwit::convert {

/// Joins the soft-broken lines of RFC 3676 (format=flowed). Fed by pieces of any size; holds back
/// one line, at most 64 KiB of it.
class FlowedText {
 public:
  explicit FlowedText(bool delete_space) : delete_space_(delete_space) {}
  void feed(std::string_view text, std::string& out);
  void finish(std::string& out);

 private:
  void line(std::string_view text, bool ended, std::string& out);

  bool delete_space_;
  std::string held_;   // the beginning of a line
  bool open_ = false;  // the last line flows on
  bool raw_ = false;   // inside a line that is too long to be looked at
  std::size_t quote_depth_ = 0;
};

/// Fed by pieces of any size; output does not depend on how they are cut. Words under the label
/// base64 are taken as they stand.
class TextDecoder {
 public:
  /// `part`: its encoding, charset, format and delsp count.
  explicit TextDecoder(const Part& part);

  void feed(std::string_view encoded, std::string& out);
  void finish(std::string& out);

 private:
  void decide(std::string& out);
  void decode(std::string_view encoded, std::string& out);
  void pass_on(std::string& out);

  std::string sample_;  // of base64, until it is clear that it is that
  bool undecided_ = false;
  TransferDecoder transfer_;
  CharsetDecoder charset_;
  std::unique_ptr<FlowedText> flowed_;  // null: as it is
  std::string bytes_;
  std::string text_;
};

/// All at once.
std::string decode_text_part(std::string_view encoded, const Part& part);

}  // namespace godwit::convert
