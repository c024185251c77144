#include "backend/local/content.hpp"

#include <algorithm>

#include "backend/local/limits.hpp"
#include "base/fault.hpp"
#include "base/pack.hpp"
#include "convert/header.hpp"
#include "convert/limits.hpp"

namespace godwit::backend::local {

namespace {

constexpr std::uint64_t packed_version = 1;

struct Range {
  std::uint64_t begin;
  std::uint64_t end;
};

/// What of the message is worth a blob of its own, in order.
void find_large(const Part& part, const convert::Layout& layout, std::vector<Range>& out) {
  for (const Part& child : part.children) find_large(child, layout, out);
  if (!part.children.empty() || part.size < piece_bytes_min) return;
  const convert::Located* const at = layout.find(part.section);
  if (at != nullptr && at->end - at->begin >= piece_bytes_min) {
    out.push_back({at->begin, at->end});
  }
}

std::vector<Range> large_parts(const convert::Layout& layout) {
  std::vector<Range> found;
  find_large(layout.structure, layout, found);
  std::ranges::sort(found, {}, &Range::begin);
  std::vector<Range> out;
  for (const Range& range : found) {
    if (out.empty() || range.begin >= out.back().end) out.push_back(range);
  }
  return out;
}

void copy(const BlobStore::Draft& from, Range range, BlobStore::Draft& to) {
  for (std::uint64_t at = range.begin; at < range.end;) {
    const auto length = std::min<std::uint64_t>(chunk_bytes, range.end - at);
    const std::string bytes = from.read(at, static_cast<std::size_t>(length));
    if (bytes.empty()) throw Fault(Fault::Kind::corrupt, "a spooled message lost its end");
    to.append(bytes);
    at += bytes.size();
  }
}

void add_blob(Content& content, const std::string& hash, std::uint64_t size) {
  const bool had =
      std::ranges::any_of(content.blobs, [&](const auto& blob) { return blob.first == hash; });
  if (!had) content.blobs.emplace_back(hash, size);
}

/// The large parts to blobs of their own, what is between them to one more.
void keep_apart(BlobStore& blobs, Pins& pins, const BlobStore::Draft& whole,
                const std::vector<Range>& large, Content& content) {
  BlobStore::Draft rest = blobs.draft();
  std::uint64_t at = 0;
  std::vector<std::size_t> of_rest;  // pieces that are in `rest`, whose name is not known yet
  const auto add_rest = [&](std::uint64_t end) {
    if (end == at) return;
    of_rest.push_back(content.pieces.size());
    content.pieces.push_back({.hash = {}, .offset = rest.size(), .length = end - at});
    copy(whole, {at, end}, rest);
  };
  for (const Range& range : large) {
    add_rest(range.begin);
    BlobStore::Draft part = blobs.draft();
    copy(whole, range, part);
    const std::uint64_t size = part.size();
    std::string hash = std::move(part).keep(pins);
    add_blob(content, hash, size);
    content.pieces.push_back({.hash = std::move(hash), .offset = 0, .length = size});
    at = range.end;
  }
  add_rest(whole.size());
  if (of_rest.empty()) return;
  const std::uint64_t size = rest.size();
  const std::string hash = std::move(rest).keep(pins);
  add_blob(content, hash, size);
  for (const std::size_t index : of_rest) content.pieces[index].hash = hash;
}

void pack_part(Packer& out, const Part& part) {
  out.text(part.section).text(part.type).text(part.subtype).number(part.parameters.size());
  for (const auto& [name, value] : part.parameters) out.text(name).text(value);
  out.text(part.encoding).text(part.disposition).text(part.file_name).text(part.content_id);
  out.text(part.content_location).text(part.description).number(part.size);
  out.number(part.children.size());
  for (const Part& child : part.children) pack_part(out, child);
}

Part unpack_part(Unpacker& in, std::size_t depth) {
  Part part;
  if (depth > 2 * convert::depth_max) {
    in.damage();
    return part;
  }
  part.section = in.text();
  part.type = in.text();
  part.subtype = in.text();
  for (std::size_t n = in.count(); n > 0 && in.ok(); --n) {
    std::string name = in.text();
    part.parameters.emplace_back(std::move(name), in.text());
  }
  part.encoding = in.text();
  part.disposition = in.text();
  part.file_name = in.text();
  part.content_id = in.text();
  part.content_location = in.text();
  part.description = in.text();
  part.size = in.number();
  for (std::size_t n = in.count(); n > 0 && in.ok(); --n) {
    part.children.push_back(unpack_part(in, depth + 1));
  }
  return part;
}

void check_whole(const Unpacker& in, const char* what) {
  if (const auto whole = in.finish(); !whole) {
    throw Fault(Fault::Kind::corrupt, std::string(what) + ": " + whole.error().message);
  }
}

}  // namespace

Content store_content(BlobStore& blobs, Pins& pins, const MessageSource& source) {
  Content content;
  content.size = source.size();
  convert::LayoutParser parser;
  BlobStore::Draft whole = blobs.draft();
  while (whole.size() < content.size) {
    const auto length = std::min<std::uint64_t>(chunk_bytes, content.size - whole.size());
    const std::string bytes = source.read(whole.size(), static_cast<std::size_t>(length));
    if (bytes.empty()) throw Fault(Fault::Kind::unavailable, "the message ended early");
    whole.append(bytes);
    parser.feed(bytes);
  }
  content.layout = parser.finish();
  content.hash = whole.hash();
  const auto header =
      std::min<std::uint64_t>(content.layout.header_size, convert::header_bytes_max);
  content.header = whole.read(0, static_cast<std::size_t>(header));
  content.message_id = convert::first_message_id(convert::Header(content.header).get("Message-ID"));
  content.words = convert::search_text(content.header, convert::read_at(whole), content.layout);
  const std::vector<Range> large = large_parts(content.layout);
  if (!large.empty()) {
    keep_apart(blobs, pins, whole, large, content);
  } else {
    std::string hash = std::move(whole).keep(pins);
    add_blob(content, hash, content.size);
    content.pieces.push_back({.hash = std::move(hash), .offset = 0, .length = content.size});
  }
  return content;
}

std::string read_pieces(const BlobStore& blobs, const std::vector<Piece>& pieces,
                        std::uint64_t offset, std::uint64_t length) {
  std::string out;
  for (const Piece& piece : pieces) {
    if (offset >= piece.length) {
      offset -= piece.length;
      continue;
    }
    if (length == 0) break;
    const std::uint64_t count = std::min(length, piece.length - offset);
    const std::string bytes =
        blobs.read(piece.hash, piece.offset + offset, static_cast<std::size_t>(count));
    if (bytes.size() != count) throw Fault(Fault::Kind::corrupt, "a blob is too short");
    out += bytes;
    length -= count;
    offset = 0;
  }
  return out;
}

std::string pack_pieces(const std::vector<Piece>& pieces) {
  Packer out;
  out.number(packed_version).number(pieces.size());
  for (const Piece& piece : pieces) {
    out.text(piece.hash).number(piece.offset).number(piece.length);
  }
  return std::move(out).bytes();
}

std::vector<Piece> unpack_pieces(std::string_view packed) {
  Unpacker in(packed);
  if (in.number() != packed_version) in.damage();
  std::vector<Piece> pieces;
  for (std::size_t n = in.count(); n > 0 && in.ok(); --n) {
    Piece piece;
    piece.hash = in.text();
    piece.offset = in.number();
    piece.length = in.number();
    pieces.push_back(std::move(piece));
  }
  check_whole(in, "the pieces of a message");
  return pieces;
}

std::string pack_layout(const convert::Layout& layout) {
  Packer out;
  out.number(packed_version).number(layout.header_size);
  pack_part(out, layout.structure);
  out.number(layout.parts.size());
  for (const convert::Located& part : layout.parts) {
    out.text(part.section).number(part.header_begin).number(part.begin).number(part.end);
  }
  return std::move(out).bytes();
}

convert::Layout unpack_layout(std::string_view packed) {
  Unpacker in(packed);
  if (in.number() != packed_version) in.damage();
  convert::Layout layout;
  layout.header_size = in.number();
  layout.structure = unpack_part(in, 0);
  for (std::size_t n = in.count(); n > 0 && in.ok(); --n) {
    convert::Located part;
    part.section = in.text();
    part.header_begin = in.number();
    part.begin = in.number();
    part.end = in.number();
    layout.parts.push_back(std::move(part));
  }
  check_whole(in, "the layout of a message");
  return layout;
}

}  // namespace godwit::backend::local
