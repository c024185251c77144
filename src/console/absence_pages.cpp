#include <fmt/chrono.h>
#include <fmt/format.h>

#include <optional>
#include <string>

#include "base/text.hpp"
#include "console/page.hpp"
#include "console/pages.hpp"
#include "convert/html.hpp"
#include "convert/time_zone/zone.hpp"

namespace godwit::console {
namespace {

using backend::OutOfOffice;

/// What the form shows, as a browser sends it.
struct Draft {
  std::string state;  // "off", "on", "scheduled"
  std::string start, end;
  std::string who;  // outside: "nobody", "known", "everybody"
  std::string internal, external;
};

/// Lines end in LF.
std::string unix_lines(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool pair = text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n';
    if (!pair) out += text[i] == '\r' ? '\n' : text[i];
  }
  return out;
}

/// As plain text; phones may have set it as HTML.
std::string plain(const OutOfOffice::Message& message) {
  if (!message.html) return unix_lines(message.text);
  std::string out;
  convert::HtmlToText reader;
  reader.feed(utf8_clean(message.text), out);
  reader.finish(out);
  return std::string(trim(unix_lines(out)));
}

const OutOfOffice::Message& outside(const OutOfOffice& settings) {
  return settings.external_known.text.empty() ? settings.external_unknown : settings.external_known;
}

convert::Zone zone_of(const Visit& visit) {
  return convert::Zone::named(visit.time_zone).value_or(convert::Zone::utc());
}

/// As `datetime-local` wants it (HTML, Local dates and times).
std::string local_text(const convert::Zone& zone, Time time) {
  if (time == Time{}) return {};
  const auto local = zone.to_local(time).time_since_epoch();
  return fmt::format("{:%Y-%m-%dT%H:%M}", std::chrono::sys_seconds(local));
}

template <class Number>
bool read_number(std::string_view& text, std::size_t digits, std::string_view behind, Number& out) {
  if (text.size() < digits) return false;
  const auto number = parse_number<Number>(text.substr(0, digits));
  text.remove_prefix(digits);
  if (!number || !text.starts_with(behind)) return false;
  text.remove_prefix(behind.size());
  out = *number;
  return true;
}

/// YYYY-MM-DDTHH:MM, with or without seconds.
std::optional<Time> local_time(const convert::Zone& zone, std::string_view text) {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  unsigned hour = 0;
  unsigned minute = 0;
  const bool read = read_number(text, 4, "-", year) && read_number(text, 2, "-", month) &&
                    read_number(text, 2, "T", day) && read_number(text, 2, ":", hour) &&
                    read_number(text, 2, "", minute);
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  if (!read || !date.ok() || year < 1970 || hour > 23 || minute > 59) return std::nullopt;
  const LocalTime local =
      std::chrono::local_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute);
  return zone.to_utc(local);
}

Draft draft_of(const Visit& visit, const OutOfOffice& settings) {
  using State = OutOfOffice::State;
  const convert::Zone zone = zone_of(visit);
  Draft out;
  out.state = settings.state == State::disabled  ? "off"
              : settings.state == State::enabled ? "on"
                                                 : "scheduled";
  out.start = local_text(zone, settings.start);
  out.end = local_text(zone, settings.end);
  out.who = settings.external_unknown.enabled ? "everybody"
            : settings.external_known.enabled ? "known"
                                              : "nobody";
  out.internal = plain(settings.internal);
  out.external = plain(outside(settings));
  return out;
}

Draft draft_of(const Form& form) {
  return {.state = std::string(form.get("state")),
          .start = std::string(form.get("start")),
          .end = std::string(form.get("end")),
          .who = std::string(form.get("who")),
          .internal = unix_lines(form.get("internal")),
          .external = unix_lines(form.get("external"))};
}

void set_text(OutOfOffice::Message& message, const std::string& text) {
  message.text = text;
  message.html = false;
}

/// A text that was not changed stays as a phone wrote it.
void apply(const Draft& draft, OutOfOffice& settings) {
  using State = OutOfOffice::State;
  settings.state = draft.state == "on"          ? State::enabled
                   : draft.state == "scheduled" ? State::scheduled
                                                : State::disabled;
  if (draft.internal != plain(settings.internal)) set_text(settings.internal, draft.internal);
  if (draft.external != plain(outside(settings))) {
    set_text(settings.external_known, draft.external);
    set_text(settings.external_unknown, draft.external);
  }
  settings.internal.enabled = settings.state != State::disabled;
  settings.external_known.enabled = draft.who == "known" || draft.who == "everybody";
  settings.external_unknown.enabled = draft.who == "everybody";
}

