#include "backend/sieve/absence.hpp"

#include <algorithm>
#include <chrono>

#include "backend/sieve/guard.hpp"
#include "base/text.hpp"
#include "convert/body.hpp"
#include "convert/mime.hpp"
#include "convert/text.hpp"

namespace godwit::backend::sieve {
namespace {

/// RFC 5230 4.7: with :mime the reason is an entity with its header.
OutOfOffice::Message read_entity(const std::string& entity) {
  const convert::Layout layout = convert::parse_layout(convert::read_at(std::string_view(entity)));
  const convert::BodyParts parts = convert::body_parts(layout.structure);
  OutOfOffice::Message out{.enabled = true, .text = {}, .html = parts.has_html()};
  const auto& texts = out.html ? parts.html : parts.plain;
  if (texts.empty()) return out;
  const Part& part = *texts.front();
  const convert::Located* at = layout.find(part.section);
  if (at == nullptr) return out;
  const auto encoded = std::string_view(entity).substr(at->begin, at->end - at->begin);
  out.text = convert::decode_text_part(encoded, part);
  return out;
}

std::string one_string(const Argument* argument) {
  return argument == nullptr || argument->strings.size() != 1 ? std::string()
                                                              : argument->strings.front();
}

Manner read_manner(const Command& command) {
  Manner out;
  out.subject = one_string(command.after("subject"));
  out.from = one_string(command.after("from"));
  if (const Argument* addresses = command.after("addresses")) out.addresses = addresses->strings;
  if (const Argument* days = command.after("days")) out.period = days->number;
  if (const Argument* seconds = command.after("seconds")) {
    out.period = seconds->number;
    out.period_in_seconds = true;
  }
  return out;
}

OutOfOffice::Message read_message(const Command& command) {
  OutOfOffice::Message out{.enabled = true, .text = {}};
  if (command.arguments.empty()) return out;
  const Argument& reason = command.arguments.back();
  if (reason.kind != Argument::Kind::strings || reason.strings.size() != 1) return out;
  const bool mime = std::ranges::any_of(command.arguments, [](const Argument& argument) {
    return argument.kind == Argument::Kind::tag && argument.tag == "mime";
  });
  if (mime) return read_entity(reason.strings.front());
  out.text = utf8_clean(reason.strings.front());
  return out;
}

void walk(const std::vector<Command>& commands, const Guard& guard,
          const std::vector<std::string>& domains, std::vector<FoundVacation>& out) {
  Guard otherwise;  // of an elsif or else: that no test before it held
  for (const Command& command : commands) {
    if (command.name == "vacation") {
      if (guard.never) continue;
      out.push_back({.begin = command.begin,
                     .end = command.end,
                     .general = !guard.special,
                     .internal = guard.internal,
                     .external = guard.external,
                     .when = guard.when,
                     .message = read_message(command),
                     .manner = read_manner(command)});
      continue;
    }
    Guard inner;
    if (command.name == "if") otherwise = {};
    if (command.name == "if" || command.name == "elsif") {
      const Guard test =
          command.tests.empty() ? Guard{.special = true} : read_guard(command.tests[0], domains);
      inner = otherwise & test;
      otherwise = otherwise & !test;
    } else if (command.name == "else") {
      inner = otherwise;
    }
    walk(command.block, guard & inner, domains, out);
  }
}

void take(OutOfOffice::Message& into, const OutOfOffice::Message& message) {
  if (!into.enabled) into = message;
}

}  // namespace

std::vector<FoundVacation> find_vacations(const std::vector<Command>& script,
                                          const std::vector<std::string>& domains) {
  std::vector<FoundVacation> out;
  walk(script, {}, domains, out);
  return out;
}

OutOfOffice absence_of(const std::vector<FoundVacation>& found) {
  using namespace std::chrono_literals;
  constexpr Time open_start{};
  constexpr Time open_end = std::chrono::sys_days(2100y / 1 / 1);
  OutOfOffice out;
  bool any = false;
  bool timed = false;
  for (const FoundVacation& each : found) {
    if (!each.general) continue;
    if (each.internal) take(out.internal, each.message);
    if (each.external) take(out.external_known, each.message);
    if (each.external) take(out.external_unknown, each.message);
    const Time start = each.when.start.value_or(open_start);
    const Time end = each.when.end.value_or(open_end);
    out.start = any ? std::min(out.start, start) : start;
    out.end = any ? std::max(out.end, end) : end;
    timed = timed || each.when.start || each.when.end;
    any = true;
  }
  if (!any) return {};
  out.state = timed ? OutOfOffice::State::scheduled : OutOfOffice::State::enabled;
  if (!timed) out.start = out.end = {};
  return out;
}

}  // namespace godwit::backend::sieve
