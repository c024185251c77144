/// The file of a trace (`godwit trace`): JSON, one object a line. The first says what it is, each
/// other is a request, an answer, or why there are no more.
///
///   {"trace":1,"user":"...","full":true,"begun":"2026-11-23T12:19:41.021Z"}
///   {"request":1,"time":"...","device":"...","command":"Sync","method":"POST","target":"...",
///    "headers":{...},"bytes":91,"text":"AirSync:Sync\n...","body":"base64"}
///   {"answer":1,"time":"...","took_ms":12,"http":200,"status":"1","headers":{...},"bytes":40,
///    "text":"..."}
///   {"end":"off","time":"..."}
///
/// "body" is there in full traces alone, and only of what is not too long.
#pragma once

#include <chrono>
#include <cstdint>
#include <istream>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "http/message.hpp"

namespace godwit::client {

/// Of a body that is kept; of a longer one its length alone.
inline constexpr std::size_t trace_body_bytes_max = 1024 * 1024;
/// Of a whole file, without its last line.
inline constexpr std::uint64_t trace_bytes_max = 64ULL * 1024 * 1024;

struct TraceHead {
  std::string user;  // empty where content is left out
  bool full = false;
  Time begun{};
};

/// What requests and answers have in common.
struct TracedMessage {
  std::uint64_t number = 0;  // the same of a request and its answer; from 1 on
  Time time{};
  std::vector<http::Header> headers;
  std::uint64_t bytes = 0;          // of the body
  std::string text;                 // the body for people: wbxml/text.hpp, or what it is
  std::optional<std::string> body;  // as it was, without passwords
};

struct TracedRequest : TracedMessage {
  std::string device, command, method, target;
};

struct TracedAnswer : TracedMessage {
  std::chrono::milliseconds took{};
  int http = 0;
  std::string status;  // the first of the document; empty = there is none
};

struct TraceEnd {
  Time time{};
  std::string why;  // "off", "time", "size", "stop", "disk"
};

using TraceLine = std::variant<TraceHead, TracedRequest, TracedAnswer, TraceEnd>;

/// With its end of line.
std::string write_line(const TraceLine& line);
/// Errors: malformed, with what is missing or wrong.
Result<TraceLine> read_line(std::string_view line);

struct TraceFile {
  TraceHead head;
  std::vector<TraceLine> lines;  // without the head
};
/// Errors: malformed, too_large, unsupported (another format), with the line's number. A last line
/// without its end is left out: it was being written.
Result<TraceFile> read_trace(std::istream& in);
Result<TraceFile> read_trace_file(const std::string& file);

/// For people.
std::string text_of(const TraceFile& trace);

/// 2026-11-23T12:19:41.021Z.
std::string trace_time(Time time);

}  // namespace godwit::client
