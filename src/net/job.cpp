#include "net/job.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>
#include <exception>
#include <vector>

#include "net/errors.hpp"

namespace godwit::net {

namespace asio = boost::asio;

struct Job::State {
  explicit State(asio::any_io_executor an_executor) : executor(std::move(an_executor)) {}

  /// Who waits sleeps on a timer, which the end cancels.
  void end() {
    ended = true;
    for (const auto& waiter : waiters) waiter->cancel();
  }

  asio::any_io_executor executor;
  asio::cancellation_signal signal;
  std::vector<std::shared_ptr<asio::steady_timer>> waiters;
  bool ended = false;
  bool cancelled = false;
};

Job::Job(std::shared_ptr<State> state) : state_(std::move(state)) {}

Job::~Job() { cancel(); }

Task<std::unique_ptr<Job>> Job::begin(Task<> work, std::string name) {
  const auto executor = co_await asio::this_coro::executor;
  auto state = std::make_shared<State>(executor);
  asio::co_spawn(
      executor, std::move(work),
      asio::bind_cancellation_slot(
          state->signal.slot(), [state, name = std::move(name)](const std::exception_ptr& failure) {
            if (failure && !state->cancelled) log_failed_task(name, failure);
            state->end();
          }));
  co_return std::unique_ptr<Job>(new Job(std::move(state)));
}

bool Job::ended() const { return state_->ended; }

Task<bool> Job::wait(std::chrono::milliseconds limit) {
  const auto state = state_;
  if (state->ended) co_return true;
  const auto timer =
      std::make_shared<asio::steady_timer>(co_await asio::this_coro::executor, limit);
  state->waiters.push_back(timer);
  boost::system::error_code error;
  co_await timer->async_wait(asio::redirect_error(asio::use_awaitable, error));
  std::erase(state->waiters, timer);
  co_return state->ended;
}

void Job::cancel() {
  if (state_->ended) return;
  state_->cancelled = true;
  state_->signal.emit(asio::cancellation_type::terminal);
  // Outside of the loop co_spawn only posts the cancellation, by way of memory of the signal: that
  // stays until what was posted has run, even if the coroutine ends before.
  asio::post(state_->executor, [state = state_] {});
}

}  // namespace godwit::net
