/// What an administrator can do about the policies of the store (policy/stored_policy.hpp).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "admin/arguments.hpp"
#include "admin/operations.hpp"

namespace godwit::admin {

struct ListedPolicy : Policy {
  std::string edition{};    // of the store's, what it says; empty: the configuration's
  bool overridden = false;  // the store's, of a name that the configuration has: counts for nobody
};

/// What a policy would change, were it saved.
struct PolicyForecast {
  std::vector<std::pair<std::string, std::string>> problems{};  // key, what; then all else is empty
  /// A device whose policy would be another one, or would ask for something else.
  struct Row {
    UserId user;
    DeviceId device;
    std::string type{}, version{};
    std::string now{}, then{};  // names of policies
    bool asked = false;         // would have to fetch it before anything else
    bool waits = false;         // has a request that is held now, which would end
  };
  std::vector<Row> rows{};  // the first `rows_max`
  std::size_t users = 0, devices = 0, asked = 0, waiting = 0;
  /// Of a version that some of the devices speak: what of the policy they are not sent.
  struct Unknown {
    std::string version{};
    std::size_t devices = 0;
    std::vector<std::string> settings{};
  };
  std::vector<Unknown> unknown{};
  std::vector<std::string> changes{};  // "mode strict -> loose"

  static constexpr std::size_t rows_max = 200;
};

/// What is to be done with a policy of the store, at whose word.
struct PolicyOrder {
  std::string name;
  /// What it was when it was looked at, empty = there was none; nothing: whatever it is.
  std::optional<std::string> edition{};
  Caller by{};
};

/// Errors: not_found; conflict (the configuration has one of that name; users have it assigned);
/// stale (somebody else changed it); out_of_range (what the check of policies says); too_large.
class PolicyEditor {
 public:
  virtual ~PolicyEditor() = default;
  /// The configuration's in its order, then the store's by name.
  virtual Task<std::vector<ListedPolicy>> rows() = 0;
  /// Keeps `draft` in the store under its name; it counts from then on. Its new edition. What was
  /// saved like that already is done.
  virtual Task<Result<std::string>> save(Policy draft, PolicyOrder order) = 0;
  virtual Task<Result<>> remove(PolicyOrder order) = 0;
  /// `removed`: what if there were none of that name.
  virtual Task<Result<PolicyForecast>> forecast(Policy draft, bool removed) = 0;
};

// Operations: {"policy.set", "policy.remove", "policy.dry_run"}.
Task<Result<nlohmann::json>> policy_set(Operations::Parts& parts, nlohmann::json arguments);
Task<Result<nlohmann::json>> policy_remove(Operations::Parts& parts, nlohmann::json arguments);
Task<Result<nlohmann::json>> policy_dry_run(Operations::Parts& parts, nlohmann::json arguments);

}  // namespace godwit::admin
