#include "sync/item_chunks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <utility>

#include "base/fault.hpp"
#include "base/pack.hpp"

namespace godwit::sync {
namespace {

using Status = ItemEntry::Status;

constexpr std::size_t chunks_max = 1024;
constexpr std::size_t growth = 4;  // times items_of_chunk
constexpr std::size_t page_records = 100;
constexpr int stale_max = 2;  // of one look: a backend that goes on is out of order

std::string pack_items(const std::map<std::string_view, const ItemEntry*>& items) {
  Packer out;
  out.number(1).number(items.size());
  for (const auto& [href, entry] : items) {
    out.text(href).number(std::to_underlying(entry->status)).text(entry->etag);
    out.text(entry->digests).signed_number(entry->lasts);
  }
  return std::move(out).bytes();
}

/// False: it is damaged.
bool unpack_items(std::string_view bytes, ItemState& state) {
  Unpacker in(bytes);
  if (in.number() != 1) in.damage();
  for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
    std::string href = in.text();
    ItemEntry entry;
    const auto status = in.number_as<std::uint8_t>();
    if (status >= item_status_count) in.damage();
    entry.status = static_cast<Status>(status);
    entry.etag = in.text();
    entry.digests = in.text();
    entry.lasts = static_cast<ItemDay>(in.signed_number());
    state.items.insert_or_assign(std::move(href), std::move(entry));
  }
  return in.finish().has_value();
}

/// What is told of a chunk that is not loaded.
void summarize(ItemChunk& chunk, const std::map<std::string_view, const ItemEntry*>& items) {
  chunk.counts = {};
  chunk.first_held = item_day_never;
  chunk.last_outside = item_day_first;
  for (const auto& [href, entry] : items) {
    ++chunk.counts[std::to_underlying(entry->status)];
    if (entry->status == Status::outside) {
      chunk.last_outside = std::max(chunk.last_outside, entry->lasts);
    } else if (is_on_device(entry->status)) {
      chunk.first_held = std::min(chunk.first_held, entry->lasts);
    }
  }
}

/// What the window's move makes of an entry.
void move_into(ItemEntry& entry, ItemDay floor) {
  const bool inside = entry.lasts >= floor;
  if (entry.status == Status::held && !inside) entry.status = Status::soft;
  if (entry.status == Status::outside && inside) entry.status = Status::todo;
  // It may have changed while it was on its way out.
  if (entry.status == Status::soft && inside) entry.status = Status::dirty;
}

}  // namespace

store::Key ItemChunks::key(std::uint64_t number) const {
  return {user_, store::Kind::item_chunk, fmt::format("{}/{}", name_, number)};
}

Task<> ItemChunks::load(ItemState& state, std::set<std::size_t> places) {
  std::vector<store::Key> keys;
  std::vector<std::size_t> wanted;
  for (const std::size_t place : places) {
    ItemChunk& chunk = state.chunks[place];
    if (chunk.loaded) continue;
    chunk.loaded = true;
    if (chunk.number == 0) continue;
    keys.push_back(key(chunk.number));
    wanted.push_back(place);
  }
  if (keys.empty()) co_return;
  const auto records = co_await store_.get_many(std::move(keys));
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    ItemChunk& chunk = state.chunks[wanted[i]];
    if (records[i]) chunk.bytes = records[i]->value;
    if (!records[i] || !unpack_items(chunk.bytes, state)) lost_ = true;
  }
}

Task<> ItemChunks::load_all(ItemState& state) {
  std::set<std::size_t> places;
  for (std::size_t i = 0; i < state.chunks.size(); ++i) places.insert(i);
  co_await load(state, std::move(places));
}

Task<> ItemChunks::load_hrefs(ItemState& state, const std::vector<std::string>& hrefs) {
  if (state.chunks.empty()) co_await grow(state, 0);
  std::set<std::size_t> places;
  for (const std::string& href : hrefs) places.insert(chunk_of(state, href));
  co_await load(state, std::move(places));
}

Task<> ItemChunks::load_ids(ItemState& state, const std::vector<std::string>& ids) {
  if (state.chunks.empty()) co_await grow(state, 0);
  std::set<std::size_t> places;
  for (const std::string& id : ids) places.insert(chunk_of_id(state, id));
  co_await load(state, std::move(places));
}

Task<std::vector<std::string>> ItemChunks::find(ItemState& state, Status status,
                                                std::size_t limit) {
  std::vector<std::string> out;
  const auto take = [&] {
    out.clear();
    for (const auto& [href, entry] : state.items) {
      if (out.size() >= limit) return;
      if (entry.status == status) out.push_back(href);
    }
  };
  take();
  for (std::size_t i = 0; i < state.chunks.size() && out.size() < limit; ++i) {
    const ItemChunk& chunk = state.chunks[i];
    if (chunk.loaded || chunk.counts[std::to_underlying(status)] == 0) continue;
    co_await load(state, {i});
    take();
  }
  co_return out;
}

