#include "convert/words.hpp"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/ustring.h>
#include <unicode/utf16.h>

#include <algorithm>

#include "base/fault.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"

namespace godwit::convert {
namespace {

constexpr std::size_t text_bytes_max = 64 * std::size_t{1024};  // names and queries are shorter

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::vector<std::string> ascii_words(std::string_view text) {
  std::vector<std::string> out;
  bool inside = false;
  for (const char c : text) {
    const char lower = ascii_lower(c);
    const bool letter = (lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9');
    if (letter && !inside) out.emplace_back();
    if (letter) out.back() += lower;
    inside = letter;
  }
  return out;
}

std::u16string to_utf16(std::string_view text) {
  std::u16string out(text.size(), u'\0');  // never more units than bytes
  int32_t length = 0;
  UErrorCode code = U_ZERO_ERROR;
  // What is not UTF-8 becomes a blank, which separates words.
  u_strFromUTF8WithSub(out.data(), static_cast<int32_t>(out.size()), &length, text.data(),
                       static_cast<int32_t>(text.size()), ' ', nullptr, &code);
  if (U_FAILURE(code) != 0) throw Fault(Fault::Kind::corrupt, "ICU cannot read a text");
  out.resize(static_cast<std::size_t>(length));
  return out;
}

std::u16string normalized(const UNormalizer2* form, std::u16string_view text) {
  UErrorCode code = U_ZERO_ERROR;
  std::u16string out((text.size() * 3) + 16, u'\0');
  for (;;) {
    const int32_t length = unorm2_normalize(form, text.data(), static_cast<int32_t>(text.size()),
                                            out.data(), static_cast<int32_t>(out.size()), &code);
    const bool fits = length <= static_cast<int32_t>(out.size());
    out.resize(static_cast<std::size_t>(length));
    if (fits && U_SUCCESS(code) != 0) return out;
    if (code != U_BUFFER_OVERFLOW_ERROR) throw Fault(Fault::Kind::corrupt, "ICU cannot fold");
    code = U_ZERO_ERROR;
  }
}

/// Of a script that puts no blanks between words.
bool stands_alone(UChar32 character) {
  UErrorCode code = U_ZERO_ERROR;
  const UScriptCode script = uscript_getScript(character, &code);
  return script == USCRIPT_HAN || script == USCRIPT_HIRAGANA || script == USCRIPT_KATAKANA ||
         script == USCRIPT_THAI;
}

/// Case folded, compatibility forms replaced, marks apart from their letters.
std::u16string folded(std::string_view text) {
  UErrorCode code = U_ZERO_ERROR;
  const UNormalizer2* const fold = unorm2_getNFKCCasefoldInstance(&code);
  const UNormalizer2* const apart = unorm2_getNFKDInstance(&code);
  if (U_FAILURE(code) != 0) throw Fault(Fault::Kind::unavailable, "ICU has no data to fold with");
  return normalized(apart, normalized(fold, to_utf16(text)));
}

}  // namespace

std::vector<std::string> folded_words(std::string_view text) {
  text = utf8_prefix(text, text_bytes_max);
  if (is_ascii(text)) return ascii_words(text);
  const std::u16string units = folded(text);
  std::vector<std::string> out;
  bool inside = false;
  const auto size = static_cast<int32_t>(units.size());
  for (int32_t at = 0; at < size;) {
    UChar32 character = 0;
    U16_NEXT(units.data(), at, size, character);
    if (u_charType(character) == U_NON_SPACING_MARK) continue;  // accents
    const bool letter = u_isalnum(character) != 0;
    const bool alone = letter && stands_alone(character);
    if (letter && (!inside || alone)) out.emplace_back();
    if (letter) append_utf8(static_cast<std::uint32_t>(character), out.back());
    inside = letter && !alone;
  }
  return out;
}

std::string folded_line(std::string_view text) {
  std::string out;
  for (const std::string& word : folded_words(text)) out += ' ' + word;
  return out;
}

bool begins_words(std::string_view line, const std::vector<std::string>& prefixes) {
  return std::ranges::all_of(
      prefixes, [&](const std::string& prefix) { return line.contains(' ' + prefix); });
}

}  // namespace godwit::convert
