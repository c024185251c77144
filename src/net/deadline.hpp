/// Every await has a deadline, and this is its spelling. The work is cancelled when the limit
/// passes; boost::system::system_error(timed_out) is thrown once it has completed.
#pragma once

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <chrono>
#include <exception>
#include <utility>

#include "base/task.hpp"

namespace godwit::net {

template <class T>
Task<T> with_deadline(std::chrono::milliseconds limit, Task<T> work) {
  namespace asio = boost::asio;
  auto executor = co_await asio::this_coro::executor;
  asio::steady_timer timer(executor, limit);
  auto [order, failure, value, timer_error] =
      co_await asio::experimental::make_parallel_group(
          asio::co_spawn(executor, std::move(work), asio::deferred),
          timer.async_wait(asio::deferred))
          .async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
  if (order[0] == 1 && !timer_error) throw boost::system::system_error(asio::error::timed_out);
  if (failure) std::rethrow_exception(failure);
  co_return std::move(value);
}

template <>
inline Task<void> with_deadline(std::chrono::milliseconds limit, Task<void> work) {
  namespace asio = boost::asio;
  auto executor = co_await asio::this_coro::executor;
  asio::steady_timer timer(executor, limit);
  auto [order, failure, timer_error] =
      co_await asio::experimental::make_parallel_group(
          asio::co_spawn(executor, std::move(work), asio::deferred),
          timer.async_wait(asio::deferred))
          .async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
  if (order[0] == 1 && !timer_error) throw boost::system::system_error(asio::error::timed_out);
  if (failure) std::rethrow_exception(failure);
}

}  // namespace godwit::net
