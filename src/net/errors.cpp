#include "net/errors.hpp"

#include <boost/asio/error.hpp>

namespace godwit::net {

bool is_disconnect(const boost::system::error_code& error) noexcept {
  namespace failure = boost::asio::error;
  return error == failure::eof || error == failure::connection_reset ||
         error == failure::broken_pipe || error == failure::connection_aborted ||
         error == failure::operation_aborted || error == failure::not_connected;
}

}  // namespace godwit::net
