/// A message's bytes at rest: cut into blobs so that large attachments are held once for all
/// messages that carry them, with its layout, so that any stretch is read without the rest. All
/// functions that take a BlobStore block.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "backend/backend.hpp"
#include "backend/local/blobs.hpp"
#include "convert/mime.hpp"
#include "convert/search_text.hpp"

namespace godwit::backend::local {

/// `length` bytes of a blob from `offset`; a message is a sequence of these.
struct Piece {
  std::string hash;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  friend bool operator==(const Piece&, const Piece&) = default;
};

struct Content {
  std::string hash;  // of the whole message
  std::uint64_t size = 0;
  std::string header;      // at most convert::header_bytes_max
  std::string message_id;  // without angle brackets, may be empty
  convert::Layout layout;
  convert::SearchText words;  // what it can be found by
  std::vector<Piece> pieces;
  std::vector<std::pair<std::string, std::uint64_t>> blobs;  // each once, with its size
};

/// Reads the message once, in order; its blobs are durable and pinned when this returns. Throws
/// Fault.
Content store_content(BlobStore& blobs, Pins& pins, const MessageSource& source);

/// Bytes of the message that `pieces` make; fewer only at its end. Throws Fault (corrupt).
std::string read_pieces(const BlobStore& blobs, const std::vector<Piece>& pieces,
                        std::uint64_t offset, std::uint64_t length);

std::string pack_pieces(const std::vector<Piece>& pieces);
std::string pack_layout(const convert::Layout& layout);
/// Both throw Fault (corrupt) for what pack_* did not write.
std::vector<Piece> unpack_pieces(std::string_view packed);
convert::Layout unpack_layout(std::string_view packed);

}  // namespace godwit::backend::local
