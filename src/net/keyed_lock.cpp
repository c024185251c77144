#include "net/keyed_lock.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <chrono>
#include <deque>
#include <functional>
#include <map>

namespace godwit::net {

namespace asio = boost::asio;

/// A waiter sleeps on a timer that never fires by itself; its turn is a cancelled timer.
struct Waiter {
  explicit Waiter(const asio::any_io_executor& executor)
      : timer(executor, std::chrono::steady_clock::time_point::max()) {}
  asio::steady_timer timer;
  bool turn = false;
};

struct KeyedLocks::State {
  std::map<std::string, std::deque<std::shared_ptr<Waiter>>> queues;  // a held lock has an entry

  void release(const std::string& name) {
    const auto queue = queues.find(name);
    if (queue == queues.end()) return;
    if (queue->second.empty()) {
      queues.erase(queue);
      return;
    }
    const auto next = queue->second.front();
    queue->second.pop_front();
    next->turn = true;
    next->timer.cancel();
  }
};

namespace {

class Token {
 public:
  explicit Token(std::function<void()> release) : release_(std::move(release)) {}
  ~Token() { release_(); }
  Token(const Token&) = delete;
  Token& operator=(const Token&) = delete;

 private:
  std::function<void()> release_;
};

}  // namespace

KeyedLocks::KeyedLocks() : state_(std::make_shared<State>()) {}
KeyedLocks::~KeyedLocks() = default;

Task<std::shared_ptr<void>> KeyedLocks::acquire(std::string name) {
  auto state = state_;
  const auto [queue, free] = state->queues.try_emplace(name);
  if (!free) {
    auto waiter = std::make_shared<Waiter>(co_await asio::this_coro::executor);
    queue->second.push_back(waiter);
    boost::system::error_code error;
    co_await waiter->timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
    if (!waiter->turn) {
      if (const auto left = state->queues.find(name); left != state->queues.end()) {
        std::erase(left->second, waiter);
      }
      throw boost::system::system_error(asio::error::operation_aborted);
    }
  }
  std::function<void()> release = [state, name] { state->release(name); };
  co_return std::make_shared<Token>(std::move(release));
}

}  // namespace godwit::net
