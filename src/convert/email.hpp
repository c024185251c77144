/// A message's header and structure as an Email item. [MS-ASEMAIL], [MS-ASCON]
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "convert/header.hpp"
#include "item/email.hpp"
#include "item/message.hpp"

namespace godwit::convert {

struct EmailContext {
  std::span<const std::string> own_addresses;  // for ReceivedAsBcc; none: never
  KeptMail kept;                               // beside the mailbox
};

Email email_of(const Message& message, const EmailContext& context);

/// [MS-ASEMAIL] MessageClass: from structure and header alone.
std::string message_class_of(const Part& structure, const Header& header);

/// The subject without its `Re:`, `Fw:` and their translations.
std::string_view base_subject(std::string_view subject);

/// What binds the messages of a thread: 16 bytes of digest of the first message's id. An
/// Outlook reply that names no other message brings its thread's GUID in Thread-Index.
std::string conversation_id_of(const Header& header);

/// [MS-ASCON] ConversationIndex: 5 bytes for the thread and 5 for each message after its first one.
/// From Thread-Index where there is one; else made of the message ids in References, so that a
/// reply's index begins with that of what it replies to.
std::string conversation_index_of(const Header& header);

}  // namespace godwit::convert
