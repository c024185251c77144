#include "sync/item_state.hpp"

#include <algorithm>
#include <utility>

#include "base/bytes.hpp"
#include "base/pack.hpp"

namespace godwit::sync {
namespace {

using Status = ItemEntry::Status;

constexpr std::uint64_t format = 3;
constexpr std::uint64_t format_without_repairs = 2;
constexpr std::size_t id_digest_bytes = 12;

constexpr auto owed = {Status::todo, Status::dirty, Status::gone, Status::soft};

std::string href_digest(std::string_view href) {
  return hex_encode(digest128(href).substr(0, id_digest_bytes));
}

std::size_t chunk_of_digest(const ItemState& state, std::string_view digest) {
  std::size_t place = 0;
  for (const char c : digest.substr(0, 4)) {
    const auto nibble = static_cast<std::size_t>(c >= 'a' ? c - 'a' + 10 : c - '0');
    place = place * 16 + nibble % 16;
  }
  return place % state.chunks.size();
}

void pack(Packer& out, const ItemChunk& chunk) {
  out.number(chunk.number);
  for (const std::uint32_t count : chunk.counts) out.number(count);
  out.signed_number(chunk.first_held).signed_number(chunk.last_outside);
}

ItemChunk unpack_chunk(Unpacker& in) {
  ItemChunk chunk;
  chunk.number = in.number();
  for (std::uint32_t& count : chunk.counts) count = in.number_as<std::uint32_t>();
  chunk.first_held = static_cast<ItemDay>(in.signed_number());
  chunk.last_outside = static_cast<ItemDay>(in.signed_number());
  return chunk;
}

}  // namespace

void note_changed(ItemState& state, backend::ItemTag tag) {
  const auto at = state.items.find(tag.href);
  if (at == state.items.end()) {
    state.items.emplace(std::move(tag.href), ItemEntry{Status::todo, std::move(tag.etag)});
    return;
  }
  ItemEntry& entry = at->second;
  switch (entry.status) {
    case Status::held:
    case Status::dirty:
    case Status::gone:
      entry.status = entry.etag == tag.etag ? Status::held : Status::dirty;
      break;
    case Status::soft:
      if (entry.etag != tag.etag) entry.status = Status::dirty;
      break;
    case Status::aside:
    case Status::outside:
      // engine.md §2: what was set aside is tried again when it changes.
      if (entry.etag != tag.etag) entry = {Status::todo, std::move(tag.etag)};
      break;
    case Status::todo:
      entry.etag = std::move(tag.etag);
      break;
  }
}

void note_removed(ItemState& state, std::string_view href) {
  const auto at = state.items.find(href);
  if (at == state.items.end()) return;
  if (is_on_device(at->second.status)) {
    at->second.status = Status::gone;
  } else {
    state.items.erase(at);
  }
}

bool is_on_device(Status status) {
  return status == Status::held || status == Status::dirty || status == Status::gone ||
         status == Status::soft;
}

std::size_t ItemState::count(Status status) const {
  std::size_t out = 0;
  for (const ItemChunk& chunk : chunks) {
    if (!chunk.loaded) out += chunk.counts[std::to_underlying(status)];
  }
  return out + static_cast<std::size_t>(std::ranges::count_if(
                   items, [&](const auto& item) { return item.second.status == status; }));
}

std::size_t ItemState::size() const {
  std::size_t out = items.size();
  for (const ItemChunk& chunk : chunks) {
    if (chunk.loaded) continue;
    for (const std::uint32_t count : chunk.counts) out += count;
  }
  return out;
}

std::size_t ItemState::count_pending() const {
  std::size_t out = again.size() + leave.size();
  for (const Status status : owed) out += count(status);
  return out;
}

std::string pack(const ItemState& state) {
  Packer out;
  out.number(format).boolean(state.started).text(state.cursor);
  out.number(state.filter_type).signed_number(state.floor);
  out.number(state.next_number).number(state.chunks.size());
  for (const ItemChunk& chunk : state.chunks) pack(out, chunk);
  out.boolean(state.supported.has_value());
  if (state.supported) {
    out.number(state.supported->size());
    for (const wbxml::Tag tag : *state.supported) out.number(tag.page).number(tag.code);
  }
  for (const auto* const ids : {&state.again, &state.leave}) {
    out.number(ids->size());
    for (const std::string& id : *ids) out.text(id);
  }
  return std::move(out).bytes();
}

Result<ItemState> unpack_item_state(std::string_view bytes) {
  Unpacker in(bytes);
  const std::uint64_t its_format = in.number();
  if (its_format != format && its_format != format_without_repairs) {
    return fail(Errc::unsupported, "item state of another format");
  }
  ItemState state;
  state.started = in.boolean();
  state.cursor = in.text();
  state.filter_type = in.number_as<std::uint8_t>();
  state.floor = static_cast<ItemDay>(in.signed_number());
  state.next_number = in.number();
  for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
    state.chunks.push_back(unpack_chunk(in));
  }
  if (in.boolean()) {
    state.supported.emplace();
    for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
      const auto page = in.number_as<std::uint8_t>();
      state.supported->push_back({page, in.number_as<std::uint8_t>()});
    }
  }
  for (auto* const ids : {&state.again, &state.leave}) {
    if (its_format == format_without_repairs) break;
    for (std::size_t left = in.count(); left > 0 && in.ok(); --left) ids->emplace(in.text());
  }
  if (auto whole = in.finish(); !whole) return pass(whole);
  return state;
}

std::set<std::uint64_t> chunk_numbers(std::string_view packed_state) {
  std::set<std::uint64_t> out;
  const auto state = unpack_item_state(packed_state);
  if (!state) return out;
  for (const ItemChunk& chunk : state->chunks) {
    if (chunk.number != 0) out.insert(chunk.number);
  }
  return out;
}

std::string format_item_id(std::string_view collection, std::string_view href) {
  return std::string(collection) + ':' + href_digest(href);
}

const std::string* find_href(const ItemState& state, std::string_view collection,
                             std::string_view id) {
  for (const auto& [href, entry] : state.items) {
    if (is_on_device(entry.status) && format_item_id(collection, href) == id) return &href;
  }
  return nullptr;
}

std::size_t chunk_of(const ItemState& state, std::string_view href) {
  return chunk_of_digest(state, href_digest(href));
}

std::size_t chunk_of_id(const ItemState& state, std::string_view id) {
  const auto colon = id.find(':');
  if (colon == std::string_view::npos) return 0;
  return chunk_of_digest(state, id.substr(colon + 1));
}

}  // namespace godwit::sync
