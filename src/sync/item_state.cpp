#include "sync/item_state.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "base/bytes.hpp"
#include "base/pack.hpp"

namespace godwit::sync {
namespace {

using Status = ItemEntry::Status;

constexpr std::uint64_t format = 1;
constexpr std::size_t id_digest_bytes = 12;

void note_changed(ItemState& state, backend::ItemTag tag) {
  const auto at = state.items.find(tag.href);
  if (at == state.items.end()) {
    state.items.emplace(std::move(tag.href), ItemEntry{Status::todo, std::move(tag.etag), {}});
    return;
  }
  ItemEntry& entry = at->second;
  switch (entry.status) {
    case Status::held:
    case Status::dirty:
    case Status::gone:
      entry.status = entry.etag == tag.etag ? Status::held : Status::dirty;
      break;
    case Status::aside:
      // engine.md §2: what was set aside is tried again when it changes.
      if (entry.etag != tag.etag) entry = {Status::todo, std::move(tag.etag), {}};
      break;
    case Status::todo:
      entry.etag = std::move(tag.etag);
      break;
  }
}

void note_removed(ItemState& state, std::string_view href) {
  const auto at = state.items.find(href);
  if (at == state.items.end()) return;
  const bool on_device = at->second.status == Status::held || at->second.status == Status::dirty ||
                         at->second.status == Status::gone;
  if (on_device) {
    at->second.status = Status::gone;
  } else {
    state.items.erase(at);
  }
}

/// After a full listing: what it does not name is gone.
void note_missing(ItemState& state, const std::set<std::string>& listed) {
  std::vector<std::string> missing;
  for (const auto& [href, entry] : state.items) {
    if (!listed.contains(href)) missing.push_back(href);
  }
  for (const std::string& href : missing) note_removed(state, href);
}

}  // namespace

std::size_t ItemState::count_pending() const {
  return static_cast<std::size_t>(std::ranges::count_if(items, [](const auto& item) {
    const Status status = item.second.status;
    return status == Status::todo || status == Status::dirty || status == Status::gone;
  }));
}

std::string pack(const ItemState& state) {
  Packer out;
  out.number(format).boolean(state.started).text(state.cursor).number(state.items.size());
  for (const auto& [href, entry] : state.items) {
    out.text(href).number(std::to_underlying(entry.status)).text(entry.etag).text(entry.digests);
  }
  out.boolean(state.supported.has_value());
  if (state.supported) {
    out.number(state.supported->size());
    for (const wbxml::Tag tag : *state.supported) out.number(tag.page).number(tag.code);
  }
  return std::move(out).bytes();
}

Result<ItemState> unpack_item_state(std::string_view bytes) {
  Unpacker in(bytes);
  if (in.number() != format) return fail(Errc::unsupported, "item state of another format");
  ItemState state;
  state.started = in.boolean();
  state.cursor = in.text();
  for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
    std::string href = in.text();
    ItemEntry entry;
    entry.status = static_cast<Status>(in.number_as<std::uint8_t>());
    entry.etag = in.text();
    entry.digests = in.text();
    state.items.emplace_hint(state.items.end(), std::move(href), std::move(entry));
  }
  if (in.boolean()) {
    state.supported.emplace();
    for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
      const auto page = in.number_as<std::uint8_t>();
      state.supported->push_back({page, in.number_as<std::uint8_t>()});
    }
  }
  if (auto whole = in.finish(); !whole) return pass(whole);
  return state;
}

Task<Result<>> refresh(backend::Items& items, FolderKey collection, ItemState& state) {
  bool whole = !state.started || state.cursor.empty();
  std::string since = whole ? std::string() : state.cursor;
  std::set<std::string> listed;
  for (;;) {
    auto changes = co_await items.changes(collection, since);
    if (!changes && changes.error().code == Errc::stale && !since.empty()) {
      whole = true;
      since.clear();
      listed.clear();
      continue;
    }
    if (!changes) co_return pass(changes);
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
  if (whole) note_missing(state, listed);
  state.started = true;
  state.cursor = std::move(since);
  co_return Result<>{};
}

std::string format_item_id(std::string_view collection, std::string_view href) {
  return std::string(collection) + ':' + hex_encode(digest128(href).substr(0, id_digest_bytes));
}

const std::string* find_href(const ItemState& state, std::string_view collection,
                             std::string_view id) {
  for (const auto& [href, entry] : state.items) {
    const bool on_device = entry.status != Status::todo && entry.status != Status::aside;
    if (on_device && format_item_id(collection, href) == id) return &href;
  }
  return nullptr;
}

std::vector<std::string> hrefs_of(const ItemState& state, Status status, std::size_t limit) {
  std::vector<std::string> out;
  for (const auto& [href, entry] : state.items) {
    if (out.size() >= limit) break;
    if (entry.status == status) out.push_back(href);
  }
  return out;
}

}  // namespace godwit::sync
