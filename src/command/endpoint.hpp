/// The ActiveSync endpoint: HTTP on one side, commands on the other. Signs in, checks version,
/// device and policy, runs the command's row, and turns outcomes and faults into what [MS-ASHTTP]
/// wants.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "command/session.hpp"
#include "http/message.hpp"

namespace godwit::command {

/// Why a sign-in was refused.
struct Refusal {
  int status = 401;  // 401 wrong or no credentials, 403 not allowed, 503 slow down
  unsigned retry_after_seconds = 0;
};

/// Checks who sends a request; remembers verified sign-ins and counts failures.
class SignIn {
 public:
  virtual ~SignIn() = default;
  /// `device`: of the request line when it has one. Throws Fault when nobody could check.
  virtual Task<std::variant<backend::Account, Refusal>> check(const http::Request& request,
                                                              const DeviceId* device) = 0;
  /// The backend refused a password that we held for good.
  virtual void forget(const UserId& user) = 0;
};

/// Answers GET: a page for people who open the URL in a browser.
using Page = std::function<Task<http::Reply>(http::Request)>;

class Endpoint final : public http::Service {
 public:
  Endpoint(Services& services, SignIn& sign_in, Page page);
  Task<http::Outcome> handle(http::Request request) override;

 private:
  Task<http::Outcome> post(http::Request request);
  Task<http::Outcome> run(std::shared_ptr<Session> session);
  Services& services_;
  SignIn& sign_in_;
  Page page_;
};

/// Whether `path` is one of Settings::paths.
bool is_endpoint_path(const Settings& settings, std::string_view path);

}  // namespace godwit::command
