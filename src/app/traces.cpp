#include "app/traces.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <span>
#include <string_view>
#include <utility>

#include "app/trace_text.hpp"
#include "base/fault.hpp"
#include "base/log.hpp"
#include "base/log_levels.hpp"
#include "base/text.hpp"
#include "client/trace_file.hpp"
#include "eas/request_line.hpp"

namespace godwit::app {
namespace {

constexpr Log log("trace");
constexpr std::string_view decoded_name = "request.decoded";
constexpr std::string_view content_name = "request.content";
constexpr Log decoded("request.decoded");
constexpr Log content("request.content");

/// Nothing that says who somebody is, or proves it.
constexpr auto request_headers =
    std::to_array<std::string_view>({"accept-language", "content-type", "ms-asacceptmultipart",
                                     "ms-asprotocolversion", "user-agent", "x-ms-policykey"});
constexpr auto reply_headers = std::to_array<std::string_view>(
    {"content-type", "ms-asprotocolcommands", "ms-asprotocolversions", "ms-server-activesync",
     "retry-after", "x-ms-rp"});

std::vector<http::Header> chosen(const std::vector<http::Header>& headers,
                                 std::span<const std::string_view> names) {
  std::vector<http::Header> out;
  for (const http::Header& each : headers) {
    if (std::ranges::find(names, ascii_lower(each.name)) != names.end()) out.push_back(each);
  }
  return out;
}

std::string_view header_of(const http::Reply& reply, std::string_view name) {
  for (const http::Header& each : reply.headers) {
    if (iequals(each.name, name)) return each.value;
  }
  return {};
}

std::string_view bytes_of(const std::shared_ptr<const http::Body>& body) {
  return body ? body->view() : std::string_view();
}

/// The user's name stands in the plain form.
std::string target_without_user(const http::Request& request,
                                const Result<eas::RequestLine>& line) {
  if (request.query.empty()) return request.path;
  if (!line) return fmt::format("{}?({} bytes)", request.path, request.query.size());
  eas::RequestLine shown = *line;
  shown.user.clear();
  return request.path + '?' + eas::format_request_line(shown);
}

client::TracedRequest request_line(const http::Request& request, Detail detail) {
  const auto line = eas::parse_request_line(request.query);
  client::TracedRequest out;
  if (line && line->device_id) out.device = line->device_id->str();
  out.command = request.method == "OPTIONS" ? "OPTIONS" : line ? line->command : "";
  out.method = request.method;
  out.target = detail == Detail::full ? request.target : target_without_user(request, line);
  out.headers = chosen(request.headers, request_headers);
  const std::string_view body = bytes_of(request.body);
  out.bytes = body.size();
  auto shown = show_body(body, request.header("content-type"), detail);
  out.text = std::move(shown.text);
  out.body = std::move(shown.body);
  return out;
}

client::TracedAnswer answer_line(const http::Reply& reply, Detail detail) {
  client::TracedAnswer out;
  out.http = reply.status;
  out.headers = chosen(reply.headers, reply_headers);
  const std::string_view body = bytes_of(reply.body);
  out.bytes = body.size();
  auto shown = show_body(body, header_of(reply, "content-type"), detail);
  out.text = std::move(shown.text);
  out.status = std::move(shown.status);
  out.body = std::move(shown.body);
  return out;
}

}  // namespace

/// One file. Whoever still has it when it has ended writes nothing more.
class UserTrace {
 public:
  UserTrace(const admin::TraceOrder& order, std::string file, std::unique_ptr<FileWriter> writer,
            const Clock& clock)
      : clock_(clock),
        writer_(std::move(writer)),
        seen_{.user = order.user,
              .file = std::move(file),
              .full = order.full,
              .ends = clock.now() + order.lasts} {
    write(client::TraceHead{.user = order.full ? order.user.str() : std::string(),
                            .full = order.full,
                            .begun = clock.now()});
  }

  const admin::Trace& seen() const { return seen_; }
  bool is_over() const { return !writer_ || clock_.now() >= seen_.ends; }
  Detail detail() const { return seen_.full ? Detail::full : Detail::redacted; }

  std::uint64_t write_request(client::TracedRequest line) {
    line.number = ++seen_.requests;
    line.time = clock_.now();
    write(line);
    return line.number;
  }
  void write_answer(client::TracedAnswer line) { write(line); }

  void end(std::string_view why) {
    if (!writer_) return;
    append(client::write_line(client::TraceEnd{.time = clock_.now(), .why = std::string(why)}));
    writer_.reset();
    log.info(
        "ended",
        {{"user", seen_.user}, {"file", seen_.file}, {"why", why}, {"requests", seen_.requests}});
  }

 private:
  void write(const client::TraceLine& line) {
    if (!writer_) return;
    const std::string text = client::write_line(line);
    if (seen_.bytes + text.size() > client::trace_bytes_max) {
      end("size");
    } else {
      append(text);
    }
  }

  void append(const std::string& text) {
    try {
      writer_->append(text);
      seen_.bytes += text.size();
    } catch (const Fault& fault) {
      log.warning("failed", {{"file", seen_.file}, {"why", fault.what()}});
      writer_.reset();
    }
  }

