#include "sim/cutter.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <utility>

namespace godwit::sim {
namespace {

using boost::asio::ip::tcp;
constexpr auto quietly = boost::asio::as_tuple(boost::asio::use_awaitable);
constexpr std::size_t piece_bytes = 64 * 1024;

tcp::endpoint loopback(std::uint16_t port) {
  return {boost::asio::ip::address_v4::loopback(), port};
}

/// GODWIT_SIM_TRACE prints what is said.
void trace(const char* who, std::string_view text) {
  static const bool traced = std::getenv("GODWIT_SIM_TRACE") != nullptr;
  if (traced) fmt::print("{} {}{}", who, text, text.ends_with('\n') ? "" : "\n");
}

/// One connection: both sockets go together.
struct Pair {
  explicit Pair(const net::Executor& executor) : client(executor), server(executor) {}
  tcp::socket client;
  tcp::socket server;
  bool cut_on_answer = false;  // what the client said has arrived; the answer shall not

  /// Else a piece waits until the one before it is acknowledged, and that takes 40 ms.
  void send_at_once() {
    boost::system::error_code ignored;
    client.set_option(tcp::no_delay(true), ignored);
    server.set_option(tcp::no_delay(true), ignored);
  }
  void close() {
    boost::system::error_code ignored;
    client.close(ignored);
    server.close(ignored);
  }
};

struct Plan {
  unsigned left;
  bool arrives;
};

}  // namespace

struct Cutter::State {
  State(net::Executor an_executor, std::uint16_t port)
      : executor(std::move(an_executor)), acceptor(executor, loopback(0)), target(loopback(port)) {}

  net::Executor executor;
  tcp::acceptor acceptor;
  tcp::endpoint target;
  std::optional<Plan> plan;
  unsigned cuts = 0;

  static Task<> accept_all(std::shared_ptr<State> state) {
    for (;;) {
      auto pair = std::make_shared<Pair>(state->executor);  // shared by the two directions
      const auto [failed] = co_await state->acceptor.async_accept(pair->client, quietly);
      if (failed) co_return;
      const auto [refused] = co_await pair->server.async_connect(state->target, quietly);
      if (refused) continue;
      pair->send_at_once();
      net::spawn(state->executor, to_server(state, pair), "cutter");
      net::spawn(state->executor, to_client(pair), "cutter");
    }
  }

  /// Whether this piece is the one.
  bool is_due() {
    if (!plan || --plan->left > 0) return false;
    ++cuts;
    return true;
  }

  static Task<> to_server(std::shared_ptr<State> state, std::shared_ptr<Pair> pair) {
    std::array<char, piece_bytes> buffer{};
    for (;;) {
      const auto [failed, size] =
          co_await pair->client.async_read_some(boost::asio::buffer(buffer), quietly);
      if (failed) break;
      trace("C:", {buffer.data(), size});
      if (state->is_due()) {
        pair->cut_on_answer = std::exchange(state->plan, std::nullopt)->arrives;
        if (!pair->cut_on_answer) break;
      }
      const auto [broken, written] = co_await boost::asio::async_write(
          pair->server, boost::asio::buffer(buffer.data(), size), quietly);
      if (broken) break;
    }
    pair->close();
  }

  static Task<> to_client(std::shared_ptr<Pair> pair) {
    std::array<char, piece_bytes> buffer{};
    for (;;) {
      const auto [failed, size] =
          co_await pair->server.async_read_some(boost::asio::buffer(buffer), quietly);
      if (failed || pair->cut_on_answer) break;
      trace("S:", {buffer.data(), size});
      const auto [broken, written] = co_await boost::asio::async_write(
          pair->client, boost::asio::buffer(buffer.data(), size), quietly);
      if (broken) break;
    }
    pair->close();
  }
};

Cutter::Cutter(net::Executor executor, std::uint16_t port)
    : state_(std::make_shared<State>(std::move(executor), port)) {
  net::spawn(state_->executor, State::accept_all(state_), "cutter.accept");
}

Cutter::~Cutter() {
  boost::system::error_code ignored;
  state_->acceptor.close(ignored);
}

std::uint16_t Cutter::port() const { return state_->acceptor.local_endpoint().port(); }

void Cutter::cut_at(unsigned nth, bool arrives) { state_->plan = Plan{nth, arrives}; }
void Cutter::clear() { state_->plan.reset(); }
unsigned Cutter::cuts() const { return state_->cuts; }

}  // namespace godwit::sim
