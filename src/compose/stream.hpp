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

/// Calls `take` with pieces of `bytes` in order. `body` holds them: what was taken need not stay in
/// memory; null = they stay.
Task<> in_pieces(const http::Body* body, std::string_view bytes,
                 std::function<void(std::string_view)> take);

/// `mime` itself when all its lines end in CRLF, else a repaired copy in a spool. `body` holds
/// `mime`.
Task<Stretch> with_line_ends(http::Spools& spools, Stretch mime);

/// A digest of digests.
Task<std::string> digest_of(const http::Body& body, std::string_view bytes);

}  // namespace godwit::compose
