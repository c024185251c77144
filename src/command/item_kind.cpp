#include "command/item_kind.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "mapping/email.hpp"

namespace godwit::command {
namespace {

const eas::BodyPreference* preference_of(const ItemOptions& options, std::uint8_t type) {
  const auto at = std::ranges::find(options.bodies, type, &eas::BodyPreference::type);
  return at == options.bodies.end() ? nullptr : &*at;
}

std::string with_crlf(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') out += '\r';
    out += c;
  }
  return out;
}

/// Nothing: all of it.
std::optional<std::size_t> truncation_of(const eas::BodyPreference* preference,
                                         const ItemOptions& options) {
  if (preference == nullptr || !preference->truncation_size || options.behaviour.whole_bodies) {
    return std::nullopt;
  }
  return static_cast<std::size_t>(*preference->truncation_size);
}

}  // namespace

sync::ItemDay no_floor(std::uint8_t /*filter_type*/, Time /*now*/) { return sync::item_day_first; }

const ItemKind* find_kind(ItemClass item_class) {
  static constexpr auto kinds = std::to_array<const ItemKind*>(
      {&event_kind, &contact_kind, &task_kind, &note_kind, &recipient_kind});
  const auto at = std::ranges::find(kinds, item_class, &ItemKind::item_class);
  return at == kinds.end() ? nullptr : *at;
}

std::string_view truncated_body(std::string_view text, const ItemOptions& options) {
  const auto size = truncation_of(preference_of(options, 1), options);
  return size ? utf8_prefix(text, *size) : text;
}

bool repeats_sent_part(const ItemBody& body, const std::string& text, const std::string& html,
                       const ItemOptions& options) {
  const bool is_html = body.type == ItemBody::Type::html;
  if (is_html && html.empty()) return false;
  const auto* preference = preference_of(options, is_html ? 2 : 1);
  const auto size = truncation_of(preference, options);
  if (!size) return false;
  const std::string whole = is_html ? html : with_crlf(text);
  std::string sent(utf8_prefix(whole, *size));
  if (sent.size() == whole.size()) return false;
  std::string came = body.text;
  for (std::string* each : {&sent, &came}) std::erase(*each, '\r');
  return came == sent;
}

void write_item_body(const std::string& text, const std::string& html, const ItemOptions& options,
                     wbxml::Writer& writer) {
  const bool as_html = !html.empty() && preference_of(options, 2) != nullptr;
  const std::uint8_t type = as_html ? 2 : 1;
  const std::string whole = as_html ? html : with_crlf(text);
  const auto* preference = preference_of(options, type);
  std::string_view shown = whole;
  if (const auto size = truncation_of(preference, options)) {
    shown = utf8_prefix(whole, *size);
    if (preference->all_or_none && shown.size() < whole.size()) shown = {};
  }
  mapping::BodyValue body;
  body.type = type;
  body.estimated_size = whole.size();
  body.truncated = shown.size() < whole.size();
  if (!shown.empty()) {
    body.data = [shown](wbxml::Writer& out) {
      out.begin_text();
      out.piece(shown);
      out.end_text();
    };
  }
  mapping::write_body(body, writer);
}

}  // namespace godwit::command
