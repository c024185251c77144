/// What the console stands on.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <variant>

#include "admin/insight.hpp"
#include "admin/operations.hpp"
#include "backend/backend.hpp"
#include "base/clock.hpp"
#include "http/message.hpp"

namespace godwit::console {

/// Why somebody is not let in.
struct Refusal {
  enum class Why : std::uint8_t { wrong, not_allowed, slow_down };
  Why why = Why::wrong;
  unsigned retry_after_seconds = 0;
};
using SignInOutcome = std::variant<backend::Account, Refusal>;

/// What people enter in a phone.
struct PhoneSetup {
  std::string address;       // of the account's mail
  std::string user;          // to sign in with
  std::string server;        // with its port where it is not that of https
  std::string page;          // this help's own address, whole
  bool has_profile = false;  // of Apple's kind
};

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
  std::function<PhoneSetup(const http::Request&, const backend::Account&)> phone_setup;
  /// Nothing where none can be made.
  std::function<std::optional<http::Reply>(const http::Request&, const backend::Account&)>
      phone_profile;
  /// How long the user's next sign-in has to wait, after wrong passwords; 0: not at all.
  std::function<std::chrono::seconds(const UserId&)> sign_in_delay;
  bool takes_app_passwords = false;  // the sign-in of devices does
};

}  // namespace godwit::console
