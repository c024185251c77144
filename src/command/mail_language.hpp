/// In which language a user is written to.
#pragma once

#include "command/session.hpp"
#include "compose/mail_texts.hpp"

namespace godwit::command {

/// That of the device ([MS-ASCMD] OSLanguage, else Accept-Language), else the server's.
Language mail_language(const Session& session);
const compose::MailTexts& mail_texts_of(const Session& session);

}  // namespace godwit::command
