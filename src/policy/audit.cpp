#include "policy/audit.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/pack.hpp"
#include "base/printable.hpp"

namespace godwit::policy {
namespace {

constexpr std::uint64_t format = 1;

}  // namespace

std::string audit_name(Time time) {
  const auto stamp = std::max<std::int64_t>(time.time_since_epoch().count(), 0);
  return fmt::format("{:016x}", stamp);
}

store::Write audit_write(const AuditEntry& entry, std::uint64_t number) {
  Packer out;
  out.number(format);
  out.signed_number(entry.time.time_since_epoch().count());
  for (const std::string* text :
       {&entry.action, &entry.by, &entry.address, &entry.user, &entry.device, &entry.details}) {
    out.text(printable(*text));
  }
  out.boolean(entry.done);
  store::Key key{"", store::Kind::audit, fmt::format("{}-{:016x}", audit_name(entry.time), number)};
  return {std::move(key), 0, std::move(out).bytes()};
}

Result<AuditEntry> unpack_audit(std::string_view bytes) {
  Unpacker in(bytes);
  if (in.number() != format) return fail(Errc::unsupported, "audit entry of another format");
  AuditEntry entry;
  entry.time = Time(std::chrono::milliseconds(in.signed_number()));
  for (std::string* text :
       {&entry.action, &entry.by, &entry.address, &entry.user, &entry.device, &entry.details}) {
    *text = in.text();
  }
  entry.done = in.boolean();
  if (auto whole = in.finish(); !whole) return pass(whole);
  return entry;
}

}  // namespace godwit::policy
