#include "convert/mime_text.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "convert/charset.hpp"

namespace godwit::convert {
namespace {

bool is_plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x80 && (byte >= 0x20 || c == '\t' || c == '\r' || c == '\n');
}

/// How long a UTF-8 sequence that begins with `first` is; 1 for what begins none.
std::size_t sequence_size(char first) {
  const auto byte = static_cast<unsigned char>(first);
  if (byte >= 0xF0 && byte <= 0xF4) return 4;
  if (byte >= 0xE0 && byte < 0xF0) return 3;
  return byte >= 0xC2 && byte < 0xE0 ? 2 : 1;
}

}  // namespace

void MimeText::feed(std::string_view bytes, std::string& out) {
  if (!held_.empty()) {
    held_ += bytes;
    const std::size_t used = clean(held_, false, out);
    held_.erase(0, used);
    return;
  }
  const std::size_t used = clean(bytes, false, out);
  held_ = bytes.substr(used);
}

void MimeText::finish(std::string& out) {
  clean(held_, true, out);
  held_.clear();
}

std::size_t MimeText::clean(std::string_view bytes, bool last, std::string& out) {
  std::size_t i = 0;
  while (i < bytes.size()) {
    const auto* const begin = bytes.begin() + static_cast<std::ptrdiff_t>(i);
    const auto* const end = std::find_if_not(begin, bytes.end(), is_plain);
    out.append(begin, end);
    i += static_cast<std::size_t>(end - begin);
    if (i == bytes.size()) break;
    const std::size_t size = sequence_size(bytes[i]);
    if (i + size > bytes.size() && !last) return i;
    const std::string_view sequence = bytes.substr(i, size);
    if (static_cast<unsigned char>(bytes[i]) < 0x80) {
      ++i;  // a control character
    } else if (size > 1 && utf8_valid(sequence)) {
      out += utf8_clean(sequence);
      i += size;
    } else {
      out += utf8_clean(to_utf8(bytes.substr(i, 1), "windows-1252"));
      ++i;
    }
  }
  return i;
}

}  // namespace godwit::convert
