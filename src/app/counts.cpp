#include "app/counts.hpp"

#include <string>

namespace godwit::app {
namespace {

constexpr metrics::Name request_seconds{
    "godwit_request_seconds",
    "Requests of devices until they were answered or parked, by command and status"};
constexpr metrics::Name backend_seconds{"godwit_backend_seconds",
                                        "Answered calls of the systems behind the server"};
constexpr metrics::Name backend_faults{"godwit_backend_faults_total",
                                       "Calls of the systems behind the server that failed"};

constexpr int other_status = -1;

std::string status_text(int status) {
  if (status == 0) return "parked";
  return status == other_status ? "other" : std::to_string(status);
}

std::string_view name_of(Fault::Kind kind) {
  switch (kind) {
    case Fault::Kind::unavailable:
      return "unavailable";
    case Fault::Kind::timed_out:
      return "timed_out";
    case Fault::Kind::sign_in_failed:
      return "sign_in_failed";
    case Fault::Kind::quota:
      return "quota";
    case Fault::Kind::corrupt:
      return "corrupt";
    case Fault::Kind::busy:
      return "busy";
  }
  return "unavailable";
}

}  // namespace

RequestCounts::Moment RequestCounts::now() {
  return BackendCounts::Steady::now().time_since_epoch().count();
}

void RequestCounts::ended(const command::RequestFacts& facts, Moment began) {
  std::pair key{facts.command, facts.status};
  if (all_.size() >= series_max && !all_.contains(key)) key.second = other_status;
  all_[key].add(BackendCounts::Steady::duration(now() - began));
  if (traffic_ != nullptr) traffic_->ended(clock_->now(), facts.status);
}

void RequestCounts::write(metrics::Page& page) const {
  for (const auto& [key, took] : all_) {
    page.latency(request_seconds,
                 {{"command", std::string(key.first)}, {"status", status_text(key.second)}}, took);
  }
}

void BackendCounts::write(metrics::Page& page, std::string_view backend) const {
  for (const auto& [name, operation] : all_) {
    const metrics::Labels labels{{"backend", std::string(backend)},
                                 {"operation", std::string(name)}};
    page.latency(backend_seconds, labels, operation.took);
    for (const auto& [kind, count] : operation.faults) {
      metrics::Labels of_kind = labels;
      of_kind.push_back({"kind", std::string(name_of(kind))});
      page.counter(backend_faults, std::move(of_kind), static_cast<double>(count));
    }
  }
}

}  // namespace godwit::app
