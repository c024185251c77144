// links: godwit_wbxml
// parser: wbxml/reader.hpp wbxml/tag.hpp
// Whatever the bytes: reading ends, and what was read survives writing and its text form.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "wbxml/element.hpp"
#include "wbxml/text.hpp"
#include "wbxml/writer.hpp"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

std::string rewritten(const godwit::wbxml::Element& element) {
  godwit::StringSink sink;
  godwit::wbxml::Writer writer(sink);
  write(writer, element);
  return sink.take();
}

/// A tree bounds the text that it joins; the text form joins it, too, but keeps no tree.
bool pieces_too_long(const godwit::Result<godwit::wbxml::Element>& tree) {
  return !tree && tree.error().code == godwit::Errc::too_large;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  static_cast<void>(godwit::wbxml::pack(bytes));
  const auto tree = godwit::wbxml::parse(bytes);
  const auto text = godwit::wbxml::dump(bytes);
  require(tree.has_value() == godwit::wbxml::pack(text).has_value() || pieces_too_long(tree));
  if (!tree) return 0;
  const auto document = rewritten(*tree);
  const auto again = godwit::wbxml::parse(document);
  require(again.has_value());
  require(rewritten(*again) == document);
  const auto packed = godwit::wbxml::pack(godwit::wbxml::dump(document));
  require(packed.has_value());
  const auto unpacked = godwit::wbxml::parse(*packed);
  require(unpacked.has_value());
  require(rewritten(*unpacked) == document);
  return 0;
}
