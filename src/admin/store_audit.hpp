/// The audit log in the store.
#pragma once

#include "admin/operations.hpp"
#include "store/store.hpp"

namespace godwit::admin {

class StoreAudit final : public Audit {
 public:
  StoreAudit(store::Store& store, const Clock& clock, Random& random)
      : store_(store), clock_(clock), random_(random) {}

  Task<std::vector<policy::AuditEntry>> list(AuditQuery query) override;
  Task<> add(policy::AuditEntry entry) override;
  /// What an order's own commit takes along.
  store::Write write(policy::AuditEntry entry);
  /// Removes entries from before `before`; how many.
  Task<std::size_t> expire(Time before);

 private:
  store::Store& store_;
  const Clock& clock_;
  Random& random_;
};

}  // namespace godwit::admin
