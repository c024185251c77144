/// Answers as HTTP replies with the headers of [MS-ASHTTP].
#pragma once

#include <string>
#include <string_view>

#include "command/answer.hpp"
#include "eas/version.hpp"
#include "http/message.hpp"
#include "wbxml/tag.hpp"

namespace godwit::command {

http::Reply options_reply();
http::Reply document_reply(const Document& document);
http::Reply bytes_reply(const Bytes& bytes);
/// A 401 wants a challenge besides: refusal_reply.
http::Reply http_status_reply(HttpStatus status);
/// `status` as the version wants it: 200 with root and status, or the HTTP status that stands for
/// it.
http::Reply failure_reply(http::Spools& spools, eas::Version version, wbxml::Tag root,
                          wbxml::Tag status_tag, eas::Status status);
/// `14.0,14.1,…`: what OPTIONS and X-MS-RP offer.
std::string_view version_list();
/// For the log: "document", "nothing", ...
std::string_view answer_name(const Answer& answer);

}  // namespace godwit::command
