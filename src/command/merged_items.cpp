#include "command/merged_items.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "base/bytes.hpp"
#include "base/pack.hpp"

namespace godwit::command {
namespace {

using backend::ItemChanges;
using backend::ItemTag;
using backend::ItemText;

// Of names that lie elsewhere: this, the collection's digest, and the name there. A name in the
// default collection that begins like one is written like one, so that each means one thing.
constexpr char name_mark = '\x01';
constexpr std::size_t digest_size = 16;
constexpr std::string_view cursor_mark = "\x01merged";

std::string digest_of(std::string_view key) {
  return hex_encode(digest128(key)).substr(0, digest_size);
}

FolderRole role_of(ItemClass item_class) {
  switch (item_class) {
    case ItemClass::calendar:
      return FolderRole::calendar;
    case ItemClass::contacts:
      return FolderRole::contacts;
    case ItemClass::tasks:
      return FolderRole::tasks;
    case ItemClass::notes:
      return FolderRole::notes;
    case ItemClass::email:
    case ItemClass::recipients:
      break;
  }
  return FolderRole::none;
}

struct Position {
  std::string digest;
  std::string cursor;
};

std::string pack(const std::vector<Position>& positions) {
  Packer out;
  out.text(cursor_mark).number(positions.size());
  for (const Position& each : positions) out.text(each.digest).text(each.cursor);
  return std::move(out).bytes();
}

std::optional<std::vector<Position>> unpack(std::string_view bytes) {
  Unpacker in(bytes);
  if (in.view() != cursor_mark) return std::nullopt;
  std::vector<Position> out;
  for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
    Position& each = out.emplace_back();
    each.digest = in.text();
    each.cursor = in.text();
  }
  return in.finish() ? std::optional(std::move(out)) : std::nullopt;
}

}  // namespace

bool is_merged_cursor(std::string_view cursor) { return unpack(cursor).has_value(); }

const sync::FolderRow* merged_into(const sync::FolderTable& table, const sync::FolderRow& row) {
  const FolderRole role = role_of(row.item_class);
  if (role == FolderRole::none || row.role == role) return nullptr;
  return table.find_role(role);
}

sync::FolderTable without_merged(const sync::FolderTable& table) {
  sync::FolderTable out = table;
  std::erase_if(out.rows,
                [&](const sync::FolderRow& row) { return merged_into(table, row) != nullptr; });
  return out;
}

struct MergedItems::Member {
  FolderKey key;
  std::string digest;
  bool is_default = false;

  std::string name_of(std::string href) const {
    if (is_default && !href.starts_with(name_mark)) return href;
    return name_mark + digest + href;
  }
};

/// In an order that is always the same: by id. One alone where the collection is not merged.
std::vector<MergedItems::Member> MergedItems::members_of(const FolderKey& collection) const {
  std::vector<Member> out;
  const sync::FolderRow* const own = table_.find_key(collection.view());
  if (own == nullptr || own->role == FolderRole::none || own->role != role_of(own->item_class)) {
    return out;
  }
  std::vector<const sync::FolderRow*> rows;
  for (const sync::FolderRow& row : table_.rows) {
    if (&row == own || merged_into(table_, row) == own) rows.push_back(&row);
  }
  std::ranges::sort(rows, {},
                    [](const sync::FolderRow* row) { return std::pair(row->id.size(), row->id); });
  for (const sync::FolderRow* row : rows) {
    auto key = FolderKey::parse(row->key);
    if (key) out.push_back({std::move(*key), digest_of(row->key), row == own});
  }
  return out;
}

std::string MergedItems::name_of(const ItemPlace& place) const {
  const sync::FolderRow* const row = table_.find_key(place.collection.view());
  const bool elsewhere = row != nullptr && merged_into(table_, *row) != nullptr;
  const Member member{place.collection, digest_of(place.collection.view()), !elsewhere};
  return member.name_of(place.href);
}

ItemPlace MergedItems::place_of(const FolderKey& collection, std::string href) const {
  if (!href.starts_with(name_mark) || href.size() < 1 + digest_size) {
    return {collection, std::move(href)};
  }
  const auto digest = std::string_view(href).substr(1, digest_size);
  for (Member& member : members_of(collection)) {
    if (member.digest == digest) return {std::move(member.key), href.substr(1 + digest_size)};
  }
  return {collection, std::move(href)};
}

