#include "convert/header.hpp"

#include <gmime/gmime.h>

#include <algorithm>
#include <mutex>

#include "base/handle.hpp"
#include "base/text.hpp"
#include "convert/limits.hpp"

namespace godwit::convert {
namespace {

constexpr std::size_t ids_max = 200;

/// The line at the start of `text` with its line end.
std::string_view take_line(std::string_view text) {
  const auto end = text.find('\n');
  return end == std::string_view::npos ? text : text.substr(0, end + 1);
}

std::string_view without_line_end(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

bool is_blank(char c) { return c == ' ' || c == '\t'; }

}  // namespace

bool is_header_line(std::string_view line) {
  if (line.empty()) return false;
  if (is_blank(line.front())) return true;
  if (line.starts_with("From ") || line.starts_with(">From ")) return true;
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return false;
  std::string_view name = line.substr(0, colon);
  while (!name.empty() && is_blank(name.back())) name.remove_suffix(1);
  return std::ranges::all_of(name, [](char c) { return c > 0x20 && c < 0x7F; });
}

std::size_t header_length(std::string_view block) {
  std::size_t length = 0;
  while (length < block.size()) {
    const std::string_view line = take_line(block.substr(length));
    const std::string_view text = without_line_end(line);
    if (text.empty()) return length + line.size();
    if (!is_header_line(text)) return length;
    length += line.size();
  }
  return length;
}

std::vector<Field> parse_fields(std::string_view block) {
  std::vector<Field> fields;
  bool continues = false;
  while (!block.empty()) {
    const std::string_view line = take_line(block);
    block.remove_prefix(line.size());
    const std::string_view text = without_line_end(line);
    if (text.empty()) break;
    if (is_blank(text.front())) {
      if (!continues) continue;
      Field& field = fields.back();
      const char* const begin = field.value.data();
      field.value = {begin, static_cast<std::size_t>(text.data() + text.size() - begin)};
      continue;
    }
    const auto colon = text.find(':');
    continues = colon != std::string_view::npos && is_header_line(text) &&
                !(text.starts_with("From ") || text.starts_with(">From "));
    if (!continues) continue;
    std::string_view name = text.substr(0, colon);
    while (!name.empty() && is_blank(name.back())) name.remove_suffix(1);
    fields.push_back({name, text.substr(colon + 1)});
  }
  return fields;
}

std::string_view Header::get(std::string_view name) const {
  for (const Field& field : fields_) {
    if (iequals(field.name, name)) return field.value;
  }
  return {};
}

bool Header::has(std::string_view name) const {
  return std::ranges::any_of(fields_,
                             [&](const Field& field) { return iequals(field.name, name); });
}

std::string unfold(std::string_view raw) {
  std::string out;
  out.reserve(raw.size());
  for (const char c : trim(raw)) {
    if (c != '\r' && c != '\n') out += c;
  }
  return out;
}

std::string first_message_id(std::string_view raw) {
  const auto ids = message_ids(raw);
  return ids.empty() ? std::string() : ids.front();
}

std::vector<std::string> message_ids(std::string_view raw) {
  std::vector<std::string> ids;
  const std::string text = unfold(raw);
  std::string_view rest = text;
  while (!rest.empty()) {
    const auto open = rest.find('<');
    if (open == std::string_view::npos) break;
    const auto close = rest.find('>', open);
    if (close == std::string_view::npos) break;
    const std::string_view id = trim(rest.substr(open + 1, close - open - 1));
    rest.remove_prefix(close + 1);
    if (id.empty()) continue;
    if (ids.size() == ids_max) ids.erase(ids.begin() + ids_max / 2);
    ids.emplace_back(id);
  }
  if (ids.empty()) {
    const std::string_view word = trim(std::string_view(text).substr(0, text.find(' ')));
    if (!word.empty()) ids.emplace_back(word);
  }
  return ids;
}

std::optional<Time> parse_date(std::string_view raw) {
  static std::once_flag once;
  std::call_once(once, g_mime_init);
  const std::string text = utf8_clean(unfold(raw)).substr(0, 256);
  const Handle<GDateTime, g_date_time_unref> date(g_mime_utils_header_decode_date(text.c_str()));
  if (!date) return std::nullopt;
  return Time(std::chrono::seconds(g_date_time_to_unix(date.get())));
}

}  // namespace godwit::convert