/// Splits the items into as many chunks as `items` of them need.
Task<> ItemChunks::grow(ItemState& state, std::size_t items) {
  const std::size_t wanted =
      std::min(std::bit_ceil(std::max<std::size_t>(items / items_of_chunk, 1)), chunks_max);
  if (!state.chunks.empty() &&
      (wanted < state.chunks.size() * growth || state.chunks.size() == chunks_max)) {
    co_return;
  }
  co_await load_all(state);
  state.chunks.assign(wanted, {});
  for (ItemChunk& chunk : state.chunks) chunk.loaded = true;
}

Task<> ItemChunks::move_window(ItemState& state, ItemDay floor) {
  if (state.floor == floor) co_return;
  std::set<std::size_t> places;
  for (std::size_t i = 0; i < state.chunks.size(); ++i) {
    const ItemChunk& chunk = state.chunks[i];
    const bool leaves = chunk.first_held < floor;
    const bool enters = chunk.last_outside >= floor;
    const bool returns = chunk.counts[std::to_underlying(Status::soft)] > 0;
    if (leaves || enters || returns) places.insert(i);
  }
  co_await load(state, std::move(places));
  for (auto& [href, entry] : state.items) move_into(entry, floor);
  state.floor = floor;
}

Task<Result<>> ItemChunks::refresh(backend::Items& items, FolderKey collection, ItemState& state,
                                   ItemDay floor) {
  bool whole = !state.started || state.cursor.empty();
  std::string since = whole ? std::string() : state.cursor;
  std::set<std::string> listed;
  int stale = 0;
  for (;;) {
    auto changes = co_await items.changes(collection, since);
    if (!changes && changes.error().code == Errc::stale && !since.empty()) {
      if (++stale > stale_max) throw Fault(Fault::Kind::corrupt, "positions are never valid");
      whole = true;
      since.clear();
      listed.clear();
      continue;
    }
    if (!changes) co_return pass(changes);
    std::vector<std::string> named = changes->removed;
    for (const backend::ItemTag& tag : changes->changed) named.push_back(tag.href);
    const std::size_t known = state.size();
    co_await grow(state, known + named.size());
    co_await load_hrefs(state, named);
    for (backend::ItemTag& tag : changes->changed) {
      if (whole) listed.insert(tag.href);
      note_changed(state, std::move(tag));
    }
    for (const std::string& href : changes->removed) {
      listed.erase(href);
      note_removed(state, href);
    }
    since = std::move(changes->cursor);
    if (!changes->more) break;
  }
  if (whole) {
    // What a full listing does not name is gone.
    co_await load_all(state);
    std::vector<std::string> missing;
    for (const auto& [href, entry] : state.items) {
      if (!listed.contains(href)) missing.push_back(href);
    }
    for (const std::string& href : missing) note_removed(state, href);
  }
  state.started = true;
  state.cursor = std::move(since);
  co_await move_window(state, floor);
  co_return Result<>{};
}

std::vector<store::Write> ItemChunks::save(ItemState& state) const {
  std::vector<std::map<std::string_view, const ItemEntry*>> split(state.chunks.size());
  for (const auto& [href, entry] : state.items) {
    const std::size_t place = chunk_of(state, href);
    if (!state.chunks[place].loaded) {
      throw Fault(Fault::Kind::corrupt, "an item of a chunk that is not loaded");
    }
    split[place].emplace(href, &entry);
  }
  std::vector<store::Write> out;
  for (std::size_t i = 0; i < split.size(); ++i) {
    ItemChunk& chunk = state.chunks[i];
    if (!chunk.loaded) continue;
    summarize(chunk, split[i]);
    if (split[i].empty()) {
      chunk.number = 0;
      chunk.bytes.clear();
      continue;
    }
    std::string bytes = pack_items(split[i]);
    if (chunk.number != 0 && bytes == chunk.bytes) continue;
    chunk.number = state.next_number++;
    chunk.bytes = bytes;
    out.push_back({key(chunk.number), std::nullopt, std::move(bytes)});
  }
  return out;
}

std::vector<store::Write> ItemChunks::collect(const Relationship& stored,
                                              const Relationship& next) const {
  std::set<std::uint64_t> unused = chunk_numbers(stored.acknowledged_state);
  unused.merge(chunk_numbers(stored.offered_state));
  for (const std::string* const state : {&next.acknowledged_state, &next.offered_state}) {
    for (const std::uint64_t number : chunk_numbers(*state)) unused.erase(number);
  }
  std::vector<store::Write> out;
  out.reserve(unused.size());
  for (const std::uint64_t number : unused) {
    out.push_back({key(number), std::nullopt, std::nullopt});
  }
  return out;
}

Task<std::vector<store::Write>> ItemChunks::clear() const {
  std::vector<store::Write> out;
  std::string after;
  for (;;) {
    const auto page =
        co_await store_.list(user_, store::Kind::item_chunk, name_ + '/', after, page_records);
    for (const store::Record& record : page) {
      out.push_back({record.key, std::nullopt, std::nullopt});
    }
    if (page.size() < page_records) break;
    after = page.back().key.name;
  }
  co_return out;
}

}  // namespace godwit::sync
