/// The ActiveSync endpoint: HTTP on one side, commands on the other. Signs in, checks version,
/// device and policy, runs the command's row, and turns outcomes and faults into what [MS-ASHTTP]
/// wants.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "command/session.hpp"
#include "command/tracer.hpp"
#include "http/message.hpp"

namespace godwit::command {

struct Command;
class RequestLog;

/// What a 401 asks for.
enum class Challenge : std::uint8_t {
  credentials,  // any
  fresh_token,  // the token that was sent is not, or no more, valid (RFC 6750 3.1 invalid_token)
};

/// Why a sign-in was refused.
struct Refusal {
  int status = 401;  // 401 wrong or no credentials, 403 not allowed, 503 slow down
  unsigned retry_after_seconds = 0;
  Challenge challenge = Challenge::credentials;
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
  /// What goes with a 401: a header WWW-Authenticate for each.
  virtual std::vector<std::string> challenges(Challenge challenge) const = 0;
};

http::Reply refusal_reply(const SignIn& sign_in, const Refusal& refusal);

/// What became of a request.
struct RequestFacts {
  std::string_view command = "none";  // a name of the table; "OPTIONS"; "none" before it is known
  /// Of HTTP, from 200 on; below: the status with which a command failed as a whole ([MS-ASCMD]
  /// Common Status Codes). 0: it is parked.
  int status = 0;
};

/// Is told of every request that is a device's, when it is answered or parked. Loop thread.
class RequestObserver {
 public:
  using Moment = std::int64_t;  // of any clock
  virtual ~RequestObserver() = default;
  virtual Moment now() = 0;
  virtual void ended(const RequestFacts& facts, Moment began) = 0;
};

/// Answers GET: a page for people who open the URL in a browser.
using Page = std::function<Task<http::Reply>(http::Request)>;

class Endpoint final : public http::Service {
 public:
  /// `observer` and `tracer` may be null.
  Endpoint(Services& services, SignIn& sign_in, Page page, RequestObserver* observer = nullptr,
           Tracer* tracer = nullptr);
  Task<http::Outcome> handle(http::Request request) override;

 private:
  using ExchangePtr = std::unique_ptr<Tracer::Exchange>;
  Task<http::Outcome> answer(http::Request request, RequestFacts& facts);
  Task<http::Outcome> post(http::Request request, RequestFacts& facts, ExchangePtr& exchange);
  Task<std::variant<backend::Account, Refusal>> timed_check(const http::Request& request,
                                                            const DeviceId* device,
                                                            RequestLog& log);
  Task<Answer> run(Session& session, const Command& command, RequestLog& log);
  Services& services_;
  SignIn& sign_in_;
  Page page_;
  RequestObserver* observer_;
  Tracer* tracer_;
};

/// Whether `path` is one of Settings::paths.
bool is_endpoint_path(const Settings& settings, std::string_view path);

}  // namespace godwit::command
