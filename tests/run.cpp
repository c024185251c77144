#include "run.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

namespace godwit::test {

void run_task(Task<> work) {
  boost::asio::io_context loop;
  std::exception_ptr failure;
  boost::asio::co_spawn(loop, std::move(work),
                        [&failure](std::exception_ptr thrown) { failure = thrown; });
  loop.run();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace godwit::test
