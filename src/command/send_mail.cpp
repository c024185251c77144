// [MS-ASCMD] SendMail.
#include "command/handlers.hpp"
#include "command/sending.hpp"

namespace godwit::command {

Task<Answer> send_mail(Session& session) {
  auto request = read_send_request(session);
  if (!request) co_return Failed{request.error()};
  co_return co_await send_once(session, std::move(*request), std::nullopt, &compose_plain);
}

}  // namespace godwit::command
