#include "convert/vcard_value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/bytes.hpp"
#include "base/text.hpp"

namespace godwit::convert::vcard {
namespace {

using enum ContactText;

bool is_messenger(ContactText text) { return text == im1 || text == im2 || text == im3; }
bool is_email(ContactText text) { return text == email1 || text == email2 || text == email3; }

/// A scheme that is only there because RFC 6350 wants one.
std::string without_scheme(std::string text, std::string_view scheme) {
  return istarts_with(text, scheme) ? text.substr(scheme.size()) : text;
}

std::string with_display_name(const Line& line, std::string address) {
  const Parameter* name = line.find("X-DISPLAY-NAME");
  if (name == nullptr || name->value.empty()) return address;
  return '"' + name->value + "\" <" + address + '>';
}

/// Names of a list stand side by side; elsewhere a comma that should have been escaped is one.
std::string component_text(const Line& line, std::string_view component, Version version) {
  if (line.name != "N" || version == Version::v2_1) return unescaped(component, version);
  std::string out;
  for (const std::string& part : split_escaped(component, ',')) {
    if (!out.empty()) out += ' ';
    out += trim(unescaped(part, version));
  }
  return out;
}

/// Digits at the front of `text`, exactly `count` of them; -1 otherwise.
int take_digits(std::string_view& text, std::size_t count) {
  const auto value = parse_number<unsigned>(text.substr(0, count));
  if (text.size() < count || !value) return -1;
  text.remove_prefix(count);
  return static_cast<int>(*value);
}

std::string data_of_uri(std::string_view uri) {
  constexpr std::string_view mark = ";base64,";
  const auto at = uri.find(mark);
  if (!istarts_with(uri, "data:") || at == std::string_view::npos) return {};
  return base64_decode(uri.substr(at + mark.size())).value_or(std::string());
}

}  // namespace

std::string read_text(const Card& card, const Place& place, ContactText text) {
  const Line& line = card.lines[place.line];
  const std::string value = decoded(line);
  if (place.component) {
    const auto parts = split_escaped(value, ';');
    if (*place.component >= parts.size()) return {};
    return std::string(trim(component_text(line, parts[*place.component], card.version)));
  }
  std::string out = unescaped(value, card.version);
  if (text == notes) return out;
  if (const Parameter* kind = line.find("VALUE"); kind != nullptr && line.name == "TEL") {
    if (iequals(kind->value, "uri")) out = without_scheme(std::move(out), "tel:");
  }
  if (is_messenger(text)) out = without_scheme(std::move(out), "im:");
  if (is_email(text)) return with_display_name(line, std::string(trim(out)));
  return std::string(trim(out));
}

std::vector<std::string> read_list(const Card& card, const std::vector<std::size_t>& lines) {
  std::vector<std::string> out;
  for (const std::size_t index : lines) {
    for (const std::string& part : split_escaped(decoded(card.lines[index]), ',')) {
      std::string text(trim(unescaped(part, card.version)));
      if (!text.empty() && std::ranges::find(out, text) == out.end()) out.push_back(text);
    }
  }
  return out;
}

ContactDate read_date(const Line& line) {
  std::string_view rest = trim(line.value);
  std::string compact;
  const bool yearless = rest.starts_with("--");
  if (yearless) rest.remove_prefix(2);
  for (const char c : rest.substr(0, std::min(rest.find('T'), rest.size()))) {
    if (c != '-') compact += c;
  }
  std::string_view digits = compact;
  const int year = yearless ? static_cast<int>(yearless_year) : take_digits(digits, 4);
  const int month = take_digits(digits, 2);
  const int day = take_digits(digits, 2);
  if (year < 1 || month < 1 || day < 1 || !digits.empty()) return {};
  return {std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
          std::chrono::day(static_cast<unsigned>(day))};
}

std::string read_picture(const Line& line) {
  const Parameter* encoding = line.find("ENCODING");
  const bool bare = line.types().contains("base64");
  if (encoding == nullptr && !bare) return data_of_uri(unescaped(line.value, Version::v3_0));
  const bool base64 = bare || iequals(encoding->value, "b") || iequals(encoding->value, "base64");
  return base64 ? decoded(line) : std::string();
}

Contact contact_of(const Card& card, const Slots& slots) {
  Contact contact;
  for (std::size_t i = 0; i < contact_text_count; ++i) {
    const auto text = static_cast<ContactText>(i);
    if (const auto& place = slots.texts[i]) contact[text] = read_text(card, *place, text);
  }
  if (contact[file_as].empty() && slots.formatted_name) {
    contact[file_as] = read_text(card, {*slots.formatted_name, std::nullopt}, file_as);
  }
  contact.categories = read_list(card, slots.categories);
  contact.children = read_list(card, slots.children);
  if (slots.birthday) contact.birthday = read_date(card.lines[*slots.birthday]);
  if (slots.anniversary) contact.anniversary = read_date(card.lines[*slots.anniversary]);
  if (slots.photo) contact.picture = read_picture(card.lines[*slots.photo]);
  contact.is_group = slots.is_group;
  return contact;
}

std::string format_date(ContactDate date, bool dashes) {
  const std::string_view dash = dashes ? "-" : "";
  return fmt::format("{:04}{}{:02}{}{:02}", static_cast<int>(date.year()), dash,
                     static_cast<unsigned>(date.month()), dash, static_cast<unsigned>(date.day()));
}

std::string_view image_type(std::string_view bytes) {
  if (bytes.starts_with("\x89PNG")) return "PNG";
  if (bytes.starts_with("GIF8")) return "GIF";
  return "JPEG";
}

}  // namespace godwit::convert::vcard
