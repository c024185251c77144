#include "sim/item_row.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include "base/text.hpp"
#include "wbxml/pages/airsyncbase.hpp"
#include "wbxml/pages/calendar.hpp"
#include "wbxml/pages/contacts.hpp"
#include "wbxml/pages/notes.hpp"
#include "wbxml/pages/tasks.hpp"

namespace godwit::sim {
namespace {

using client::Node;

constexpr std::string_view keep_line = "X-KEEP";
constexpr std::string_view line_end = "\r\n";

Node body_of(const std::string& text) {
  namespace base = wbxml::airsyncbase;
  return Node(base::Body, {Node(base::Type, "1"), Node(base::Data, text)});
}

std::vector<Node> contact_data(const ItemValues& values) {
  namespace page = wbxml::contacts;
  return {Node(page::FileAs, values.name), Node(page::LastName, values.name),
          Node(page::JobTitle, values.marks[0]), Node(page::CompanyName, values.marks[1])};
}

std::vector<Node> note_data(const ItemValues& values) {
  namespace page = wbxml::notes;
  return {body_of(values.marks[0]), Node(page::Subject, values.name),
          Node(page::MessageClass, "IPM.StickyNote"),
          Node(page::Categories, {Node(page::Category, values.marks[1])})};
}

std::vector<Node> event_data(const ItemValues& values) {
  namespace page = wbxml::calendar;
  return {body_of(values.marks[0]),
          Node(page::AllDayEvent, "0"),
          Node(page::BusyStatus, "2"),
          Node(page::StartTime, "20250616T080000Z"),
          Node(page::EndTime, "20250616T090000Z"),
          Node(page::Subject, values.name),
          Node(page::Sensitivity, "0"),
          Node(page::Categories, {Node(page::Category, values.marks[1])})};
}

/// Mondays at eight, from the first day on.
constexpr std::chrono::sys_days first_day = std::chrono::year(2025) / 6 / 2;
constexpr std::string_view daily_begin = "T080000Z";

std::vector<Node> series_data(const ItemValues& values) {
  namespace page = wbxml::calendar;
  return {body_of(values.marks[0]),
          Node(page::AllDayEvent, "0"),
          Node(page::BusyStatus, "2"),
          Node(page::StartTime, "20250602T080000Z"),
          Node(page::EndTime, "20250602T090000Z"),
          Node(page::Subject, values.name),
          Node(page::Sensitivity, "0"),
          Node(page::Categories, {Node(page::Category, values.marks[1])}),
          Node(page::Recurrence,
               {Node(page::Type, "1"), Node(page::Interval, "1"), Node(page::DayOfWeek, "2"),
                Node(page::Occurrences, std::to_string(occurrences_count))})};
}

std::vector<Node> task_data(const ItemValues& values) {
  namespace page = wbxml::tasks;
  return {body_of(values.marks[0]),
          Node(page::Subject, values.name),
          Node(page::Importance, "1"),
          Node(page::Complete, "0"),
          Node(page::Sensitivity, "0"),
          Node(page::ReminderSet, "0"),
          Node(page::Categories, {Node(page::Category, values.marks[1])})};
}

constexpr std::array<std::string_view, 2> text_properties{"Body/Data", "Categories/Category"};
constexpr std::array<std::string_view, 2> text_lines{"DESCRIPTION", "CATEGORIES"};

constexpr std::array rows{
    ItemRow{ItemClass::contacts,
            FolderRole::contacts,
            9,
            eas::Version::v12_0,
            "LastName",
            {"JobTitle", "CompanyName"},
            "N",
            {"TITLE", "ORG"},
            &contact_data,
            "BEGIN:VCARD\r\nVERSION:3.0\r\n",
            "END:VCARD\r\n"},
    ItemRow{ItemClass::notes, FolderRole::notes, 10, eas::Version::v14_0, "Subject",
            text_properties, "SUMMARY", text_lines, &note_data,
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//desktop//EN\r\nBEGIN:VJOURNAL\r\n"
            "DTSTAMP:20250601T080000Z\r\n",
            "END:VJOURNAL\r\nEND:VCALENDAR\r\n"},
    ItemRow{ItemClass::calendar, FolderRole::calendar, 8, eas::Version::v12_0, "Subject",
            text_properties, "SUMMARY", text_lines, &event_data,
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//desktop//EN\r\nBEGIN:VEVENT\r\n"
            "DTSTAMP:20250601T080000Z\r\nDTSTART:20250620T080000Z\r\nDTEND:20250620T090000Z\r\n",
            "END:VEVENT\r\nEND:VCALENDAR\r\n"},
    ItemRow{ItemClass::calendar, FolderRole::calendar, 8, eas::Version::v12_0, "Subject",
            text_properties, "SUMMARY", text_lines, &series_data,
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//desktop//EN\r\nBEGIN:VEVENT\r\n"
            "DTSTAMP:20250601T080000Z\r\nDTSTART:20250602T080000Z\r\nDTEND:20250602T090000Z\r\n"
            "RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=6\r\n",
            "END:VEVENT\r\nEND:VCALENDAR\r\n", true},
    ItemRow{ItemClass::tasks, FolderRole::tasks, 7, eas::Version::v12_0, "Subject", text_properties,
            "SUMMARY", text_lines, &task_data,
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//desktop//EN\r\nBEGIN:VTODO\r\n"
            "DTSTAMP:20250601T080000Z\r\n",
            "END:VTODO\r\nEND:VCALENDAR\r\n"}};

/// Where the value of a line begins, and how long it is: up to a parameter's or a part's end.
struct Found {
  std::size_t at = std::string_view::npos;
  std::size_t size = 0;
};
Found find_line(std::string_view text, std::string_view name) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const auto line = text.substr(at, end - at);
    if (line.starts_with(name) && line.size() > name.size() &&
        (line[name.size()] == ':' || line[name.size()] == ';')) {
      const std::size_t begin = line.find(':') + 1;
      const std::size_t stop = std::min(line.find_first_of(";\r", begin), line.size());
      return {at + begin, stop - begin};
    }
    at = end + 1;
  }
  return {};
}

