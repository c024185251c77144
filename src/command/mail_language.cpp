#include "command/mail_language.hpp"

#include "command/languages.hpp"

namespace godwit::command {
namespace {

std::optional<Language> of_device(const Session& session) {
  if (const auto language = language_of(session.device.os_language)) return language;
  return preferred_language(session.request.header("accept-language"));
}

}  // namespace

Language mail_language(const Session& session) {
  if (const auto language = of_device(session)) return *language;
  return session.services.languages.of(session.account.user)
      .value_or(session.services.settings.language);
}

Task<> learn_language(Session& session) {
  if (!of_device(session)) co_await session.services.languages.learn(session.account);
}

const compose::MailTexts& mail_texts_of(const Session& session) {
  return compose::mail_texts(mail_language(session));
}

}  // namespace godwit::command
