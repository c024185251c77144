#include "command/request_log.hpp"

#include <fmt/format.h>

#include <chrono>
#include <iterator>
#include <variant>

#include "base/log.hpp"
#include "base/log_levels.hpp"
#include "command/running.hpp"
#include "command/tally.hpp"
#include "eas/version.hpp"

namespace godwit::command {
namespace {

constexpr Log logger("request");
using backend::Spent;

std::int64_t milliseconds(Spent::Steady::duration time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
}

/// One branch of the tree; `out` grows by nothing when it took no time.
void add_branch(std::string& out, std::string_view name, Spent::Steady::duration time,
                std::string_view within = {}) {
  if (milliseconds(time) == 0) return;
  fmt::format_to(std::back_inserter(out), "{}{}:{}{}", out.empty() ? "" : ",", name,
                 milliseconds(time), within);
}

/// The calls of one backend; the value is their time.
Spent::Steady::duration add_backend(std::string& out, std::string_view name, const Spent* spent) {
  if (spent == nullptr) return {};
  Spent::Steady::duration sum{};
  std::string calls;
  for (const Spent::Row& row : spent->rows()) {
    sum += row.time;
    if (milliseconds(row.time) == 0) continue;
    fmt::format_to(std::back_inserter(calls), "{}{}:{}/{}", calls.empty() ? "(" : ",", row.name,
                   milliseconds(row.time), row.calls);
  }
  if (!calls.empty()) calls += ')';
  add_branch(out, name, sum, calls);
  return sum;
}

std::string_view name_of(watch::Wake wake) {
  switch (wake) {
    case watch::Wake::timed_out:
      return "timed_out";
    case watch::Wake::changed:
      return "changed";
    case watch::Wake::hierarchy:
      return "hierarchy";
    case watch::Wake::superseded:
      return "superseded";
    case watch::Wake::policy:
      return "policy";
    case watch::Wake::shutdown:
      return "shutdown";
  }
  return "changed";
}

std::uint32_t sum(const Tally& tally) {
  return tally.added + tally.changed + tally.deleted + tally.fetched;
}

}  // namespace

std::chrono::milliseconds backend_time(const Session& session) {
  Spent::Steady::duration sum{};
  for (const Spent* const each :
       {session.mail_spent(), session.items_spent(), &session.submission_spent()}) {
    if (each == nullptr) continue;
    for (const Spent::Row& row : each->rows()) sum += row.time;
  }
  return std::chrono::duration_cast<std::chrono::milliseconds>(sum);
}

std::string text(const TimeTree& tree) {
  std::string out;
  Spent::Steady::duration known{};
  if (tree.before != nullptr) {
    for (const Spent::Row& row : tree.before->rows()) {
      add_branch(out, row.name, row.time);
      known += row.time;
    }
  }
  known += add_backend(out, "mail", tree.mail);
  known += add_backend(out, "items", tree.items);
  known += add_backend(out, "submission", tree.submission);
  if (known < tree.total) add_branch(out, "rest", tree.total - known);
  return out.empty() ? "0" : out;
}

void RequestLog::begin(const Session& session, const Command& command) {
  user_ = session.account.user;
  device_ = session.device_id;
  command_ = command.name;
}

void RequestLog::write(const Session& session, const http::Outcome& outcome, int status,
                       std::optional<watch::Wake> woken) const {
  if (!user_ || !device_) return;
  const auto* const reply = std::get_if<http::Reply>(&outcome);
  if (status == 0 && reply != nullptr) status = reply->status;
  const auto took = Spent::Steady::now() - began_;
  session.services.running.recent().add(
      *user_, *device_,
      {.command = command_,
       .when = session.now(),
       .took = std::chrono::duration_cast<decltype(PastRequest::took)>(took),
       .status = status,
       .woken = woken.has_value(),
       .asked = sum(session.asked),
       .sent = sum(session.sent)});
  if (woken) {
    session.services.running.traffic().woken(
        session.now(), std::chrono::duration_cast<std::chrono::milliseconds>(took));
  }
  if (!is_shown("request", LogLevel::info)) return;
  const std::string status_name = status == 0 ? "parked" : std::to_string(status);
  const std::uint64_t bytes_out =
      reply != nullptr && reply->body != nullptr ? reply->body->size() : 0;
  const std::string spent = text({.before = &spent_,
                                  .mail = session.mail_spent(),
                                  .items = session.items_spent(),
                                  .submission = &session.submission_spent(),
                                  .total = took});
  if (woken) {
    logger.info("woken", {{"user", *user_},
                          {"device", *device_},
                          {"command", command_},
                          {"version", to_string(session.version)},
                          {"by", name_of(*woken)},
                          {"outcome", outcome_},
                          {"status", status_name},
                          {"out", text(session.sent)},
                          {"bytes_out", bytes_out},
                          {"ms", milliseconds(took)},
                          {"spent", spent}});
    return;
  }
  logger.info("request", {{"user", *user_},
                          {"device", *device_},
                          {"command", command_},
                          {"version", to_string(session.version)},
                          {"outcome", outcome_},
                          {"status", status_name},
                          {"in", text(session.asked)},
                          {"out", text(session.sent)},
                          {"bytes_in", session.request.body->size()},
                          {"bytes_out", bytes_out},
                          {"ms", milliseconds(took)},
                          {"spent", spent}});
}

}  // namespace godwit::command
