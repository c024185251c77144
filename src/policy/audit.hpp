/// The audit log: what was decided about devices and users, by whom, and what became of it. Entries
/// are records of their own (store::Kind::audit), written once, with the change that they tell of
/// in one commit where that is a change of the same store; only age takes them away.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "store/store.hpp"

namespace godwit::policy {

struct AuditEntry {
  Time time{};
  std::string action{};   // "device.wipe", "wipe.delivered"; a fixed set of words
  std::string by{};       // who decided: a person, "device", "rules"
  std::string address{};  // where from; empty where that has none
  std::string user{};
  std::string device{};
  std::string details{};
  bool done = true;  // false: it was asked for and refused
  friend bool operator==(const AuditEntry&, const AuditEntry&) = default;
};

/// `number` tells entries of one moment apart: random. All text is made printable
/// (base/printable.hpp), so that no field can pass for another line or entry.
store::Write audit_write(const AuditEntry& entry, std::uint64_t number);
/// Names of entries of that time and later are above it.
std::string audit_name(Time time);
Result<AuditEntry> unpack_audit(std::string_view bytes);

}  // namespace godwit::policy
