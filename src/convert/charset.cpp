#include "convert/charset.hpp"

#include <unicode/ucnv.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/handle.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"

namespace godwit::convert {
namespace {

using Converter = Handle<UConverter, ucnv_close>;

constexpr std::size_t sample_bytes = 16 * 1024;
constexpr std::size_t label_bytes_max = 40;

struct Label {
  std::string_view label;
  std::string_view name;
};

/// Labels that mean more than they say.
constexpr auto labels = std::to_array<Label>({
    {"", "windows-1252"},
    {"ansi_x3.4-1968", "windows-1252"},
    {"ascii", "windows-1252"},
    {"big-5", "big5-hkscs"},
    {"big5", "big5-hkscs"},
    {"cp1252", "windows-1252"},
    {"cp932", "windows-31j"},
    {"cp936", "gb18030"},
    {"cp949", "windows-949"},
    {"cp950", "big5-hkscs"},
    {"euc-kr", "windows-949"},
    {"euc_kr", "windows-949"},
    {"gb18030", "gb18030"},
    {"gb2312", "gb18030"},
    {"gb_2312-80", "gb18030"},
    {"gbk", "gb18030"},
    {"iso-8859-1", "windows-1252"},
    {"iso-8859-11", "windows-874"},
    {"iso-8859-8-i", "iso-8859-8"},
    {"iso-8859-9", "windows-1254"},
    {"iso8859-1", "windows-1252"},
    {"iso_8859-1", "windows-1252"},
    {"ks_c_5601-1987", "windows-949"},
    {"ksc5601", "windows-949"},
    {"latin1", "windows-1252"},
    {"ms_kanji", "windows-31j"},
    {"shift-jis", "windows-31j"},
    {"shift_jis", "windows-31j"},
    {"sjis", "windows-31j"},
    {"tis-620", "windows-874"},
    {"unicode-1-1-utf-7", "utf-7"},
    {"unicode-1-1-utf-8", "utf-8"},
    {"us-ascii", "windows-1252"},
    {"utf-7", "utf-7"},
    {"utf-8", "utf-8"},
    {"utf7", "utf-7"},
    {"utf8", "utf-8"},
    {"x-gbk", "gb18030"},
    {"x-sjis", "windows-31j"},
    {"x-unknown", "windows-1252"},
});
static_assert(std::ranges::is_sorted(labels, {}, &Label::label));

struct CodePage {
  std::string_view name;
  std::uint32_t number;
};

constexpr auto code_pages = std::to_array<CodePage>({
    {"big5-hkscs", 950},    {"euc-jp", 51932},      {"gb18030", 54936},     {"iso-2022-jp", 50220},
    {"iso-2022-kr", 50225}, {"iso-8859-13", 28603}, {"iso-8859-15", 28605}, {"iso-8859-2", 28592},
    {"iso-8859-3", 28593},  {"iso-8859-4", 28594},  {"iso-8859-5", 28595},  {"iso-8859-6", 28596},
    {"iso-8859-7", 28597},  {"iso-8859-8", 28598},  {"koi8-r", 20866},      {"koi8-u", 21866},
    {"utf-7", 65000},       {"utf-8", 65001},       {"windows-1250", 1250}, {"windows-1251", 1251},
    {"windows-1252", 1252}, {"windows-1253", 1253}, {"windows-1254", 1254}, {"windows-1255", 1255},
    {"windows-1256", 1256}, {"windows-1257", 1257}, {"windows-1258", 1258}, {"windows-31j", 932},
    {"windows-874", 874},   {"windows-949", 949},
});
static_assert(std::ranges::is_sorted(code_pages, {}, &CodePage::name));

bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }

/// Charsets in which bytes below 0x80 are not always ASCII characters.
bool ascii_is_stateful(std::string_view name) {
  return name.starts_with("iso-2022") || name.starts_with("utf-7") || name.starts_with("utf-16") ||
         name.starts_with("utf-32") || name.starts_with("hz") || name.starts_with("ibm") ||
         name.starts_with("cp037") || name.starts_with("ebcdic");
}

Converter open(std::string_view name) {
  UErrorCode status = U_ZERO_ERROR;
  Converter converter(ucnv_open(std::string(name).c_str(), &status));
  if (U_FAILURE(status)) converter.reset();
  return converter;
}

/// Length of what `text` ends with of a UTF-8 sequence that may still be completed.
std::size_t incomplete_tail(std::string_view text) {
  for (std::size_t back = 1; back <= std::min<std::size_t>(3, text.size()); ++back) {
    const auto byte = static_cast<unsigned char>(text[text.size() - back]);
    if (byte < 0x80) return 0;
    if (byte >= 0xC0) {
      const std::size_t length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2;
      return back < length ? back : 0;
    }
  }
  return 0;
}

enum class Looks : std::uint8_t { utf8, partly_utf8, other };

/// What a sample with 8-bit bytes looks like; its end may cut a character.
Looks look(std::string_view sample, bool whole) {
  if (!whole) sample.remove_suffix(incomplete_tail(sample));
  if (utf8_valid(sample)) return Looks::utf8;
  for (std::size_t i = 0; i + 1 < sample.size(); ++i) {
    const auto byte = static_cast<unsigned char>(sample[i]);
    const std::size_t length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC2 ? 2 : 0;
    if (length != 0 && utf8_valid(sample.substr(i, length)) && i + length <= sample.size()) {
      return Looks::partly_utf8;
    }
  }
  return Looks::other;
}

/// What text under the label UTF-16 is. Without a byte order mark RFC 2781 4.3 takes it for
/// big-endian; mail is often not, and sometimes no UTF-16 at all.
std::string_view utf16_form(std::string_view sample, Looks looks) {
  if (sample.starts_with("\xFE\xFF") || sample.starts_with("\xFF\xFE")) return "utf-16";
  std::array<std::size_t, 2> zeros{};
  for (std::size_t i = 0; i < sample.size(); ++i) zeros[i % 2] += sample[i] == '\0' ? 1 : 0;
  if (zeros[0] + zeros[1] == 0 && looks == Looks::utf8) return "utf-8";
  return zeros[1] > zeros[0] ? "utf-16le" : "utf-16be";
}

bool is_multi_byte(UConverter* converter) { return ucnv_getMaxCharSize(converter) > 1; }

bool decodes_cleanly(UConverter* converter, std::string_view sample, bool whole);

}  // namespace

