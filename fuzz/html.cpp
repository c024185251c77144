// links: godwit_convert
// parser: convert/html_charset.hpp convert/html_entity.cpp
/// HTML to text and text to HTML, whole and in pieces.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/text.hpp"
#include "convert/html.hpp"

namespace {

template <class Converter>
std::string in_pieces(std::string_view text, std::size_t size) {
  Converter converter;
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += size) {
    converter.feed(text.substr(at, size), out);
  }
  converter.finish(out);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string html = godwit::utf8_clean({reinterpret_cast<const char*>(data), size});
  const std::string text = godwit::convert::html_to_text(html);
  const std::size_t piece = 1 + size % 13;
  if (text != in_pieces<godwit::convert::HtmlToText>(html, piece)) std::abort();
  if (godwit::utf8_clean(text) != text) std::abort();
  const std::string back = godwit::convert::text_to_html(html);
  if (back != in_pieces<godwit::convert::TextToHtml>(html, piece)) std::abort();
  return 0;
}
