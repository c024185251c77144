/// The arguments of an operation, as they came: what is missing or of another type is an error that
/// names it. For the files of this module.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "admin/operations.hpp"

namespace godwit::admin {

/// Empty where it may be absent.
Result<std::string> text(const nlohmann::json& arguments, std::string_view name,
                         bool required = true);
/// Empty where it is absent.
Result<std::vector<std::string>> texts(const nlohmann::json& arguments, std::string_view name);
/// 0 where it is absent.
Result<std::uint64_t> number(const nlohmann::json& arguments, std::string_view name);
/// False where it is absent.
Result<bool> flag(const nlohmann::json& arguments, std::string_view name);

/// "user" and "device".
Result<DeviceName> device_name(const nlohmann::json& arguments);
/// "user"; nothing where it is absent or empty.
Result<std::optional<UserId>> user_name(const nlohmann::json& arguments);

/// What is there only where the store can be used.
template <class T>
Result<T*> of_store(T* place) {
  if (place != nullptr) return place;
  return fail(Errc::unsupported, "the store cannot be used; see `godwit schema status`");
}

/// Of what has no result of its own.
Result<nlohmann::json> nothing(const Result<>& done);
/// Seconds since 1970.
nlohmann::json seconds_of(Time time);

struct Operation {
  std::string_view name;
  Task<Result<nlohmann::json>> (*run)(Operations::Parts&, nlohmann::json);
};

std::span<const Operation> app_password_operations();
std::span<const Operation> policy_operations();
std::span<const Operation> audit_operations();
std::span<const Operation> log_operations();
std::span<const Operation> activity_operations();
std::span<const Operation> profile_operations();
std::span<const Operation> repair_operations();
std::span<const Operation> trace_operations();

/// What the audit log says of an operation; without its result.
policy::AuditEntry audit_entry(const Caller& caller, std::string_view operation,
                               const nlohmann::json& arguments);
/// False for what only reads, and for orders about devices that were done: those make their own
/// entry.
bool is_audited(std::string_view operation, bool done);
std::span<const Operation> share_operations();

}  // namespace godwit::admin
