/// Runs a coroutine to its end on a loop of its own: for tests only. The one place where tests meet
/// Asio.
#pragma once

#include <exception>
#include <functional>
#include <optional>
#include <stdexcept>
#include <type_traits>

#include "base/task.hpp"

namespace godwit::test {

/// Runs `work` until it is done (all threads' completions included). Rethrows what it throws.
void run_task(Task<> work);

namespace detail {
template <class T>
Task<> store_result(Task<T> work, std::optional<T>& out) {
  out.emplace(co_await std::move(work));
}
}  // namespace detail

template <class T>
T run(Task<T> work) {
  if constexpr (std::is_void_v<T>) {
    run_task(std::move(work));
  } else {
    std::optional<T> out;
    run_task(detail::store_result(std::move(work), out));
    return std::move(*out);
  }
}

}  // namespace godwit::test