Task<Result<std::string>> MergedItems::cursor(FolderKey collection) {
  const auto members = members_of(collection);
  if (members.empty()) co_return co_await items_->cursor(std::move(collection));
  std::vector<Position> positions;
  for (const Member& member : members) {
    auto cursor = co_await items_->cursor(member.key);
    // One that is gone is left out; without the default one there is no folder.
    const bool gone = !cursor && cursor.error().code == Errc::not_found && !member.is_default;
    if (gone) continue;
    if (!cursor) co_return cursor;
    positions.push_back({member.digest, std::move(*cursor)});
  }
  co_return pack(positions);
}

Task<Result<ItemChanges>> MergedItems::changes(FolderKey collection, std::string since) {
  const auto members = members_of(collection);
  if (members.empty()) co_return co_await items_->changes(std::move(collection), std::move(since));
  const auto known = since.empty() ? std::vector<Position>() : unpack(since);
  if (!known) co_return fail(Errc::stale, "not a position of several collections");
  ItemChanges out;
  std::vector<Position> positions;
  for (const Member& member : members) {
    const auto at = std::ranges::find(*known, member.digest, &Position::digest);
    const std::string before = at == known->end() ? std::string() : at->cursor;
    auto changes = co_await items_->changes(member.key, before);
    const bool gone = !changes && changes.error().code == Errc::not_found && !member.is_default;
    if (gone) continue;
    if (!changes) co_return changes;
    for (ItemTag& tag : changes->changed) {
      out.changed.push_back({member.name_of(std::move(tag.href)), std::move(tag.etag)});
    }
    for (std::string& href : changes->removed) {
      out.removed.push_back(member.name_of(std::move(href)));
    }
    out.more |= changes->more;
    positions.push_back({member.digest, std::move(changes->cursor)});
  }
  // What lay in a collection that is gone by now is found out by a whole listing.
  const bool lost = std::ranges::any_of(*known, [&](const Position& each) {
    return std::ranges::find(positions, each.digest, &Position::digest) == positions.end();
  });
  if (lost) co_return fail(Errc::stale, "a collection is gone");
  out.cursor = pack(positions);
  co_return out;
}

Task<Result<std::vector<ItemText>>> MergedItems::fetch(FolderKey collection,
                                                       std::vector<std::string> hrefs) {
  std::map<FolderKey, std::vector<std::string>> wanted;
  std::map<std::string, ItemText> found;  // by name here
  for (const std::string& href : hrefs) {
    ItemPlace place = place_of(collection, href);
    wanted[std::move(place.collection)].push_back(std::move(place.href));
  }
  for (auto& [key, names] : wanted) {
    auto texts = co_await items_->fetch(key, std::move(names));
    const bool gone = !texts && texts.error().code == Errc::not_found && key != collection;
    if (gone) continue;
    if (!texts) co_return texts;
    for (ItemText& text : *texts) {
      text.href = name_of({key, text.href});
      found[text.href] = std::move(text);
    }
  }
  std::vector<ItemText> out;
  for (const std::string& href : hrefs) {
    const auto at = found.find(href);
    if (at == found.end()) continue;
    out.push_back(std::move(at->second));
    found.erase(at);
  }
  co_return out;
}

Task<Result<std::vector<ItemText>>> MergedItems::find_uid(FolderKey collection, std::string uid) {
  const auto members = members_of(collection);
  if (members.empty()) co_return co_await items_->find_uid(std::move(collection), std::move(uid));
  std::vector<ItemText> out;
  for (const Member& member : members) {
    auto texts = co_await items_->find_uid(member.key, uid);
    const bool gone = !texts && texts.error().code == Errc::not_found && !member.is_default;
    if (gone) continue;
    if (!texts) co_return texts;
    for (ItemText& text : *texts) {
      text.href = member.name_of(std::move(text.href));
      out.push_back(std::move(text));
    }
  }
  co_return out;
}

Task<Result<std::string>> MergedItems::put(FolderKey collection, std::string href, std::string text,
                                           backend::ItemCondition condition) {
  ItemPlace place = place_of(collection, std::move(href));
  co_return co_await items_->put(std::move(place.collection), std::move(place.href),
                                 std::move(text), std::move(condition));
}

Task<Result<>> MergedItems::remove(FolderKey collection, std::string href,
                                   std::optional<std::string> etag) {
  ItemPlace place = place_of(collection, std::move(href));
  co_return co_await items_->remove(std::move(place.collection), std::move(place.href),
                                    std::move(etag));
}

}  // namespace godwit::command
