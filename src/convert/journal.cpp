#include "convert/journal.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "convert/vcard_line.hpp"

namespace godwit::convert {
namespace {

using vcard::Card;
using vcard::Line;
using vcard::Version;

constexpr Version escapes = Version::v3_0;  // RFC 5545 3.3.11 escapes as RFC 2426 does
constexpr std::string_view class_name = "X-GODWIT-MESSAGE-CLASS";

Line* find(Card& card, std::string_view name) {
  const auto at = std::ranges::find(card.lines, name, &Line::name);
  return at == card.lines.end() ? nullptr : &*at;
}

std::string text_of(Card& card, std::string_view name) {
  const Line* line = find(card, name);
  return line == nullptr ? std::string() : vcard::unescaped(vcard::decoded(*line), escapes);
}

std::string format_instant(Time time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  return fmt::format("{:%Y%m%dT%H%M%SZ}", fmt::gmtime(seconds.time_since_epoch().count()));
}

/// RFC 5545 3.3.5, form 2; the epoch where it is something else.
Time parse_instant(std::string_view text) {
  constexpr std::size_t length = 16;
  const auto number = [&](std::size_t at, std::size_t digits) {
    return parse_number<int>(text.substr(at, digits)).value_or(-1);
  };
  if (text.size() != length || text[8] != 'T') return {};
  const std::chrono::year_month_day day(std::chrono::year(number(0, 4)),
                                        std::chrono::month(static_cast<unsigned>(number(4, 2))),
                                        std::chrono::day(static_cast<unsigned>(number(6, 2))));
  if (!day.ok()) return {};
  return Time(std::chrono::sys_days(day)) + std::chrono::hours(number(9, 2)) +
         std::chrono::minutes(number(11, 2)) + std::chrono::seconds(number(13, 2));
}

void set_line(Card& card, std::string_view name, std::string value) {
  Line* line = find(card, name);
  if (line == nullptr) {
    card.lines.emplace_back().name = name;
    line = &card.lines.back();
  }
  vcard::set_value(*line, std::move(value), escapes);
}

void set_text(Card& card, std::string_view name, const std::string& before,
              const Change<std::string>& change) {
  const std::string after = change.applied_to(before);
  if (after == before) return;
  if (after.empty()) {
    std::erase_if(card.lines, [&](const Line& line) { return line.name == name; });
    return;
  }
  set_line(card, name, vcard::escaped(after, escapes));
  if (name == "X-ALT-DESC") {
    Line* line = find(card, name);
    line->remove("FMTTYPE");
    line->parameters.push_back({"FMTTYPE", "text/html"});
  }
}

std::vector<std::string> categories_of(const Card& card) {
  std::vector<std::string> out;
  for (const Line& line : card.lines) {
    if (line.name != "CATEGORIES") continue;
    for (const std::string& part : vcard::split_escaped(vcard::decoded(line), ',')) {
      std::string text(trim(vcard::unescaped(part, escapes)));
      if (!text.empty()) out.push_back(std::move(text));
    }
  }
  return out;
}

void set_categories(Card& card, const std::vector<std::string>& before,
                    const Change<std::vector<std::string>>& change) {
  const auto after = change.applied_to(before);
  if (after == before) return;
  std::erase_if(card.lines, [](const Line& line) { return line.name == "CATEGORIES"; });
  std::string joined;
  for (const std::string& each : after) {
    if (!joined.empty()) joined += ',';
    joined += vcard::escaped(each, escapes);
  }
  if (!joined.empty()) set_line(card, "CATEGORIES", std::move(joined));
}

Note note_of(Card& card) {
  Note note;
  note.subject = text_of(card, "SUMMARY");
  note.body = text_of(card, "DESCRIPTION");
  note.html = text_of(card, "X-ALT-DESC");
  if (auto named = text_of(card, class_name); !named.empty()) note.message_class = named;
  note.categories = categories_of(card);
  for (const std::string_view name : {"LAST-MODIFIED", "DTSTAMP", "CREATED"}) {
    if (note.last_modified == Time{}) note.last_modified = parse_instant(text_of(card, name));
  }
  return note;
}

Card fresh_journal(std::string_view uid, Time now) {
  Card card;
  card.before = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Godwit//EN\r\nBEGIN:VJOURNAL\r\n";
  card.after = "END:VJOURNAL\r\nEND:VCALENDAR\r\n";
  set_line(card, "UID", std::string(uid));
  set_line(card, "DTSTAMP", format_instant(now));
  return card;
}

}  // namespace

Result<Note> read_note(std::string_view text) {
  auto card = Card::parse(text, "vjournal");
  if (!card) return pass(card);
  return note_of(*card);
}

Result<std::string> apply_note(std::string_view text_or_empty, const NotePatch& patch, Time now,
                               std::string_view uid) {
  auto card =
      text_or_empty.empty() ? fresh_journal(uid, now) : Card::parse(text_or_empty, "vjournal");
  if (!card) return pass(card);
  const Note before = note_of(*card);
  if (applied(patch, before) == before && !text_or_empty.empty()) {
    return std::string(text_or_empty);
  }
  set_text(*card, "SUMMARY", before.subject, patch.subject);
  set_text(*card, "DESCRIPTION", before.body, patch.body);
  set_text(*card, "X-ALT-DESC", before.html, patch.html);
  set_text(*card, class_name, before.message_class, patch.message_class);
  set_categories(*card, before.categories, patch.categories);
  set_line(*card, "LAST-MODIFIED", format_instant(now));
  return card->str();
}

}  // namespace godwit::convert
