/// Requests of a server in this process that wait in real time, as over a network.
#pragma once

#include <chrono>
#include <utility>

#include "net/loop.hpp"
#include "server_fixture.hpp"

namespace godwit::interop {

/// The hub's ends are looked for again and again.
class WaitingTransport final : public client::Transport {
 public:
  explicit WaitingTransport(test::TestServer& server) : server_(server) {}
  Task<client::Answer> send(client::Wire request) override {
    auto started = co_await server_.start(std::move(request));
    if (!started.held) co_return std::move(started.answer);
    for (;;) {
      while (!started.held->ended()) {
        co_await net::sleep_for(std::chrono::milliseconds(2));
        server_.hub().tick();
      }
      if (auto answer = co_await started.held->answer()) co_return std::move(*answer);
    }
  }

 private:
  test::TestServer& server_;
};

}  // namespace godwit::interop
