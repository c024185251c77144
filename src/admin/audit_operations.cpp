#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "admin/arguments.hpp"

namespace godwit::admin {
namespace {

using nlohmann::json;
using Parts = Operations::Parts;

constexpr std::uint64_t entries_max = 10'000;

/// What is asked for once and changes nothing. A recovery password that was shown is worth an
/// entry.
constexpr auto reading = std::to_array<std::string_view>(
    {"app_password.list", "audit.list",  "device.dry_run", "device.list", "device.why",
     "group.list",        "group.show",  "item.removed",   "log.levels",  "policy.dry_run",
     "policy.list",       "policy.show", "profile.list",   "push.list",   "queue.list",
     "request.list",      "share.list",  "status",         "trace.list",  "user.list",
     "user.show"});

json to_json(const policy::AuditEntry& entry) {
  return {{"time", entry.time.time_since_epoch().count()},
          {"action", entry.action},
          {"by", entry.by},
          {"address", entry.address},
          {"user", entry.user},
          {"device", entry.device},
          {"details", entry.details},
          {"done", entry.done}};
}

Task<Result<json>> audit_list(Parts& parts, json arguments) {
  const auto audit = of_store(parts.audit);
  if (!audit) co_return pass(audit);
  auto user = text(arguments, "user", false);
  if (!user) co_return pass(user);
  auto device = text(arguments, "device", false);
  if (!device) co_return pass(device);
  const auto since = number(arguments, "since");
  if (!since) co_return pass(since);
  const auto most = number(arguments, "entries_max");
  if (!most) co_return pass(most);
  AuditQuery query{.user = std::move(*user), .device = std::move(*device)};
  constexpr std::uint64_t year_10000 = 253'402'300'800;
  if (*since > year_10000) co_return fail(Errc::out_of_range, "argument 'since' is too far away");
  if (*since > 0) query.since = Time(std::chrono::seconds(*since));
  if (*most > 0) query.entries_max = static_cast<std::size_t>(std::min(*most, entries_max));
  json rows = json::array();
  for (const policy::AuditEntry& entry : co_await (*audit)->list(std::move(query))) {
    rows.push_back(to_json(entry));
  }
  co_return json{{"entries", std::move(rows)}};
}

constexpr auto operations = std::to_array<Operation>({{"audit.list", &audit_list}});

/// The first of these arguments that is there says whom it is about.
std::string subject(const json& arguments) {
  for (const char* name : {"user", "login", "address", "owner"}) {
    const auto found = arguments.find(name);
    if (found != arguments.end() && found->is_string()) return found->get<std::string>();
  }
  return {};
}

}  // namespace

std::span<const Operation> audit_operations() { return operations; }

policy::AuditEntry audit_entry(const Caller& caller, std::string_view operation,
                               const json& arguments) {
  policy::AuditEntry entry;
  entry.action = std::string(operation);
  entry.by = caller.name;
  entry.address = caller.address;
  entry.user = subject(arguments);
  if (const auto found = arguments.find("device"); found != arguments.end() && found->is_string()) {
    entry.device = found->get<std::string>();
  }
  for (const char* name : {"policy", "mail", "with", "logger"}) {
    const auto found = arguments.find(name);
    if (found != arguments.end() && found->is_string()) entry.details = found->get<std::string>();
  }
  if (const auto found = arguments.find("dry_run"); found != arguments.end() && *found == true) {
    entry.details = "dry run";
  }
  if (const auto found = arguments.find("full"); found != arguments.end() && *found == true) {
    entry.details = "with content";
  }
  return entry;
}

bool is_audited(std::string_view operation, bool done) {
  if (std::ranges::find(reading, operation) != reading.end()) return false;
  // Saved with its own entry, in one commit.
  const bool of_policy = operation == "policy.set" || operation == "policy.remove";
  return !done || (!of_policy && !operation.starts_with("device.")) || operation == "device.show";
}

}  // namespace godwit::admin
