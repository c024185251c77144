/// The devices of the store, as an administrator sees and orders them about.
#pragma once

#include <functional>

#include "admin/importer.hpp"
#include "admin/store_audit.hpp"
#include "policy/device.hpp"
#include "profile/profiles.hpp"
#include "store/store.hpp"

namespace godwit::admin {

class StoreDevices final : public Devices, public Importer {
 public:
  /// `changed` is told after an order, so that what the device waits for ends and what is
  /// remembered of it is forgotten.
  using Changed = std::function<void(const UserId&, const DeviceId&)>;
  /// `profiles`: of the clients, as they are now.
  using ProfilesNow = std::function<profile::ProfilesRef()>;
  StoreDevices(store::Store& store, StoreAudit& audit, const Clock& clock, Changed changed,
               ProfilesNow profiles = &profile::shipped_profiles)
      : store_(store),
        audit_(audit),
        clock_(clock),
        changed_(std::move(changed)),
        profiles_(std::move(profiles)) {}

  Task<std::vector<Device>> list(std::optional<UserId> user) override;
  Task<Result<Device>> show(UserId user, DeviceId device) override;
  Task<Result<>> wipe(Order order, policy::WipeScope scope) override;
  Task<Result<>> release(Order order) override;
  Task<Result<>> allow(Order order) override;
  Task<Result<>> block(Order order) override;
  Task<Result<>> unblock(Order order) override;
  Task<Result<>> set_profile(Order order, std::string name) override;
  profile::ProfilesRef profiles() const override { return profiles_(); }
  Task<Result<>> resync(Order order) override;
  Task<Result<>> forget(Order order) override;
  Task<Result<Taken>> take_over(FormerDevice former, bool dry_run) override;

 private:
  using Edit = std::function<Result<>(policy::Device&, const Order&, Time now)>;
  /// `action`: what the audit log calls it.
  Task<Result<>> edit(Order order, std::string action, Edit change);
  store::Write entry(const Order& order, std::string action, std::string details);
  /// Removals of all that is remembered of what the device holds.
  Task<std::vector<store::Write>> relationships(const Order& order);

  store::Store& store_;
  StoreAudit& audit_;
  const Clock& clock_;
  Changed changed_;
  ProfilesNow profiles_;
};

}  // namespace godwit::admin
