#include "sim/item_row.hpp"

#include <algorithm>

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

std::string property_of(const client::Item& item, std::string_view name) {
  const auto found = item.find(name);
  return found == item.end() ? std::string() : found->second;
}

}  // namespace

std::span<const ItemRow> item_rows() { return rows; }

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

ItemValues values_of(const ItemRow& row, std::string_view text) {
  return {value_of(text, row.name_line),
          {value_of(text, row.mark_lines[0]), value_of(text, row.mark_lines[1])}};
}

ItemValues values_of(const ItemRow& row, const client::Item& item) {
  return {property_of(item, row.name_property),
          {property_of(item, row.mark_properties[0]), property_of(item, row.mark_properties[1])}};
}

std::string kept_of(std::string_view text) { return value_of(text, keep_line); }

std::string with_mark(const ItemRow& row, std::string_view text, std::size_t mark,
                      const std::string& value) {
  std::string out(text);
  const Found found = find_line(text, row.mark_lines[mark]);
  if (found.at != std::string_view::npos) return out.replace(found.at, found.size, value);
  const std::size_t end = text.find(row.end.substr(0, row.end.find('\r')));
  return out.insert(end, std::string(row.mark_lines[mark]) + ':' + value + std::string(line_end));
}

}  // namespace godwit::sim
