/// What a message says itself, without the messages that it quotes. [MS-ASAIRS] BodyPart
#pragma once

#include <string>

namespace godwit::render {

/// Cuts HTML before the first mark that mail programs put in front of a quoted message. HTML
/// without such a mark comes back as it is.
std::string without_quotes(std::string html);

}  // namespace godwit::render
