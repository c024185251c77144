/// In which language a user is written to.
#pragma once

#include "command/session.hpp"
#include "compose/mail_texts.hpp"

namespace godwit::command {

/// That of the device ([MS-ASCMD] OSLanguage, else Accept-Language), else what the directory was
/// found to say of the user, else the server's.
Language mail_language(const Session& session);
/// Before a mail is written: asks the directory where the device says nothing. Throws nothing.
Task<> learn_language(Session& session);
const compose::MailTexts& mail_texts_of(const Session& session);

}  // namespace godwit::command
