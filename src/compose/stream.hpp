/// Large contents on their way through: in pieces, others let in between.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/task.hpp"
#include "http/message.hpp"

namespace godwit::compose {

/// A stretch of a body that it keeps alive.
struct Stretch {
  std::shared_ptr<const http::Body> body;
  std::string_view bytes;
};

/// Calls `take` with pieces of `bytes` in order.
Task<> in_pieces(std::string_view bytes, std::function<void(std::string_view)> take);

/// `mime` itself when all its lines end in CRLF, else a repaired copy in a spool. `body` holds
/// `mime`.
Task<Stretch> with_line_ends(http::Spools& spools, Stretch mime);

/// A digest of digests.
Task<std::string> digest_of(std::string_view bytes);

}  // namespace godwit::compose