struct CharsetDecoder::State {
  enum class Mode : std::uint8_t { ascii, sampling, utf8, converter };

  Mode mode = Mode::ascii;
  std::string name;
  Converter converter;  // null: UTF-8
  std::string held;     // the sample, or an unfinished UTF-8 sequence
  char16_t high = 0;    // a high surrogate that waits for its half
  bool declared_utf8 = false;

  void feed(std::string_view bytes, std::string& out);
  void decide(bool whole, std::string& out);
  void decode(std::string_view bytes, bool last, std::string& out);
  void decode_utf8(std::string_view bytes, bool last, std::string& out);
  void convert(std::string_view bytes, bool last, std::string& out);
  void emit(std::u16string_view units, std::string& out);
};

CharsetDecoder::CharsetDecoder(std::string_view label) : state_(std::make_unique<State>()) {
  State& state = *state_;
  state.name = charset_name(label);
  if (state.name.empty()) state.name = "windows-1252";
  state.declared_utf8 = state.name == "utf-8";
  if (!state.declared_utf8) state.converter = open(state.name);
  if (state.converter && ascii_is_stateful(state.name)) {
    state.mode = state.name == "utf-16" ? State::Mode::sampling : State::Mode::converter;
  }
}

CharsetDecoder::~CharsetDecoder() = default;
CharsetDecoder::CharsetDecoder(CharsetDecoder&&) noexcept = default;
CharsetDecoder& CharsetDecoder::operator=(CharsetDecoder&&) noexcept = default;

void CharsetDecoder::feed(std::string_view bytes, std::string& out) { state_->feed(bytes, out); }

void CharsetDecoder::finish(std::string& out) {
  if (state_->mode == State::Mode::sampling) state_->decide(true, out);
  state_->decode({}, true, out);
}

void CharsetDecoder::State::feed(std::string_view bytes, std::string& out) {
  if (mode == Mode::ascii) {
    const auto* const eight = std::ranges::find_if_not(bytes, is_ascii);
    const auto length = static_cast<std::size_t>(eight - bytes.begin());
    out += utf8_clean(bytes.substr(0, length));
    bytes.remove_prefix(length);
    if (bytes.empty()) return;
    mode = Mode::sampling;
  }
  if (mode == Mode::sampling) {
    const std::size_t taken = std::min(bytes.size(), sample_bytes - held.size());
    held += bytes.substr(0, taken);
    bytes.remove_prefix(taken);
    if (held.size() < sample_bytes) return;
    decide(false, out);
  }
  if (!bytes.empty()) decode(bytes, false, out);
}

/// Valid UTF-8 wins over any single-byte label. A multi-byte label is believed as long as the text
/// fits it: short GB 18030 text can be valid UTF-8 by chance. Text under the label UTF-8 that holds
/// not one sequence of it is windows-1252.
void CharsetDecoder::State::decide(bool whole, std::string& out) {
  const std::string sample = std::move(held);
  held.clear();
  const Looks looks = look(sample, whole);
  mode = Mode::converter;
  if (name == "utf-16") {
    const std::string_view form = utf16_form(sample, looks);
    if (form == "utf-8") mode = Mode::utf8;
    if (form != name && form != "utf-8") converter = open(form);
  } else if (declared_utf8) {
    if (looks == Looks::other) {
      converter = open("windows-1252");
    } else {
      mode = Mode::utf8;
    }
  } else if (looks == Looks::utf8 && !(converter && is_multi_byte(converter.get()) &&
                                       decodes_cleanly(converter.get(), sample, whole))) {
    mode = Mode::utf8;
  }
  if (mode == Mode::converter && !converter) mode = Mode::utf8;
  decode(sample, false, out);
}

