#include "wbxml/writer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <stdexcept>

#include "base/text.hpp"

namespace godwit::wbxml {
namespace {

// [MS-ASWBXML]: version 1.3, unknown public identifier, UTF-8, no string table.
constexpr std::string_view preamble("\x03\x01\x6A\x00", 4);
constexpr std::string_view end("\x01", 1);
constexpr std::string_view string_start("\x03", 1);
constexpr std::string_view string_end("\x00", 1);
constexpr std::string_view string_and_element_end("\x00\x01", 2);
constexpr char opaque_start = '\xC3';
constexpr std::uint8_t has_content = 0x40;

bool plain(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return (c >= 0x20 && c < 0x7F) || c == '\t' || c == '\r' || c == '\n'; });
}

/// OPAQUE and its length as mb_u_int32 (WAP-192 5.1).
class OpaqueHead {
 public:
  explicit OpaqueHead(std::uint64_t length) {
    if (length > std::numeric_limits<std::uint32_t>::max()) {
      throw std::length_error("WBXML holds no opaque content above 4 GiB");
    }
    bytes_[--first_] = static_cast<char>(length & 0x7FU);
    while ((length >>= 7U) != 0) bytes_[--first_] = static_cast<char>(0x80U | (length & 0x7FU));
    bytes_[--first_] = opaque_start;
  }
  std::string_view view() const {
    return std::string_view(bytes_.data(), bytes_.size()).substr(first_);
  }

 private:
  std::array<char, 6> bytes_{};
  std::size_t first_ = bytes_.size();
};

}  // namespace

Writer::Writer(Sink& sink) : sink_(sink) { sink_.append(preamble); }

void Writer::open(Tag tag) {
  put_tag(tag, true);
  ++depth_;
}

void Writer::close() {
  if (depth_ == 0) throw std::logic_error("WBXML: close without open");
  --depth_;
  sink_.append(end);
}

void Writer::empty(Tag tag) { put_tag(tag, false); }

void Writer::text(Tag tag, std::string_view text) {
  if (!plain(text)) {
    const std::string clean = utf8_clean(text);
    return put_clean(tag, clean);
  }
  put_clean(tag, text);
}

void Writer::number(Tag tag, std::int64_t value) {
  std::array<char, 24> digits{};
  const auto result = std::to_chars(digits.begin(), digits.end(), value);
  put_clean(tag, {digits.begin(), result.ptr});
}

void Writer::opaque(Tag tag, std::string_view bytes) {
  put_tag(tag, true);
  begin_opaque(bytes.size());
  sink_.append(bytes);
  sink_.append(end);
}

void Writer::begin_text() { sink_.append(string_start); }
void Writer::piece(std::string_view text) { sink_.append(text); }
void Writer::end_text() { sink_.append(string_end); }

void Writer::begin_opaque(std::uint64_t length) { sink_.append(OpaqueHead(length).view()); }
void Writer::opaque_piece(std::string_view bytes) { sink_.append(bytes); }

void Writer::put_clean(Tag tag, std::string_view text) {
  if (text.empty()) return empty(tag);
  put_tag(tag, true);
  sink_.append(string_start);
  sink_.append(text);
  sink_.append(string_and_element_end);
}

void Writer::put_tag(Tag tag, bool content) {
  const auto code = static_cast<char>(content ? tag.code | has_content : tag.code);
  if (tag.page == page_) {
    sink_.append({&code, 1});
    return;
  }
  page_ = tag.page;
  const std::array<char, 3> bytes{'\0', static_cast<char>(page_), code};  // SWITCH_PAGE
  sink_.append({bytes.data(), bytes.size()});
}

}  // namespace godwit::wbxml
