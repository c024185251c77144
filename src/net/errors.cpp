#include "net/errors.hpp"

#include <boost/asio/error.hpp>

#include "base/log.hpp"

namespace godwit::net {

namespace {

constexpr Log logger("loop");

}  // namespace

bool is_disconnect(const boost::system::error_code& error) noexcept {
  namespace failure = boost::asio::error;
  return error == failure::eof || error == failure::connection_reset ||
         error == failure::broken_pipe || error == failure::connection_aborted ||
         error == failure::operation_aborted || error == failure::not_connected;
}

void log_failed_task(const std::string& name, const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& error) {
    logger.error("task.failed", {{"task", name}, {"error", error.what()}});
  }
}

}  // namespace godwit::net
