/// System errors as exceptions, for net/ and its drivers.
#pragma once

#include <boost/system/system_error.hpp>
#include <exception>
#include <string>

namespace godwit::net {

[[noreturn]] inline void throw_errno(int number, const std::string& what) {
  throw boost::system::system_error(number, boost::system::system_category(), what);
}

/// True for what only says that the other side went away: nothing to log above debug.
bool is_disconnect(const boost::system::error_code& error) noexcept;

/// A coroutine that nobody waits for has failed.
void log_failed_task(const std::string& name, const std::exception_ptr& failure);

}  // namespace godwit::net
