#include "command/out_of_office.hpp"

#include <array>
#include <optional>
#include <set>
#include <string>

#include "base/text.hpp"
#include "convert/html.hpp"
#include "mapping/email.hpp"
#include "wbxml/pages/settings.hpp"

namespace godwit::command {
namespace {

namespace tag = wbxml::settings;
using backend::OutOfOffice;
using wbxml::Element;
using Read = std::expected<void, std::uint16_t>;

// [MS-ASCMD] Status (Settings).
constexpr std::uint16_t protocol_error = 2;
constexpr std::uint16_t invalid_arguments = 5;
constexpr std::uint16_t conflicting_arguments = 6;

struct Audience {
  wbxml::Tag tag;
  OutOfOffice::Message OutOfOffice::* message;
};
constexpr auto audiences = std::to_array<Audience>({
    {tag::AppliesToInternal, &OutOfOffice::internal},
    {tag::AppliesToExternalKnown, &OutOfOffice::external_known},
    {tag::AppliesToExternalUnknown, &OutOfOffice::external_unknown},
});

/// [MS-ASCMD] BodyType: nothing when it is neither of the two.
std::optional<bool> is_html(const Element* body_type) {
  if (body_type == nullptr) return std::nullopt;
  const auto text = trim(body_type->text);
  if (iequals(text, "HTML")) return true;
  if (iequals(text, "Text")) return false;
  return std::nullopt;
}

Read read_message(const Element& element, OutOfOffice& settings,
                  std::set<wbxml::Tag>& audiences_seen) {
  const auto enabled = element.boolean(tag::Enabled);
  if (element.has(tag::Enabled) && !enabled) return std::unexpected(invalid_arguments);
  const Element* reply = element.find(tag::ReplyMessage);
  const auto html = is_html(element.find(tag::BodyType));
  const bool body_type_wrong = element.has(tag::BodyType) && !html;
  const bool has_text = reply != nullptr && !reply->text.empty();
  if (body_type_wrong || (has_text && !html)) return std::unexpected(invalid_arguments);
  bool named = false;
  for (const Audience& audience : audiences) {
    if (!element.has(audience.tag)) continue;
    named = true;
    if (!audiences_seen.insert(audience.tag).second) {
      return std::unexpected(conflicting_arguments);
    }
    OutOfOffice::Message& message = settings.*audience.message;
    message.enabled = enabled.value_or(false);
    if (reply == nullptr) continue;
    message.text = utf8_clean(reply->text);
    message.html = html.value_or(false);
  }
  if (!named) return std::unexpected(invalid_arguments);
  return {};
}

/// [MS-ASCMD] StartTime, EndTime (Settings): both or none, and only of a scheduled absence.
Read read_times(const Element& set, OutOfOffice& settings) {
  const Element* start = set.find(tag::StartTime);
  const Element* end = set.find(tag::EndTime);
  if ((start == nullptr) != (end == nullptr)) return std::unexpected(protocol_error);
  if (settings.state != OutOfOffice::State::scheduled) {
    settings.start = settings.end = {};
    return {};
  }
  if (start == nullptr) return std::unexpected(protocol_error);
  const auto from = mapping::parse_date(trim(start->text));
  const auto until = mapping::parse_date(trim(end->text));
  if (!from || !until) return std::unexpected(invalid_arguments);
  if (*until <= *from) return std::unexpected(conflicting_arguments);
  settings.start = *from;
  settings.end = *until;
  return {};
}

/// Exchange keeps one text for both audiences outside and refuses two (commands.md, Settings).
bool outside_differs(const OutOfOffice& settings, const std::set<wbxml::Tag>& named) {
  if (!named.contains(tag::AppliesToExternalKnown)) return false;
  if (!named.contains(tag::AppliesToExternalUnknown)) return false;
  const OutOfOffice::Message& known = settings.external_known;
  const OutOfOffice::Message& unknown = settings.external_unknown;
  return known.enabled && unknown.enabled && known.text != unknown.text;
}

std::string text_as(const OutOfOffice::Message& message, bool html) {
  if (message.html == html) return message.text;
  return html ? convert::text_to_html(message.text) : convert::html_to_text(message.text);
}

}  // namespace

Read read_out_of_office(const Element& set, OutOfOffice& settings) {
  if (const Element* state = set.find(tag::OofState)) {
    const auto value = parse_number<unsigned>(trim(state->text));
    if (!value || *value > 2) return std::unexpected(invalid_arguments);
    settings.state = static_cast<OutOfOffice::State>(*value);
    if (auto times = read_times(set, settings); !times) return times;
  } else if (set.has(tag::StartTime) || set.has(tag::EndTime)) {
    return std::unexpected(protocol_error);
  }
  std::set<wbxml::Tag> named;
  for (const Element& child : set.children) {
    if (child.tag != tag::OofMessage) continue;
    if (auto message = read_message(child, settings, named); !message) return message;
  }
  if (outside_differs(settings, named)) return std::unexpected(conflicting_arguments);
  return {};
}

void write_out_of_office(const OutOfOffice& settings, bool html, wbxml::Writer& out) {
  out.open(tag::Get);
  out.number(tag::OofState, static_cast<std::int64_t>(settings.state));
  if (settings.state == OutOfOffice::State::scheduled) {
    out.text(tag::StartTime, mapping::format_dashed_date(settings.start));
    out.text(tag::EndTime, mapping::format_dashed_date(settings.end));
  }
  for (const Audience& audience : audiences) {
    const OutOfOffice::Message& message = settings.*audience.message;
    out.open(tag::OofMessage);
    out.empty(audience.tag);
    out.boolean(tag::Enabled, message.enabled);
    if (!message.text.empty()) {
      out.text(tag::ReplyMessage, text_as(message, html));
      out.text(tag::BodyType, html ? "HTML" : "Text");
    }
    out.close();
  }
  out.close();
}

}  // namespace godwit::command
