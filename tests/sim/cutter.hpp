/// A relay in front of a server that breaks connections at a chosen moment: before what a client
/// says arrives, or after, so that the server does it and nobody is told.
#pragma once

#include <cstdint>
#include <memory>

#include "net/loop.hpp"

namespace godwit::sim {

class Cutter {
 public:
  /// Listens on a free loopback port. `port`: of the server, on loopback too.
  Cutter(net::Executor executor, std::uint16_t port);
  ~Cutter();
  Cutter(const Cutter&) = delete;
  Cutter& operator=(const Cutter&) = delete;

  std::uint16_t port() const;
  /// The connection on which the `nth` piece from now is said ends there.
  void cut_at(unsigned nth, bool arrives);
  void clear();
  /// How many were cut so far.
  unsigned cuts() const;

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with the relaying coroutines
};

}  // namespace godwit::sim
