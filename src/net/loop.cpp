#include "net/loop.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>
#include <list>

#include "net/errors.hpp"

namespace godwit::net {

namespace asio = boost::asio;

struct Loop::State {
  struct Timer {
    Timer(asio::io_context& where, std::chrono::milliseconds every, std::function<void()> call)
        : timer(where), interval(every), tick(std::move(call)) {}
    void next() {
      timer.expires_after(interval);
      timer.async_wait([this](boost::system::error_code error) {
        if (error || stopped) return;
        tick();
        if (!stopped) next();
      });
    }
    asio::steady_timer timer;
    std::chrono::milliseconds interval;
    std::function<void()> tick;
    bool stopped = false;
  };
  struct Signals {
    explicit Signals(asio::io_context& where) : set(where) {}
    void next() {
      set.async_wait([this](boost::system::error_code error, int number) {
        if (error || stopped) return;
        handler(number);
        if (!stopped) next();
      });
    }
    asio::signal_set set;
    std::function<void(int)> handler;
    bool stopped = false;
  };

  asio::io_context context{1};
  std::list<Timer> timers;
  std::list<Signals> signals;
};

Loop::Loop() : state_(std::make_unique<State>()) { std::signal(SIGPIPE, SIG_IGN); }

Loop::~Loop() = default;

void Loop::run() { state_->context.run(); }

void Loop::stop() { state_->context.stop(); }

void Loop::spawn(Task<> work, std::string name) {
  net::spawn(executor(), std::move(work), std::move(name));
}

void Loop::post(std::move_only_function<void()> job) {
  asio::post(state_->context, [job = std::move(job)]() mutable { job(); });
}

void Loop::every(std::chrono::milliseconds interval, std::function<void()> tick) {
  state_->timers.emplace_back(state_->context, interval, std::move(tick)).next();
}

void Loop::on_signal(std::initializer_list<int> numbers, std::function<void(int)> handler) {
  auto& signals = state_->signals.emplace_back(state_->context);
  for (const int number : numbers) signals.set.add(number);
  signals.handler = std::move(handler);
  signals.next();
}

void Loop::stop_timers() {
  for (auto& timer : state_->timers) {
    timer.stopped = true;
    timer.timer.cancel();
  }
  for (auto& signals : state_->signals) {
    signals.stopped = true;
    boost::system::error_code ignored;
    signals.set.cancel(ignored);
  }
}

Executor Loop::executor() { return state_->context.get_executor(); }

void spawn(const Executor& executor, Task<> work, std::string name) {
  asio::co_spawn(executor, std::move(work),
                 [name = std::move(name)](const std::exception_ptr& failure) {
                   if (failure) log_failed_task(name, failure);
                 });
}

Task<> sleep_for(std::chrono::milliseconds time) {
  asio::steady_timer timer(co_await asio::this_coro::executor, time);
  co_await timer.async_wait(asio::use_awaitable);
}

Task<> yield_to_others() { co_await asio::post(asio::use_awaitable); }

}  // namespace godwit::net
