/// Out-of-office by Sieve scripts on a ManageSieve server (RFC 5804), over TLS or STARTTLS, signed
/// in as the user or in their name. One connection a call.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "net/tls.hpp"

namespace godwit::backend {

struct SieveSettings {
  enum class Tls : std::uint8_t { none, starttls, tls };
  enum class SignIn : std::uint8_t {
    user,    // the account's own login and password
    master,  // `user` and `password`, authorized as the account (RFC 4616)
  };
  std::string host;
  std::uint16_t port = 4190;
  Tls tls = Tls::starttls;
  net::TlsClientSettings tls_settings{};  // an empty host in it means `host`
  SignIn sign_in = SignIn::user;
  std::string user{};
  Secret password{};
  /// Whose senders are internal; empty: the domains of the account's addresses.
  std::vector<std::string> domains{};
  std::chrono::milliseconds connect_limit{10'000};
  std::chrono::milliseconds command_limit{30'000};  // of each command
};

/// Faults: unavailable, timed_out, sign_in_failed, corrupt. The scripts of others and what they do
/// stay as they are (docs/adr/0014-out-of-office-in-sieve.md).
class SieveVacation final : public Vacation {
 public:
  /// The addresses of those outside whom an account knows.
  using Known = std::function<Task<std::vector<std::string>>(const Account&)>;

  explicit SieveVacation(SieveSettings settings) : settings_(std::move(settings)) {}

  /// Without one nobody outside is known.
  void set_known(Known known) { known_ = std::move(known); }

  Task<OutOfOffice> out_of_office(Account account) override;
  /// Errors: too_large, unsupported (the server has no vacation, or no dates for a schedule),
  /// refused (with the server's words), malformed (the user's script cannot be read), conflict (the
  /// scripts changed meanwhile).
  Task<Result<>> set_out_of_office(Account account, OutOfOffice settings) override;

 private:
  Task<Result<>> write(Account account, OutOfOffice settings);
  std::vector<std::string> domains_of(const Account& account) const;

  SieveSettings settings_;
  Known known_;
};

}  // namespace godwit::backend
