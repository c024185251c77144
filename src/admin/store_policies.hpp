/// The policies of the configuration, and what an administrator assigned on top, kept in the store.
#pragma once

#include <functional>

#include "admin/operations.hpp"
#include "policy/book.hpp"
#include "store/store.hpp"

namespace godwit::admin {

class StorePolicies final : public Policies {
 public:
  struct Surroundings {
    /// As configured now.
    std::function<const policy::Book&()> book;
    /// Which is the user's, and why, with what is assigned.
    std::function<Task<policy::Choice>(UserId, std::string)> choose;
    /// Told of each device of a user whose policy is another one now.
    std::function<void(const UserId&, const DeviceId&)> changed;
  };
  StorePolicies(store::Store& store, Surroundings around)
      : store_(store), around_(std::move(around)) {}

  Task<std::vector<Policy>> list() override;
  Task<Answer> of_user(UserId user) override;
  Task<Result<>> assign(UserId user, std::string name) override;

 private:
  store::Store& store_;
  Surroundings around_;
};

}  // namespace godwit::admin