Html radio(std::string_view name, std::string_view value, std::string_view label,
           std::string_view chosen) {
  return element("label", {{"class", "option"}},
                 element("input", {{"type", "radio"},
                                   {"name", name},
                                   {"value", value},
                                   {"required", Present::yes},
                                   {"checked", value == chosen ? Present::yes : Present::no}}),
                 label);
}

Html moment(std::string_view id, std::string_view label, std::string_view value) {
  return element("div", {{"class", "field"}}, element("label", {{"for", id}}, label),
                 element("input", {{"type", "datetime-local"},
                                   {"id", id},
                                   {"name", id},
                                   {"value", value},
                                   {"aria-describedby", "zone"}}));
}

Html answer(std::string_view id, std::string_view label, std::string_view text) {
  return element("div", {{"class", "field"}}, element("label", {{"for", id}}, label),
                 element("textarea", {{"id", id}, {"name", id}, {"rows", "6"}},
                         // HTML swallows the first line's end.
                         text.starts_with('\n') ? "\n" : "", text));
}

Page page_of(const Visit& visit, const Draft& draft, const Html& message, int status = 200) {
  const Texts& texts = visit.texts();
  Html when = moment("start", texts.absence_start, draft.start);
  when.add(moment("end", texts.absence_end, draft.end));
  Html form = element(
      "fieldset", element("legend", texts.absence_state),
      radio("state", "off", texts.absence_off, draft.state),
      radio("state", "on", texts.absence_on, draft.state),
      radio("state", "scheduled", texts.absence_scheduled, draft.state),
      element("div", {{"class", "pair"}}, when),
      element("p", {{"class", "hint"}, {"id", "zone"}}, fill(texts.absence_zone, visit.time_zone)));
  form.add(answer("internal", texts.absence_internal, draft.internal));
  form.add(element("fieldset", element("legend", texts.absence_who),
                   radio("who", "nobody", texts.absence_nobody, draft.who),
                   radio("who", "known", texts.absence_known, draft.who),
                   radio("who", "everybody", texts.absence_everybody, draft.who)));
  form.add(answer("external", texts.absence_external, draft.external)).add(submit(texts.save));
  Html content = element("p", {{"class", "intro"}}, texts.absence_intro);
  content.add(message).add(
      element("div", {{"class", "card"}}, post_form(visit, Url(absence_path), form)));
  return {std::string(texts.absence), std::move(content), status};
}

/// False: both are needed, the later one last.
bool read_times(const Visit& visit, const Draft& draft, OutOfOffice& settings) {
  settings.start = settings.end = Time{};
  if (settings.state != OutOfOffice::State::scheduled) return true;
  const convert::Zone zone = zone_of(visit);
  const auto start = local_time(zone, draft.start);
  const auto end = local_time(zone, draft.end);
  if (!start || !end || *end <= *start) return false;
  settings.start = *start;
  settings.end = *end;
  return true;
}

}  // namespace

bool has_absence(const Visit& visit) { return visit.parts.vacation != nullptr; }

Task<http::Reply> show_absence(Visit& visit) {
  const auto settings = co_await visit.parts.vacation->out_of_office(visit.person->account);
  Html message;
  if (visit.query.get("done") == "saved") message = banner("good", visit.texts().absence_saved);
  co_return page_reply(visit, page_of(visit, draft_of(visit, settings), message));
}

/// The settings are what the form says, as often as it is sent.
Task<http::Reply> save_absence(Visit& visit) {
  const Texts& texts = visit.texts();
  const Draft draft = draft_of(visit.form);
  auto settings = co_await visit.parts.vacation->out_of_office(visit.person->account);
  apply(draft, settings);
  if (!read_times(visit, draft, settings)) {
    co_return page_reply(visit, page_of(visit, draft, banner("bad", texts.absence_bad_times), 400));
  }
  const auto saved =
      co_await visit.parts.vacation->set_out_of_office(visit.person->account, std::move(settings));
  if (!saved) {
    co_return page_reply(visit, page_of(visit, draft, banner("bad", texts.absence_refused), 409));
  }
  co_return see_other(Url(absence_path, {{"done", "saved"}}));
}

}  // namespace godwit::console
