#include "net/worker.hpp"

#include <atomic>
#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <mutex>

#include "base/fault.hpp"

namespace godwit {

namespace asio = boost::asio;

struct Gate::State {
  State(std::string gate_name, unsigned threads, std::size_t max)
      : name(std::move(gate_name)), limit(max + threads), pool(threads) {}
  std::string name;
  std::size_t limit;
  std::atomic<std::size_t> jobs{0};
  asio::thread_pool pool;
};

Gate::Gate(std::string name, unsigned threads, std::size_t queue_max)
    : state_(std::make_shared<State>(std::move(name), threads, queue_max)) {}

Gate::~Gate() { state_->pool.join(); }

namespace {

/// Completes the awaiting side once: by the job's end or by cancellation, whichever is first.
struct Completion {
  explicit Completion(asio::any_completion_handler<void(boost::system::error_code)> done,
                      asio::any_io_executor where)
      : handler(std::move(done)), executor(std::move(where)) {}

  void finish(boost::system::error_code error) {
    asio::any_completion_handler<void(boost::system::error_code)> taken;
    {
      const std::scoped_lock lock(mutex);
      if (!handler) return;
      taken.swap(handler);  // Boost 1.81: move assignment recurses without end
    }
    asio::post(executor, [taken = std::move(taken), error]() mutable { std::move(taken)(error); });
  }

  std::mutex mutex;
  asio::any_completion_handler<void(boost::system::error_code)> handler;
  asio::any_io_executor executor;
};

}  // namespace

Task<> Gate::run(std::function<void()> job) {
  auto state = state_;
  if (++state->jobs > state->limit) {
    --state->jobs;
    throw Fault(Fault::Kind::busy, "too much work waits for " + state->name);
  }
  auto executor = co_await asio::this_coro::executor;
  auto start = [state, executor, job = std::move(job)](auto handler) mutable {
    auto slot = asio::get_associated_cancellation_slot(handler);
    auto completion = std::make_shared<Completion>(std::move(handler), executor);
    if (slot.is_connected()) {
      slot.assign([completion](asio::cancellation_type) {
        completion->finish(asio::error::operation_aborted);
      });
    }
    asio::post(state->pool, [state, completion, job = std::move(job)]() mutable {
      job();
      job = nullptr;  // before the caller goes on: a failure that it shares is the caller's to free
      --state->jobs;
      completion->finish({});
    });
  };
  co_await asio::async_initiate<const asio::use_awaitable_t<>, void(boost::system::error_code)>(
      std::move(start), asio::use_awaitable);
}

}  // namespace godwit
