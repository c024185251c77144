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

/// Whatever is put into a field, it does not end there.
void check_foreign_text(std::string_view text) {
  for (const std::string& field : {compose::format_phrase(text), compose::format_unstructured(text),
                                   compose::format_parameter("name", text)}) {
    require(compose::LineEnds::clean(field, 0));
    for (auto at = field.find('\n'); at != std::string::npos; at = field.find('\n', at + 1)) {
      require(at + 1 < field.size() && field[at + 1] == ' ');
    }
  }
  require(compose::end_of_body(text) <= text.size());
  require(!compose::escape_html(text).contains('<'));
  const convert::Header header(text);
  require(header.has("Message-ID") || header.get("Message-ID").empty());
  const auto ids = convert::message_ids(header.get("References"));
  const std::string first = convert::first_message_id(header.get("References"));
  require(ids.empty() ? first.empty() : first == ids.front());
  static_cast<void>(convert::parse_date(header.get("Date")));
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
  check_foreign_text(text);
  const std::string repaired = run<compose::LineEnds>(text, size + 1);
  require(compose::LineEnds::clean(repaired, 0));
  require(run<compose::LineEnds>(text, 1) == repaired);
  require(run<compose::QuotedPrintable>(text, 3) == run<compose::QuotedPrintable>(text, size + 1));
  require(run<compose::InnerHtml>(text, 2) == run<compose::InnerHtml>(text, size + 1));
  return 0;
}