std::string value_of(std::string_view text, std::string_view name) {
  const Found found = find_line(text, name);
  return found.at == std::string_view::npos ? std::string()
                                            : std::string(text.substr(found.at, found.size));
}

constexpr std::string_view component_begin = "BEGIN:VEVENT\r\n";
constexpr std::string_view component_end = "END:VEVENT\r\n";

/// Where the events of a text are: the series, and each occurrence that has something of its own.
struct Component {
  std::size_t at = 0;
  std::size_t size = 0;
  std::string_view in(std::string_view text) const { return text.substr(at, size); }
};
std::vector<Component> components_of(std::string_view text) {
  std::vector<Component> out;
  for (std::size_t at = text.find(component_begin); at != std::string_view::npos;
       at = text.find(component_begin, at + 1)) {
    out.push_back({at, text.find(component_end, at) + component_end.size() - at});
  }
  return out;
}

/// The part of the text that the marks stand in.
Component master_of(const ItemRow& row, std::string_view text) {
  if (row.recurs) {
    for (const Component& each : components_of(text)) {
      if (!each.in(text).contains("\nRECURRENCE-ID")) return each;
    }
  }
  return {0, text.size()};
}

/// Of the time that an occurrence had in its series; nothing for one that is not in it.
std::optional<std::size_t> occurrence_of(std::string_view time) {
  const auto number = [&](std::size_t at, std::size_t size) {
    return parse_number<unsigned>(time.substr(std::min(at, time.size()), size)).value_or(0);
  };
  const std::chrono::year_month_day day{std::chrono::year(static_cast<int>(number(0, 4))),
                                        std::chrono::month(number(4, 2)),
                                        std::chrono::day(number(6, 2))};
  if (!day.ok() || time.substr(8) != daily_begin) return std::nullopt;
  const auto days = (std::chrono::sys_days(day) - first_day).count();
  if (days < 0 || days % 7 != 0 || days / 7 >= static_cast<int>(occurrences_count)) {
    return std::nullopt;
  }
  return static_cast<std::size_t>(days / 7);
}

void read_occurrences(const ItemRow& row, std::string_view text, ItemValues& values) {
  for (const Component& each : components_of(text)) {
    const auto own = occurrence_of(value_of(each.in(text), "RECURRENCE-ID"));
    if (!own) continue;
    const std::string name = value_of(each.in(text), row.name_line);
    if (name != values.name) values.occurrences.at(*own) = name;
  }
  std::string_view rest = master_of(row, text).in(text);
  for (Found found = find_line(rest, "EXDATE"); found.at != std::string_view::npos;
       found = find_line(rest, "EXDATE")) {
    for (std::string_view dates = rest.substr(found.at, found.size); !dates.empty();) {
      const std::size_t end = std::min(dates.find(','), dates.size());
      if (const auto out = occurrence_of(dates.substr(0, end))) {
        values.occurrences.at(*out) = taken_out;
      }
      dates.remove_prefix(std::min(end + 1, dates.size()));
    }
    rest.remove_prefix(found.at + found.size);
  }
}

void read_occurrences(const client::Item& item, ItemValues& values) {
  constexpr std::string_view begin = "Exceptions/Exception";
  for (auto at = item.lower_bound(begin); at != item.end() && at->first.starts_with(begin); ++at) {
    const std::string& path = at->first;
    if (path.find('/', begin.size()) != std::string::npos) continue;
    const auto of = [&](std::string_view name) {
      const auto found = item.find(path + '/' + std::string(name));
      return found == item.end() ? std::string() : found->second;
    };
    const auto own = occurrence_of(of("ExceptionStartTime") + of("InstanceId"));
    if (!own) continue;
    const std::string name = of("Deleted") == "1" ? std::string(taken_out) : of("Subject");
    if (name != values.name) values.occurrences.at(*own) = name;
  }
}