void CharsetDecoder::State::decode(std::string_view bytes, bool last, std::string& out) {
  switch (mode) {
    case Mode::ascii:
    case Mode::sampling:
      return;
    case Mode::utf8:
      return decode_utf8(bytes, last, out);
    case Mode::converter:
      return convert(bytes, last, out);
  }
}

void CharsetDecoder::State::decode_utf8(std::string_view bytes, bool last, std::string& out) {
  if (!held.empty()) {
    held += bytes;
    bytes = held;
  }
  const std::size_t tail = last ? 0 : incomplete_tail(bytes);
  out += utf8_clean(bytes.substr(0, bytes.size() - tail));
  held = std::string(bytes.substr(bytes.size() - tail));
}

void CharsetDecoder::State::convert(std::string_view bytes, bool last, std::string& out) {
  std::array<char16_t, 4096> units;
  const char* source = bytes.data();
  const char* const end = source + bytes.size();
  for (;;) {
    char16_t* target = units.data();
    UErrorCode status = U_ZERO_ERROR;
    ucnv_toUnicode(converter.get(), &target, units.data() + units.size(), &source, end, nullptr,
                   last ? 1 : 0, &status);
    emit({units.data(), static_cast<std::size_t>(target - units.data())}, out);
    if (status != U_BUFFER_OVERFLOW_ERROR) break;
  }
  if (last && high != 0) append_utf8(0xFFFD, out);
  if (last) high = 0;
}

void CharsetDecoder::State::emit(std::u16string_view units, std::string& out) {
  for (const char16_t unit : units) {
    if (high != 0) {
      if (unit >= 0xDC00 && unit <= 0xDFFF) {
        append_utf8(0x10000U + ((high & 0x3FFU) << 10U) + (unit & 0x3FFU), out);
        high = 0;
        continue;
      }
      append_utf8(0xFFFD, out);
      high = 0;
    }
    if (unit >= 0xD800 && unit <= 0xDBFF) {
      high = unit;
    } else if (unit >= 0xDC00 && unit <= 0xDFFF) {
      append_utf8(0xFFFD, out);
    } else if (unit >= 0x20 ? unit < 0xFFFE : unit == '\t' || unit == '\n' || unit == '\r') {
      append_utf8(unit, out);
    }
  }
}

std::string charset_name(std::string_view label) {
  label = trim(label);
  while (!label.empty() && (label.front() == '"' || label.front() == '\'')) label.remove_prefix(1);
  while (!label.empty() && (label.back() == '"' || label.back() == '\'')) label.remove_suffix(1);
  const std::string lower = ascii_lower(trim(label));
  const auto* const row = std::ranges::lower_bound(labels, lower, {}, &Label::label);
  if (row != labels.end() && row->label == lower) return std::string(row->name);
  const bool plain =
      lower.size() <= label_bytes_max && std::ranges::all_of(lower, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
      });
  if (!plain || lower.starts_with("lmbcs") || lower.starts_with("imap-")) return {};
  return open(lower) ? lower : std::string();
}

std::uint32_t code_page(std::string_view charset) {
  const std::string name = charset_name(charset);
  const auto* const row = std::ranges::lower_bound(code_pages, name, {}, &CodePage::name);
  return row != code_pages.end() && row->name == name ? row->number : 65001;
}

std::string to_utf8(std::string_view bytes, std::string_view label) {
  CharsetDecoder decoder(label);
  std::string out;
  out.reserve(bytes.size() + bytes.size() / 8);
  decoder.feed(bytes, out);
  decoder.finish(out);
  return out;
}

namespace {

bool decodes_cleanly(UConverter* converter, std::string_view sample, bool whole) {
  UErrorCode status = U_ZERO_ERROR;
  ucnv_setToUCallBack(converter, UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &status);
  std::array<char16_t, 4096> units;
  const char* source = sample.data();
  const char* const end = source + sample.size();
  do {
    status = U_ZERO_ERROR;
    char16_t* target = units.data();
    ucnv_toUnicode(converter, &target, units.data() + units.size(), &source, end, nullptr,
                   whole ? 1 : 0, &status);
  } while (status == U_BUFFER_OVERFLOW_ERROR);
  const bool clean = U_SUCCESS(status);
  ucnv_reset(converter);
  status = U_ZERO_ERROR;
  ucnv_setToUCallBack(converter, UCNV_TO_U_CALLBACK_SUBSTITUTE, nullptr, nullptr, nullptr, &status);
  return clean;
}

}  // namespace
}  // namespace godwit::convert
