/// The devices of the store, as an administrator sees and orders them about.
#pragma once

#include <functional>

#include "admin/operations.hpp"
#include "policy/device.hpp"
#include "store/store.hpp"

namespace godwit::admin {

class StoreDevices final : public Devices {
 public:
  /// `changed` is told after an order, so that what the device waits for ends and what is
  /// remembered of it is forgotten.
  using Changed = std::function<void(const UserId&, const DeviceId&)>;
  StoreDevices(store::Store& store, const Clock& clock, Changed changed)
      : store_(store), clock_(clock), changed_(std::move(changed)) {}

  Task<std::vector<Device>> list(std::optional<UserId> user) override;
  Task<Result<Device>> show(UserId user, DeviceId device) override;
  Task<Result<>> wipe(UserId user, DeviceId device, policy::WipeScope scope) override;
  Task<Result<>> unblock(UserId user, DeviceId device) override;
  Task<Result<>> block(UserId user, DeviceId device) override;
  Task<Result<>> resync(UserId user, DeviceId device) override;

 private:
  using Edit = std::function<Result<>(policy::Device&, Time now)>;
  Task<Result<>> edit(UserId user, DeviceId device, Edit change);

  store::Store& store_;
  const Clock& clock_;
  Changed changed_;
};

}  // namespace godwit::admin
