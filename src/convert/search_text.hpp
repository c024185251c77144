/// What a message can be found by: the words of its header and of its text, folded (words.hpp).
#pragma once

#include <string>

#include "convert/mime.hpp"

namespace godwit::convert {

/// Text of the body and of text attachments, names of attachments included, is looked at up to
/// here.
inline constexpr std::size_t search_text_bytes_max = 64 * std::size_t{1024};

/// Words, each with a blank before it.
struct SearchText {
  std::string author;      // From, Sender, Reply-To
  std::string recipients;  // To, Cc, Bcc
  std::string subject;
  std::string text;
};

/// `header`: the message's header block; `source`: the whole message.
SearchText search_text(std::string_view header, const ReadAt& source, const Layout& layout);

/// Whether `line` (words with a blank before each) holds the words of `phrase`, one after the
/// other, the last of them as the beginning of a word. A phrase without words is found anywhere.
bool holds_phrase(std::string_view line, std::string_view phrase);

}  // namespace godwit::convert
