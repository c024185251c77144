/// The policies of the configuration and those of the store, and what an administrator assigned on
/// top, kept in the store.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "admin/policy_editor.hpp"
#include "admin/store_audit.hpp"
#include "policy/book.hpp"
#include "store/store.hpp"

namespace godwit::admin {

class StorePolicies final : public Policies, public PolicyEditor {
 public:
  struct Surroundings {
    /// As it counts now, with those of the store.
    std::function<const policy::Book&()> book;
    /// The configuration's alone.
    std::function<const policy::Book&()> configured;
    /// Which of these is the user's, and why, with what is assigned.
    std::function<Task<policy::Choice>(policy::Book, UserId, std::string)> choose;
    /// Told of each device of a user whose policy is another one now.
    std::function<void(const UserId&, const DeviceId&)> changed;
    /// Told what the store has, whenever that was read.
    std::function<void(std::vector<policy::PolicyRef>)> stored;
    /// Devices with a request that is held now.
    std::function<std::vector<DeviceName>()> waiting;
  };
  StorePolicies(store::Store& store, StoreAudit& audit, Surroundings around)
      : store_(store), audit_(audit), around_(std::move(around)) {}

  Task<std::vector<Policy>> list() override;
  Task<std::vector<ListedPolicy>> rows() override;
  Task<Answer> of_user(UserId user) override;
  Task<Result<>> assign(UserId user, std::string name) override;
  Task<Result<std::string>> save(Policy draft, PolicyOrder order) override;
  Task<Result<>> remove(PolicyOrder order) override;
  Task<Result<PolicyForecast>> forecast(Policy draft, bool removed) override;

  /// Reads what the store has; another node may have changed it. Throws Fault.
  Task<> load();

 private:
  Task<std::vector<store::Record>> records();
  Task<> look_at_devices(policy::Book now, policy::Book then, const policy::Policy& wanted,
                         PolicyForecast& out);
  Task<std::string> assigned_to(UserId user);
  /// The record and its audit entries; false: another revision.
  Task<bool> commit(store::Write write, std::string action, const PolicyOrder& order,
                    std::vector<std::string> changes);

  store::Store& store_;
  StoreAudit& audit_;
  Surroundings around_;
  std::uint64_t loads_begun_ = 0, load_known_ = 0;  // an older answer never replaces a newer one
  std::size_t unreadable_ = 0;
};

}  // namespace godwit::admin
