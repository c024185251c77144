#include "admin/store_audit.hpp"

#include <deque>
#include <utility>

#include "base/fault.hpp"

namespace godwit::admin {
namespace {

using store::Kind;

constexpr std::size_t page_records = 500;

bool is_asked_for(const policy::AuditEntry& entry, const AuditQuery& query) {
  return (query.user.empty() || entry.user == query.user) &&
         (query.device.empty() || entry.device == query.device);
}

}  // namespace

Task<std::vector<policy::AuditEntry>> StoreAudit::list(AuditQuery query) {
  std::deque<policy::AuditEntry> newest;
  std::string after = query.since ? policy::audit_name(*query.since) : std::string();
  for (;;) {
    const auto page = co_await store_.list("", Kind::audit, "", after, page_records);
    for (const store::Record& record : page) {
      auto entry = policy::unpack_audit(record.value);
      if (!entry || !is_asked_for(*entry, query)) continue;
      newest.push_back(std::move(*entry));
      if (newest.size() > query.entries_max) newest.pop_front();
    }
    if (page.size() < page_records) break;
    after = page.back().key.name;
  }
  co_return std::vector<policy::AuditEntry>(std::make_move_iterator(newest.begin()),
                                            std::make_move_iterator(newest.end()));
}

store::Write StoreAudit::write(policy::AuditEntry entry) {
  entry.time = clock_.now();
  return policy::audit_write(entry, random_.next());
}

Task<> StoreAudit::add(policy::AuditEntry entry) {
  std::vector<store::Write> batch;
  batch.push_back(write(std::move(entry)));
  if (!co_await store_.commit(std::move(batch))) {
    throw Fault(Fault::Kind::busy, "the audit log could not be written");
  }
}

Task<std::size_t> StoreAudit::expire(Time before) {
  std::size_t removed = 0;
  for (;;) {
    const auto page = co_await store_.list("", Kind::audit, "", "", page_records);
    std::vector<store::Write> batch;
    for (const store::Record& record : page) {
      if (record.key.name < policy::audit_name(before)) {
        batch.push_back({record.key, std::nullopt, std::nullopt});
      }
    }
    const std::size_t old = batch.size();
    if (old == 0 || !co_await store_.commit(std::move(batch))) co_return removed;
    removed += old;
    if (old < page_records) co_return removed;
  }
}

}  // namespace godwit::admin
