#include <array>

#include "command/item_operations.hpp"

namespace godwit::command {
namespace {

/// [MS-ASCMD] MultiPartResponse: integers of 32 bits, low byte first (http.md §6).
void put_number(Sink& out, std::uint64_t value) {
  std::array<char, 4> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<char>((value >> (8 * i)) & 0xFFU);
  }
  out.append({bytes.data(), bytes.size()});
}

void put_body(Sink& out, const http::Body& body) {
  constexpr std::size_t piece_bytes = 256 * std::size_t{1024};
  const std::string_view bytes = body.view();
  for (std::size_t at = 0; at < bytes.size(); at += piece_bytes) {
    out.append(bytes.substr(at, piece_bytes));
    body.release(at);
  }
}

}  // namespace

std::shared_ptr<const http::Body> multipart_body(
    http::Spools& spools, const std::shared_ptr<const http::Body>& document,
    const std::vector<std::shared_ptr<const http::Body>>& parts) {
  std::vector<const http::Body*> all{document.get()};
  for (const auto& part : parts) all.push_back(part.get());
  const auto out = spools.writer();
  put_number(*out, all.size());
  std::uint64_t offset = 4 + 8 * all.size();
  for (const http::Body* each : all) {
    put_number(*out, offset);
    put_number(*out, each->size());
    offset += each->size();
  }
  for (const http::Body* each : all) put_body(*out, *each);
  return out->finish();
}

}  // namespace godwit::command