std::string property_of(const client::Item& item, std::string_view name) {
  const auto found = item.find(name);
  return found == item.end() ? std::string() : found->second;
}

}  // namespace

std::span<const ItemRow> item_rows() { return rows; }

const ItemRow& others_row() {
  static const ItemRow row = [] {
    ItemRow out = rows[2];
    out.folder_type = 13;
    out.is_others = true;
    return out;
  }();
  return row;
}

std::string text_of(const ItemRow& row, const std::string& uid, const ItemValues& values,
                    const std::string& keep) {
  std::string out(row.begin);
  const auto line = [&](std::string_view name, const std::string& value) {
    out.append(name).append(":").append(value).append(line_end);
  };
  line("UID", uid);
  if (row.item_class == ItemClass::contacts) line("FN", values.name);
  line(row.name_line, values.name);
  for (std::size_t i = 0; i < values.marks.size(); ++i) line(row.mark_lines[i], values.marks[i]);
  line(keep_line, keep);
  return out.append(row.end);
}

bool is_of(const ItemRow& row, std::string_view text) {
  return row.recurs == text.contains("\nRRULE:");
}
bool is_of(const ItemRow& row, const client::Item& item) {
  return row.recurs == (row.item_class == ItemClass::calendar && item.contains("Recurrence/Type"));
}

ItemValues values_of(const ItemRow& row, std::string_view text) {
  const auto master = master_of(row, text).in(text);
  ItemValues out{value_of(master, row.name_line),
                 {value_of(master, row.mark_lines[0]), value_of(master, row.mark_lines[1])}};
  if (row.recurs) read_occurrences(row, text, out);
  return out;
}

ItemValues values_of(const ItemRow& row, const client::Item& item) {
  ItemValues out{
      property_of(item, row.name_property),
      {property_of(item, row.mark_properties[0]), property_of(item, row.mark_properties[1])}};
  if (row.recurs) read_occurrences(item, out);
  return out;
}

std::string instance_of(std::size_t occurrence) {
  const std::chrono::year_month_day day(first_day +
                                        std::chrono::days(7 * static_cast<int>(occurrence)));
  return fmt::format("{:04}{:02}{:02}{}", static_cast<int>(day.year()),
                     static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()),
                     daily_begin);
}

std::vector<Node> occurrence_data(const std::string& value) {
  namespace page = wbxml::calendar;
  if (value == taken_out) return {Node(page::Deleted, "1")};
  return {Node(page::Subject, value)};
}

Node exceptions_of(const ItemValues& values) {
  namespace page = wbxml::calendar;
  Node out(page::Exceptions);
  for (std::size_t i = 0; i < occurrences_count; ++i) {
    if (values.occurrences[i].empty()) continue;
    Node each(page::Exception, occurrence_data(values.occurrences[i]));
    out.add(each.add(Node(page::ExceptionStartTime, instance_of(i))));
  }
  return out;
}

std::string with_occurrence(const ItemRow& row, std::string_view text, std::size_t occurrence,
                            const std::string& value) {
  std::string out(text);
  const std::string instance = instance_of(occurrence);
  for (const Component& each : components_of(text)) {
    if (value_of(each.in(text), "RECURRENCE-ID") != instance) continue;
    const Found name = find_line(each.in(text), "SUMMARY");
    if (value != taken_out && name.at != std::string_view::npos) {
      return out.replace(each.at + name.at, name.size, value);
    }
    out.erase(each.at, each.size);
    break;
  }
  if (value == taken_out) {
    const Component master = master_of(row, out);
    return out.insert(master.at + component_begin.size(), "EXDATE:" + instance + "\r\n");
  }
  const std::string end(instance.substr(0, 8) + "T090000Z");
  return out.insert(out.find("END:VCALENDAR"),
                    fmt::format("{}UID:{}\r\nDTSTAMP:20250601T080000Z\r\nRECURRENCE-ID:{}\r\n"
                                "DTSTART:{}\r\nDTEND:{}\r\nSUMMARY:{}\r\n{}",
                                component_begin, value_of(text, "UID"), instance, instance, end,
                                value, component_end));
}

std::string kept_of(std::string_view text) { return value_of(text, keep_line); }

std::string with_mark(const ItemRow& row, std::string_view text, std::size_t mark,
                      const std::string& value) {
  std::string out(text);
  const Component master = master_of(row, text);
  const Found found = find_line(master.in(text), row.mark_lines[mark]);
  if (found.at != std::string_view::npos) {
    return out.replace(master.at + found.at, found.size, value);
  }
  const std::size_t end = text.find(row.end.substr(0, row.end.find('\r')), master.at);
  return out.insert(end, std::string(row.mark_lines[mark]) + ':' + value + std::string(line_end));
}

}  // namespace godwit::sim
