/// One connection to a ManageSieve server, signed in. RFC 5804.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "backend/sieve/plan.hpp"
#include "backend/sieve/protocol.hpp"
#include "backend/sieve/vacation.hpp"
#include "net/stream.hpp"

namespace godwit::backend::sieve {

/// Throws Fault as SieveVacation says, and boost::system::system_error when the connection breaks.
class Client {
 public:
  /// `settings` outlives it.
  explicit Client(const SieveSettings& settings) : settings_(settings) {}

  Task<> open(const Account& account);
  const std::vector<std::string>& extensions() const { return can_.extensions; }

  Task<Snapshot> look();
  /// Error: refused, with the server's words; too_large.
  Task<Result<>> carry_out(Step step);
  /// Without waiting for what the server has to say to it.
  Task<> close();

 private:
  Task<> start_tls();
  Task<> sign_in(const Account& account);
  Task<std::string> script(std::string name);
  Task<Response> command(std::string line);
  Task<Response> response(std::chrono::milliseconds limit);
  Task<Response> read_response();
  void expect(const Response& answer, std::string_view what) const;

  const SieveSettings& settings_;
  std::unique_ptr<net::Stream> stream_;
  ResponseReader responses_;
  Capabilities can_;
};

}  // namespace godwit::backend::sieve
