/// When the embedded store's users are free: from their calendars.
#pragma once

#include <memory>

#include "backend/free_busy.hpp"
#include "backend/local/local.hpp"

namespace godwit::backend {

/// Everybody in the store may know of everybody in it; of others nobody knows. What is declined,
/// cancelled or shown as free takes no time.
class LocalFreeBusy final : public FreeBusy {
 public:
  explicit LocalFreeBusy(const LocalStore& store);
  Task<std::vector<FreeBusyAnswer>> ask(Account asker, std::vector<std::string> addresses,
                                        Time from, Time to) override;

 private:
  std::shared_ptr<local::Core> core_;
};

}  // namespace godwit::backend
