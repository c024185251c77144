/// godwitd: everything wired together, from the configuration to the last drained request.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/config.hpp"
#include "app/demo.hpp"
#include "app/handover.hpp"
#include "base/result.hpp"

namespace godwit::app {

struct DaemonOptions {
  Config config;
  std::string program;                     // argv[0], to name the command beside it
  std::vector<DemoAccount> demo_accounts;  // not empty: fill the store, greet
  std::string own_program{};               // what a successor runs
  std::optional<Predecessor> predecessor{};
};

class Daemon {
 public:
  explicit Daemon(DaemonOptions options);
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  /// Opens what is stored and listens. The error says what cannot work: an address that is taken,
  /// a certificate that cannot be read. A store that cannot be used is no error: the daemon serves
  /// administrators only, and says so. With a predecessor: refuses before that lets go, or begins
  /// afterwards.
  Result<> start();
  /// Until a signal ends it.
  void run();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// "192.0.2.1:80", "[2001:db8::1]:80", ":80" (all addresses). Error: malformed.
struct Endpoint {
  std::string address;
  std::uint16_t port = 0;
};
Result<Endpoint> parse_endpoint(std::string_view text);

}  // namespace godwit::app