  const Clock& clock_;
  std::unique_ptr<FileWriter> writer_;  // null: it has ended
  admin::Trace seen_;
};

namespace {

/// Which loggers show requests.
struct Loggers {
  bool decoded = is_shown(decoded_name, LogLevel::debug);
  bool content = is_shown_by_name(content_name, LogLevel::debug);
};

std::string what(const client::TracedRequest& line) {
  return fmt::format("{} of {}", line.command, line.device);
}

std::string what(const client::TracedAnswer& line) {
  return line.status.empty() ? fmt::format("HTTP {}", line.http)
                             : fmt::format("HTTP {}, status {}", line.http, line.status);
}

/// Lines of a log are read whole by others.
constexpr std::size_t logged_bytes_max = 16UL * 1024;

template <class Line>
void log_line(Loggers loggers, const UserId& user, std::string_view event,
              const std::function<Line(Detail)>& make) {
  const auto write = [&](const Log& logger, Detail detail) {
    const Line line = make(detail);
    const auto text = utf8_prefix(line.text, logged_bytes_max);
    logger.debug(event,
                 {{"user", user}, {"what", what(line)}, {"bytes", line.bytes}, {"body", text}});
  };
  if (loggers.decoded) write(decoded, Detail::redacted);
  if (loggers.content) write(content, Detail::full);
}

class Watched final : public command::Tracer::Exchange {
 public:
  Watched(const Clock& clock, UserId user, std::shared_ptr<UserTrace> trace,
          const http::Request& request)
      : clock_(clock), user_(std::move(user)), trace_(std::move(trace)), began_(clock.now()) {
    const auto make = [&](Detail detail) { return request_line(request, detail); };
    if (trace_) number_ = trace_->write_request(make(trace_->detail()));
    log_line<client::TracedRequest>({}, user_, "request", make);
  }

  void answered(const http::Reply& reply) override {
    const auto make = [&](Detail detail) { return answer_line(reply, detail); };
    log_line<client::TracedAnswer>({}, user_, "answer", make);
    if (!trace_) return;
    client::TracedAnswer line = make(trace_->detail());
    line.number = number_;
    line.time = clock_.now();
    line.took = std::max(line.time - began_, std::chrono::milliseconds(0));
    trace_->write_answer(std::move(line));
  }

 private:
  const Clock& clock_;
  UserId user_;
  std::shared_ptr<UserTrace> trace_;  // null: only a log looks
  Time began_;
  std::uint64_t number_ = 0;
};

}  // namespace

Traces::Traces(const Clock& clock, FileLayer& files, std::string folder)
    : clock_(clock), files_(files), folder_(std::move(folder)) {}

Traces::~Traces() { stop(); }

void Traces::stop() {
  for (const auto& [user, trace] : running_) trace->end("stop");
  running_.clear();
}

Result<admin::Trace> Traces::begin(admin::TraceOrder order) {
  sweep();
  if (running_.contains(order.user)) {
    return fail(Errc::conflict, "this user is traced already; see `godwit trace list`");
  }
  if (running_.size() >= running_max) {
    return fail(Errc::too_large,
                fmt::format("{} users are traced already; end one of them", running_max));
  }
  try {
    files_.make_folders(folder_);
    if (files_.list(folder_).size() >= kept_max) {
      return fail(Errc::too_large,
                  fmt::format("{} has {} files; remove some of them", folder_, kept_max));
    }
    std::string file;
    do {
      file = fmt::format("{}/{:%Y%m%dT%H%M%S}-{}.jsonl", folder_,
                         std::chrono::floor<std::chrono::seconds>(clock_.now()), next_++);
    } while (files_.exists(file));
    auto writer = files_.create(file);
    auto trace = std::make_shared<UserTrace>(order, file, std::move(writer), clock_);
    if (trace->is_over()) return fail(Errc::refused, file + ": nothing can be written");
    running_.emplace(order.user, trace);
    log.info("begun", {{"user", order.user}, {"file", file}, {"full", order.full}});
    return trace->seen();
  } catch (const Fault& fault) {
    return fail(Errc::refused, fault.what());
  }
}

Result<admin::Trace> Traces::end(const UserId& user) {
  sweep();
  const auto found = running_.find(user);
  if (found == running_.end()) return fail(Errc::not_found, "this user is not traced");
  const auto trace = found->second;
  running_.erase(found);
  trace->end("off");
  return trace->seen();
}

std::vector<admin::Trace> Traces::list() {
  sweep();
  std::vector<admin::Trace> out;
  out.reserve(running_.size());
  for (const auto& [user, trace] : running_) out.push_back(trace->seen());
  return out;
}

void Traces::sweep() {
  std::erase_if(running_, [](const auto& each) {
    if (!each.second->is_over()) return false;
    each.second->end("time");
    return true;
  });
}

std::unique_ptr<command::Tracer::Exchange> Traces::begin(const UserId& user,
                                                         const http::Request& request) {
  std::shared_ptr<UserTrace> trace;
  if (!running_.empty()) {
    const auto found = running_.find(user);
    if (found != running_.end() && !found->second->is_over()) trace = found->second;
  }
  const Loggers loggers;
  if (!trace && !loggers.decoded && !loggers.content) return nullptr;
  return std::make_unique<Watched>(clock_, user, std::move(trace), request);
}

}  // namespace godwit::app
