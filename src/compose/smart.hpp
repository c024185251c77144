/// SmartReply and SmartForward: the device's words and what they are about become one mail, in
/// UTF-8 ([MS-ASCMD] SmartForward, SmartReply). Attachments of the original are copied as they are
/// encoded; nothing large is held in memory.
#pragma once

#include <string>

#include "base/result.hpp"
#include "compose/letter.hpp"
#include "compose/original.hpp"
#include "compose/pieces.hpp"
#include "compose/stream.hpp"

namespace godwit::compose {

struct Answer {
  Stretch mime;  // of the device; lines end in CRLF
  bool forward = false;
  std::string unique;  // makes boundaries: nobody can know it, and it is the same for a retry
};
struct Composed {
  Fields header;
  Pieces content;
};

/// Errors: malformed (the device's mail), incomplete (the original went away meanwhile).
Task<Result<Composed>> compose_answer(http::Spools& spools, Answer answer, Original& original);

}  // namespace godwit::compose
