/// What the console stands on.
#pragma once

#include <functional>
#include <string>
#include <variant>

#include "admin/insight.hpp"
#include "admin/operations.hpp"
#include "backend/backend.hpp"
#include "base/clock.hpp"

namespace godwit::console {

/// Why somebody is not let in.
struct Refusal {
  enum class Why : std::uint8_t { wrong, not_allowed, slow_down };
  Why why = Why::wrong;
  unsigned retry_after_seconds = 0;
};
using SignInOutcome = std::variant<backend::Account, Refusal>;

struct Parts {
  const Clock& clock;
  Random& random;  // must be unpredictable
  /// Checks the user's own password, never an app password; counts and delays who guesses. `peer`:
  /// the client's address. Throws Fault when nobody could check.
  std::function<Task<SignInOutcome>(std::string login, Secret password, std::string peer)> sign_in;
  /// Whether the user is an administrator; asked with each request. Throws Fault when a group
  /// decides that nobody could look up.
  std::function<Task<bool>(backend::Account)> is_admin;
  admin::Devices& devices;
  admin::Insight& insight;
  backend::Vacation* vacation = nullptr;  // null: there are no automatic answers
  /// A request of admin::Operations, and its reply.
  std::function<Task<std::string>(std::string line, admin::Caller by)> perform;
  bool takes_app_passwords = false;  // the sign-in of devices does
};

}  // namespace godwit::console
