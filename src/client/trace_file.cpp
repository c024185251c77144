#include "client/trace_file.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>

#include "base/bytes.hpp"
#include "base/overloaded.hpp"
#include "base/printable.hpp"

namespace godwit::client {
namespace {

using nlohmann::json;

constexpr int format_number = 1;
constexpr std::size_t line_bytes_max = 8 * 1024 * 1024;

std::string dumped(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace) + '\n';
}

json to_json(const TracedMessage& message, const char* kind) {
  json headers = json::object();
  for (const http::Header& each : message.headers) headers[each.name] = each.value;
  json out{{kind, message.number},
           {"time", trace_time(message.time)},
           {"headers", std::move(headers)},
           {"bytes", message.bytes}};
  if (!message.text.empty()) out["text"] = message.text;
  if (message.body) out["body"] = base64_encode(*message.body);
  return out;
}

/// A text of the object; empty where it is absent or something else.
std::string text(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::uint64_t number(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

Time time_of(const json& object, const char* name) {
  std::istringstream in(text(object, name));
  int year = 0;
  unsigned month = 0, day = 0;
  int hour = 0, minute = 0, second = 0, millisecond = 0;
  char mark = 0;
  in >> year >> mark >> month >> mark >> day >> mark >> hour >> mark >> minute >> mark >> second >>
      mark >> millisecond;
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  if (!in || !date.ok() || year < 1970 || year > 9999) return {};
  return Time(std::chrono::sys_days(date)) + std::chrono::hours(hour % 24) +
         std::chrono::minutes(minute % 60) + std::chrono::seconds(second % 61) +
         std::chrono::milliseconds(millisecond % 1000);
}

Result<> read_message(const json& object, const char* kind, TracedMessage& out) {
  out.number = number(object, kind);
  if (out.number == 0) return fail(Errc::malformed, fmt::format("'{}' is no number", kind));
  out.time = time_of(object, "time");
  out.bytes = number(object, "bytes");
  out.text = text(object, "text");
  if (const auto headers = object.find("headers");
      headers != object.end() && headers->is_object()) {
    for (const auto& [name, value] : headers->items()) {
      if (value.is_string()) out.headers.push_back({name, value.get<std::string>()});
    }
  }
  if (!object.contains("body")) return {};
  auto body = base64_decode(text(object, "body"));
  if (!body) return fail(Errc::malformed, "'body' is no base64");
  out.body = *std::move(body);
  return {};
}

Result<TraceLine> read_request(const json& object) {
  TracedRequest out;
  if (auto read = read_message(object, "request", out); !read) return pass(read);
  out.device = text(object, "device");
  out.command = text(object, "command");
  out.method = text(object, "method");
  out.target = text(object, "target");
  if (out.method.empty() || !out.target.starts_with('/')) {
    return fail(Errc::malformed, "a request has a method and a target");
  }
  return out;
}

Result<TraceLine> read_answer(const json& object) {
  TracedAnswer out;
  if (auto read = read_message(object, "answer", out); !read) return pass(read);
  out.took = std::chrono::milliseconds(number(object, "took_ms") % (1ULL << 40U));
  out.http = static_cast<int>(number(object, "http") % 1000);
  out.status = text(object, "status");
  return out;
}

std::string headers_text(const TracedMessage& message) {
  std::string out;
  for (const http::Header& each : message.headers) {
    out += fmt::format("{}: {}\n", printable(each.name), printable(each.value));
  }
  return out;
}

/// Lines without what would move the cursor.
std::string body_text(const TracedMessage& message) {
  std::string out;
  std::istringstream lines(message.text);
  for (std::string line; std::getline(lines, line);) {
    out += "    " + printable(line, line.size()) + '\n';
  }
  return out;
}

}  // namespace

std::string trace_time(Time time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", seconds, (time - seconds).count());
}

std::string write_line(const TraceLine& line) {
  return std::visit(Overloaded{[](const TraceHead& head) {
                                 json out{{"trace", format_number},
                                          {"full", head.full},
                                          {"begun", trace_time(head.begun)}};
                                 if (!head.user.empty()) out["user"] = head.user;
                                 return dumped(out);
                               },
                               [](const TracedRequest& request) {
                                 json out = to_json(request, "request");
                                 out["device"] = request.device;
                                 out["command"] = request.command;
                                 out["method"] = request.method;
                                 out["target"] = request.target;
                                 return dumped(out);
                               },
                               [](const TracedAnswer& answer) {
                                 json out = to_json(answer, "answer");
                                 out["took_ms"] = static_cast<std::uint64_t>(answer.took.count());
                                 out["http"] = static_cast<std::uint64_t>(answer.http);
                                 if (!answer.status.empty()) out["status"] = answer.status;
                                 return dumped(out);
                               },
                               [](const TraceEnd& end) {
                                 return dumped({{"end", end.why}, {"time", trace_time(end.time)}});
                               }},
                    line);
}

Result<TraceLine> read_line(std::string_view line) {
  const json object = json::parse(line, nullptr, false);
  if (!object.is_object()) return fail(Errc::malformed, "no JSON object");
  if (object.contains("trace")) {
    if (number(object, "trace") != format_number) {
      return fail(Errc::unsupported, "a trace of another format");
    }
    const auto full = object.find("full");
    return TraceHead{.user = text(object, "user"),
                     .full = full != object.end() && *full == true,
                     .begun = time_of(object, "begun")};
  }
  if (object.contains("request")) return read_request(object);
  if (object.contains("answer")) return read_answer(object);
  if (object.contains("end")) {
    return TraceEnd{.time = time_of(object, "time"), .why = text(object, "end")};
  }
  return fail(Errc::malformed, "no line of a trace");
}

Result<TraceFile> read_trace(std::istream& in) {
  TraceFile out;
  std::uint64_t bytes = 0;
  std::size_t count = 0;
  for (std::string line; std::getline(in, line);) {
    ++count;
    bytes += line.size() + 1;
    if (line.size() > line_bytes_max || bytes > trace_bytes_max + line_bytes_max) {
      return fail(Errc::too_large, fmt::format("line {}: too long for a trace", count));
    }
    auto read = read_line(line);
    if (!read && in.eof() && count > 1) break;
    if (!read) {
      return fail(read.error().code, fmt::format("line {}: {}", count, read.error().message));
    }
    const bool is_head = std::holds_alternative<TraceHead>(*read);
    if (is_head != (count == 1)) {
      return fail(
          Errc::malformed,
          fmt::format("line {}: the first line, and no other, says that it is a trace", count));
    }
    if (is_head) {
      out.head = std::get<TraceHead>(*std::move(read));
    } else {
      out.lines.push_back(*std::move(read));
    }
  }
  if (count == 0) return fail(Errc::malformed, "empty");
  return out;
}

Result<TraceFile> read_trace_file(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return fail(Errc::not_found, file + ": cannot be read");
  auto trace = read_trace(in);
  if (!trace) return fail(trace.error().code, file + ": " + trace.error().message);
  return trace;
}

std::string text_of(const TraceFile& trace) {
  std::string out =
      fmt::format("Trace begun {}{}{}\n", trace_time(trace.head.begun),
                  trace.head.user.empty() ? "" : " of " + printable(trace.head.user),
                  trace.head.full ? ", with content" : ", without content: (bytes) in its place");
  for (const TraceLine& line : trace.lines) {
    out += std::visit(
        Overloaded{
            [](const TraceHead&) { return std::string(); },
            [](const TracedRequest& each) {
              return fmt::format("\n{} > request {} of {}\n{} {}\n{}{}", trace_time(each.time),
                                 each.number, printable(each.device), printable(each.method),
                                 printable(each.target), headers_text(each), body_text(each));
            },
            [](const TracedAnswer& each) {
              return fmt::format("\n{} < answer {} after {} ms: HTTP {}{}\n{}{}",
                                 trace_time(each.time), each.number, each.took.count(), each.http,
                                 each.status.empty() ? "" : ", status " + printable(each.status),
                                 headers_text(each), body_text(each));
            },
            [](const TraceEnd& end) {
              return fmt::format("\n{} end of the trace: {}\n", trace_time(end.time),
                                 printable(end.why));
            }},
        line);
  }
  return out;
}

}  // namespace godwit::client
