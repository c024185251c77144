#include "convert/ical/schedule_agent.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "convert/ical/details.hpp"
#include "convert/ical/document.hpp"
#include "convert/ical/edit.hpp"

namespace godwit::convert::ical {
namespace {

/// Calls `take(line)` for each property of that name in an event.
template <class Take>
void each_line(const Document& document, std::string_view name, Take take) {
  for (const Component& calendar : document.calendars()) {
    for (const Component& child : calendar.children) {
      if (child.name != "VEVENT") continue;
      for (const Line* const line : child.all(name)) take(*line);
    }
  }
}

/// Puts what `edit` makes of it in the place of each property of that name in an event.
template <class Edit>
std::string edited(std::string_view ics, std::string_view name, Edit edit) {
  auto document = Document::parse(ics);
  if (!document) return std::string(ics);
  for (Component& calendar : document->calendars()) {
    for (Component& child : calendar.children) {
      if (child.name != "VEVENT") continue;
      for (std::size_t i = 0; i < child.lines.size(); ++i) {
        const Line& line = child.lines[i];
        if (line.name == name) child.replace_at(i, edit(line, document->line_end()));
      }
    }
  }
  return document->str();
}

bool is_one_of(std::string_view address, const std::vector<std::string>& all) {
  return std::ranges::any_of(all, [&](const std::string& one) { return iequals(one, address); });
}

/// RFC 6638 3.2.9, RFC 5546 3.6: 3.x and 5.x say that nobody was told.
bool failed(std::string_view status) { return status.starts_with('3') || status.starts_with('5'); }

}  // namespace

std::vector<std::string> told_by_server(std::string_view ics) {
  std::vector<std::string> out;
  const auto document = Document::parse(ics);
  if (!document) return out;
  each_line(*document, "ATTENDEE", [&](const Line& line) {
    const std::string_view agent = line.parameter("SCHEDULE-AGENT");
    const bool servers = agent.empty() || iequals(agent, "SERVER");
    std::string address = address_of(line);
    if (!servers || failed(line.parameter("SCHEDULE-STATUS")) || address.empty()) return;
    if (!is_one_of(address, out)) out.push_back(std::move(address));
  });
  return out;
}

bool answer_told_by_server(std::string_view ics) {
  const auto document = Document::parse(ics);
  bool told = false;
  if (!document) return told;
  each_line(*document, "ORGANIZER", [&](const Line& line) {
    const std::string_view status = line.parameter("SCHEDULE-STATUS");
    told |= !status.empty() && !failed(status);
  });
  return told;
}

bool is_left_to_clients(std::string_view ics) {
  const auto document = Document::parse(ics);
  bool left = false;
  if (!document) return left;
  each_line(*document, "ORGANIZER",
            [&](const Line& line) { left |= iequals(line.parameter("SCHEDULE-AGENT"), "CLIENT"); });
  return left;
}

std::string with_client_agent(std::string_view ics, const std::vector<std::string>& attendees) {
  if (attendees.empty()) return std::string(ics);
  return edited(ics, "ATTENDEE", [&](const Line& line, std::string_view line_end) {
    if (!is_one_of(address_of(line), attendees)) return line;
    return with_parameter(line, "SCHEDULE-AGENT", "CLIENT", line_end);
  });
}

std::string with_answer_agent(std::string_view ics, std::string_view agent) {
  return edited(ics, "ORGANIZER", [&](const Line& line, std::string_view line_end) {
    const bool same =
        line.parameter("SCHEDULE-AGENT") == agent && line.parameter("SCHEDULE-STATUS").empty();
    if (same) return line;
    const Line plain = with_parameter(line, "SCHEDULE-STATUS", "", line_end);
    return with_parameter(plain, "SCHEDULE-AGENT", agent, line_end);
  });
}

}  // namespace godwit::convert::ical
