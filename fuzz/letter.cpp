// links: godwit_compose
// What a phone sends to be mailed: no header of it makes fields of its own, shows Bcc, or names an
// address that is none.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "compose/encode.hpp"
#include "compose/html_body.hpp"
#include "compose/letter.hpp"
#include "convert/header.hpp"

namespace {

using namespace godwit;

void require(bool condition) {
  if (!condition) std::abort();
}

void check_header(compose::Fields header) {
  const compose::Identity anna{{"anna@example.test"}, "Anna"};
  compose::complete(header, anna, {"id@example.test", Time{}});
  compose::hide_recipients(header);
  const std::string block = header.str();
  require(compose::LineEnds::clean(block, 0));
  const compose::Fields again(block);
  require(again.str() == block);
  require(!again.has("Bcc"));
  require(again.has("From") && again.has("Date") && again.has("Message-ID"));
  require(again.all("From").size() == 1);
}

template <class Filter>
std::string run(std::string_view text, std::size_t piece) {
  Filter filter;
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += piece) filter.feed(text.substr(i, piece), out);
  filter.finish(out);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto letter = compose::read_letter(text)) {
    require(letter->body <= size);
    if (const auto to = compose::recipients(letter->header)) {
      for (const std::string& address : *to) {
        require(address.find_first_of("\r\n<> ") == std::string::npos);
        require(address.contains('@'));
      }
    }
    check_header(letter->header);
  }
  const std::string repaired = run<compose::LineEnds>(text, size + 1);
  require(compose::LineEnds::clean(repaired, 0));
  require(run<compose::LineEnds>(text, 1) == repaired);
  require(run<compose::QuotedPrintable>(text, 3) == run<compose::QuotedPrintable>(text, size + 1));
  require(run<compose::InnerHtml>(text, 2) == run<compose::InnerHtml>(text, size + 1));
  return 0;
}
