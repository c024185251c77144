/// Mail handed to the next hop by SMTP (RFC 6409, RFC 5321), over TLS or STARTTLS, signed in as the
/// user or as configured. One connection a mail; the content is streamed.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "backend/backend.hpp"
#include "net/tls.hpp"

namespace godwit::backend {

struct SmtpSettings {
  enum class Tls : std::uint8_t { none, starttls, tls };
  enum class SignIn : std::uint8_t {
    none,
    user,    // the account's own login and password
    fixed,   // `user` and `password`
    master,  // the same, in the name of the account's login (RFC 4616)
  };
  std::string host;
  std::uint16_t port = 587;
  Tls tls = Tls::starttls;
  net::TlsClientSettings tls_settings{};  // an empty host in it means `host`
  SignIn sign_in = SignIn::user;
  std::string user{};
  Secret password{};
  std::string own_name = "localhost";  // what EHLO says
  std::chrono::milliseconds connect_limit{30'000};
  std::chrono::milliseconds command_limit{60'000};  // of each command, and of each piece of content
  std::chrono::milliseconds final_limit{600'000};   // after the last dot: RFC 5321 4.5.3.2.6
};

/// All recipients or none. Errors: refused (with the hop's words), not_found (it does not know a
/// recipient), too_large. Throws Fault: unavailable (down, refusing for now, or
/// refusing the configured account), sign_in_failed (the user's own), timed_out (the content was
/// sent and no reply came: it may have been taken), corrupt.
class SmtpSubmission final : public Submission {
 public:
  explicit SmtpSubmission(SmtpSettings settings) : settings_(std::move(settings)) {}
  Task<Result<>> submit(Account account, Envelope envelope,
                        std::shared_ptr<const MessageSource> message) override;
  /// Whether a mail of the account could be handed over now: connects and signs in as for one.
  /// Throws the same.
  Task<> reach(Account account, std::chrono::milliseconds limit) const;

 private:
  SmtpSettings settings_;
};

}  // namespace godwit::backend
