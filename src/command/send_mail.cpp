// [MS-ASCMD] SendMail.
#include "command/handlers.hpp"
#include "command/sending.hpp"

namespace godwit::command {

Task<Answer> send_mail(Session& session) {
  auto request = read_send_request(session);
  if (!request) co_return Failed{request.error()};
  const Sending<std::optional<Original>> no_original{std::optional<Original>()};
  co_return co_await send_once(session, std::move(*request), no_original, &compose_plain);
}

}  // namespace godwit::command
