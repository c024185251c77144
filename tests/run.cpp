#include "run.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace godwit::test {

namespace {

using Loop = boost::asio::io_context;

/// Loops live until the program ends and are used again: a gate's thread may still be leaving
/// post() when the work that it completed is done.
class Loops {
 public:
  std::unique_ptr<Loop> take() {
    const std::scoped_lock lock(mutex_);
    if (idle_.empty()) return std::make_unique<Loop>();
    auto loop = std::move(idle_.back());
    idle_.pop_back();
    loop->restart();
    return loop;
  }
  void give_back(std::unique_ptr<Loop> loop) {
    const std::scoped_lock lock(mutex_);
    idle_.push_back(std::move(loop));
  }

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<Loop>> idle_;
};

Loops& loops() {
  static Loops all;
  return all;
}

/// A thread's own, which connections that are kept from one piece of work to the next live on.
struct OwnLoop {
  OwnLoop() { loops(); }  // which outlives it
  ~OwnLoop() {
    if (loop) loops().give_back(std::move(loop));
  }
  OwnLoop(const OwnLoop&) = delete;
  OwnLoop& operator=(const OwnLoop&) = delete;
  std::unique_ptr<Loop> take() {
    if (!loop) return loops().take();
    loop->restart();
    return std::move(loop);
  }
  void give_back(std::unique_ptr<Loop> used) {
    if (loop) return loops().give_back(std::move(used));
    loop = std::move(used);
  }
  std::unique_ptr<Loop> loop;
};

}  // namespace

void run_task(Task<> work) {
  thread_local OwnLoop own;
  auto loop = own.take();
  std::exception_ptr failure;
  boost::asio::co_spawn(*loop, std::move(work),
                        [&failure](std::exception_ptr thrown) { failure = thrown; });
  loop->run();
  own.give_back(std::move(loop));
  if (failure) std::rethrow_exception(failure);
}

}  // namespace godwit::test
