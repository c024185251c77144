#include "compose/meeting_mail.hpp"

#include <fmt/format.h>

#include <chrono>

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "compose/encode.hpp"
#include "compose/limits.hpp"

namespace godwit::compose {
namespace {

namespace chrono = std::chrono;

constexpr std::size_t subject_bytes_max = 4'096;

std::string quoted_printable(std::string_view text) {
  std::string out;
  QuotedPrintable encoder;
  encoder.feed(text, out);
  encoder.finish(out);
  return out;
}

std::string format_day(LocalTime local, const MailTexts& texts) {
  const auto day = chrono::floor<chrono::days>(local);
  const chrono::year_month_day date(day);
  return fmt::format("{} {:04}-{:02}-{:02}", texts.weekdays.at(chrono::weekday(day).c_encoding()),
                     int(date.year()), unsigned(date.month()), unsigned(date.day()));
}

std::string format_clock(LocalTime local) {
  const chrono::hh_mm_ss clock(local - chrono::floor<chrono::days>(local));
  return fmt::format("{:02}:{:02}", clock.hours().count(), clock.minutes().count());
}

LocalTime date_of(Time time) {
  return LocalTime(chrono::floor<chrono::days>(time.time_since_epoch()));
}

std::string when(const Event& event, const MailTexts& texts) {
  const EventDetails& details = event.details;
  if (details.all_day) {
    const LocalTime first = date_of(details.start);
    const LocalTime last = date_of(details.end - chrono::hours(24));
    const std::string day = format_day(first, texts);
    return last <= first ? day : day + " - " + format_day(last, texts);
  }
  const ZoneRules rules = event.has_zone ? event.zone_rules : ZoneRules{};
  const LocalTime start = rules.to_local(details.start);
  const LocalTime end = rules.to_local(details.end);
  const std::string first = format_day(start, texts);
  const std::string last = format_day(end, texts);
  std::string out = first + ' ' + format_clock(start) + " - ";
  if (first != last) out += last + ' ';
  const bool named = event.has_zone && !event.zone.empty();
  return out + format_clock(end) + " (" + (named ? event.zone : "UTC") + ')';
}

}  // namespace

std::string compose_meeting_mail(const MeetingMail& mail) {
  const std::string boundary = "=_godwit_" + hex_encode(digest128(mail.calendar));
  Fields header;
  header.set("To", format_people(mail.to));
  header.set("Subject", format_unstructured(utf8_prefix(mail.subject, subject_bytes_max)));
  header.set("Content-Language", std::string(code_of(mail.language)));
  header.set("Content-Type", "multipart/alternative;\r\n boundary=\"" + boundary + '"');
  if (!mail.stamp.message_id.empty()) complete(header, mail.author, mail.stamp);
  std::string out = header.str() + "\r\n";
  out += "--" + boundary + "\r\nContent-Type: text/plain; charset=utf-8\r\n";
  out += "Content-Transfer-Encoding: quoted-printable\r\n\r\n" + quoted_printable(mail.text);
  out += "\r\n--" + boundary +
         "\r\nContent-Type: text/calendar; charset=utf-8; method=" + mail.method + "\r\n";
  out += "Content-Transfer-Encoding: base64\r\n\r\n" + base64_lines(mail.calendar);
  return out + "--" + boundary + "--\r\n";
}

std::string describe(const Event& event, const MailTexts& texts) {
  std::string out = std::string(texts.event_when) + when(event, texts) + '\n';
  const std::string& place = event.details.location.display_name;
  if (!place.empty()) out += std::string(texts.event_where) + place + '\n';
  return out;
}

}  // namespace godwit::compose
