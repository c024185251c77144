#include "run.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <mutex>
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

}  // namespace

void run_task(Task<> work) {
  static Loops loops;
  auto loop = loops.take();
  std::exception_ptr failure;
  boost::asio::co_spawn(*loop, std::move(work),
                        [&failure](std::exception_ptr thrown) { failure = thrown; });
  loop->run();
  loops.give_back(std::move(loop));
  if (failure) std::rethrow_exception(failure);
}

}  // namespace godwit::test
