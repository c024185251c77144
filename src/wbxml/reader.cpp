#include "wbxml/reader.hpp"

#include <string>
#include <utility>

#include "wbxml/limits.hpp"

namespace godwit::wbxml {
namespace {

// WAP-192 7.1: the global tokens that EAS documents use.
constexpr std::uint8_t token_switch_page = 0x00;
constexpr std::uint8_t token_end = 0x01;
constexpr std::uint8_t token_inline_string = 0x03;
constexpr std::uint8_t token_table_string = 0x83;
constexpr std::uint8_t token_opaque = 0xC3;

constexpr std::uint8_t has_content = 0x40;
constexpr std::uint8_t has_attributes = 0x80;
constexpr std::uint8_t code_bits = 0x3F;
constexpr std::uint8_t first_code = 0x05;

constexpr std::uint8_t version_first = 0x01;  // WBXML 1.1: 1.0 has no charset in its header
constexpr std::uint8_t version_last = 0x03;   // WBXML 1.3
constexpr std::uint32_t charset_unknown = 0;
constexpr std::uint32_t charset_utf8 = 106;  // IANA MIBenum
constexpr int number_bytes_max = 5;          // of an mb_u_int32 (WAP-192 5.1)

/// The string that starts at `offset` of a table of strings that NUL ends (WAP-192 5.7).
Result<std::string_view> table_string(std::string_view table, std::uint32_t offset) {
  if (offset >= table.size()) return fail(Errc::malformed, "WBXML: string outside its table");
  const auto text = table.substr(offset);
  const auto end = text.find('\0');
  if (end == std::string_view::npos) return fail(Errc::malformed, "WBXML: string without end");
  return text.substr(0, end);
}

}  // namespace

Result<Reader::Event> Reader::next() {
  if (finished_) return Event{.kind = Kind::done};
  if (!started_) {
    if (auto header = read_header(); !header) return pass(header);
    started_ = true;
  }
  if (pending_end_) {
    const Event event{.kind = Kind::end, .tag = *std::exchange(pending_end_, std::nullopt)};
    open_.pop_back();
    return event;
  }
  if (root_seen_ && open_.empty()) return finish();
  for (;;) {
    const auto token = byte();
    if (!token) return pass(token);
    switch (*token) {
      case token_switch_page: {
        const auto page = byte();
        if (!page) return pass(page);
        if (page_name(*page).empty()) return error(Errc::unsupported, "unknown code page");
        page_ = *page;
        continue;
      }
      case token_end: {
        if (open_.empty()) return error(Errc::malformed, "END without element");
        const Event event{.kind = Kind::end, .tag = open_.back()};
        open_.pop_back();
        return event;
      }
      case token_inline_string:
      case token_table_string:
      case token_opaque:
        return content_event(*token);
      default:
        return tag_event(*token);
    }
  }
}

/// WAP-192 5.1: version, public identifier, charset, string table.
Result<> Reader::read_header() {
  const auto version = byte();
  if (!version) return pass(version);
  if (*version < version_first || *version > version_last) {
    return error(Errc::malformed, "not WBXML 1.1 to 1.3");
  }
  const auto public_id = number();
  if (!public_id) return pass(public_id);
  if (*public_id == 0) {  // then its name is in the string table; EAS has none to tell apart
    if (const auto index = number(); !index) return pass(index);
  }
  const auto charset = number();
  if (!charset) return pass(charset);
  if (*charset != charset_utf8 && *charset != charset_unknown) {
    return error(Errc::malformed, "charset is not UTF-8");
  }
  const auto length = number();
  if (!length) return pass(length);
  const auto table = take(*length);
  if (!table) return pass(table);
  strings_ = *table;
  return {};
}

/// WAP-192 5.1 allows processing instructions alone after the root element, and EAS has none: what
/// follows is a second document or garbage, and which of the two the sender meant is unknown.
Result<Reader::Event> Reader::finish() {
  if (!rest_.empty()) return error(Errc::malformed, "bytes after the root element");
  finished_ = true;
  return Event{.kind = Kind::done};
}

Result<Reader::Event> Reader::tag_event(std::uint8_t token) {
  const auto code = static_cast<std::uint8_t>(token & code_bits);
  // ENTITY, LITERAL*, EXT_* and PI are all among the codes below 5.
  if (code < first_code) return error(Errc::malformed, "token that EAS does not use");
  if ((token & has_attributes) != 0) return error(Errc::malformed, "element with attributes");
  const Tag tag{page_, code};
  if (find_tag(tag) == nullptr)
    return error(Errc::unsupported, "tag that its page does not define");
  if (open_.size() >= depth_max) return error(Errc::too_large, "elements nested too deeply");
  if (++elements_ > elements_max) return error(Errc::too_large, "too many elements");
  root_seen_ = true;
  open_.push_back(tag);
  if ((token & has_content) == 0) pending_end_ = tag;
  return Event{.kind = Kind::start, .tag = tag};
}

Result<Reader::Event> Reader::content_event(std::uint8_t token) {
  if (open_.empty()) return error(Errc::malformed, "content outside of an element");
  if (token == token_inline_string) {
    const auto end = rest_.find('\0');
    if (end == std::string_view::npos) return error(Errc::malformed, "string without end");
    const Event event{.kind = Kind::text, .bytes = rest_.substr(0, end)};
    rest_.remove_prefix(end + 1);
    return event;
  }
  const auto value = number();  // an offset, or a length
  if (!value) return pass(value);
  const auto bytes = token == token_opaque ? take(*value) : table_string(strings_, *value);
  if (!bytes) return pass(bytes);
  return Event{.kind = token == token_opaque ? Kind::opaque : Kind::text, .bytes = *bytes};
}

Result<std::uint8_t> Reader::byte() {
  if (rest_.empty()) return error(Errc::malformed, "document ends early");
  const auto value = static_cast<std::uint8_t>(rest_.front());
  rest_.remove_prefix(1);
  return value;
}

/// mb_u_int32: seven bits per byte, most significant first.
Result<std::uint32_t> Reader::number() {
  std::uint64_t value = 0;
  for (int i = 0; i < number_bytes_max; ++i) {
    const auto part = byte();
    if (!part) return pass(part);
    value = value << 7U | (*part & 0x7FU);
    if ((*part & 0x80U) != 0) continue;
    if (value > UINT32_MAX) break;
    return static_cast<std::uint32_t>(value);
  }
  return error(Errc::malformed, "number beyond 32 bits");
}

Result<std::string_view> Reader::take(std::size_t length) {
  if (length > rest_.size()) return error(Errc::malformed, "length beyond the document");
  const auto bytes = rest_.substr(0, length);
  rest_.remove_prefix(length);
  return bytes;
}

std::unexpected<Error> Reader::error(Errc code, std::string_view what) const {
  return fail(code, "WBXML: " + std::string(what) + " at byte " + std::to_string(offset()));
}

}  // namespace godwit::wbxml
