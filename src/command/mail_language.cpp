#include "command/mail_language.hpp"

namespace godwit::command {

Language mail_language(const Session& session) {
  if (const auto of_device = language_of(session.device.os_language)) return *of_device;
  return preferred_language(session.request.header("accept-language"))
      .value_or(session.services.settings.language);
}

const compose::MailTexts& mail_texts_of(const Session& session) {
  return compose::mail_texts(mail_language(session));
}

}  // namespace godwit::command
