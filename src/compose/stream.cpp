#include "compose/stream.hpp"

#include "base/bytes.hpp"
#include "compose/encode.hpp"
#include "compose/limits.hpp"
#include "net/loop.hpp"

namespace godwit::compose {

Task<> in_pieces(const http::Body* body, std::string_view bytes,
                 std::function<void(std::string_view)> take) {
  while (!bytes.empty()) {
    const std::string_view piece = bytes.substr(0, piece_bytes);
    take(piece);
    bytes.remove_prefix(piece.size());
    if (bytes.empty()) break;
    if (body != nullptr) {
      body->release(static_cast<std::uint64_t>(bytes.data() - body->view().data()));
    }
    co_await net::yield_to_others();
  }
}

Task<Stretch> with_line_ends(http::Spools& spools, Stretch mime) {
  char before = 0;
  bool clean = true;
  const std::function<void(std::string_view)> look = [&](std::string_view piece) {
    clean = clean && LineEnds::clean(piece, before);
    before = piece.back();
  };
  co_await in_pieces(mime.body.get(), mime.bytes, look);
  if (clean && before != '\r') co_return mime;
  const auto spool = spools.writer();
  LineEnds line_ends;
  std::string out;
  const std::function<void(std::string_view)> repair = [&](std::string_view piece) {
    out.clear();
    line_ends.feed(piece, out);
    spool->append(out);
  };
  co_await in_pieces(mime.body.get(), mime.bytes, repair);
  out.clear();
  line_ends.finish(out);
  spool->append(out);
  auto body = spool->finish();
  const std::string_view bytes = body->view();
  co_return Stretch{std::move(body), bytes};
}

Task<std::string> digest_of(const http::Body& body, std::string_view bytes) {
  std::string digest;
  const std::function<void(std::string_view)> add = [&](std::string_view piece) {
    digest = digest128(digest + digest128(piece));
  };
  co_await in_pieces(&body, bytes, add);
  co_return digest;
}

}  // namespace godwit::compose
