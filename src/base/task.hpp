/// The coroutine type of everything that waits. The only include of Asio that modules without I/O
/// may make.
#pragma once

#include <boost/asio/awaitable.hpp>

namespace godwit {

template <class T = void>
using Task = boost::asio::awaitable<T>;

}  // namespace godwit
