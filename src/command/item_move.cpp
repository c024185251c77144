#include "command/item_move.hpp"

#include <utility>

#include "base/bytes.hpp"
#include "command/item_lookup.hpp"

namespace godwit::command {
namespace {

using Outcome = ItemMove::Outcome;

constexpr int attempts_max = 3;  // against somebody who writes the same item all the time

/// Where a copy lies.
struct Copy {
  std::string href;
  std::string etag;
};

/// Writes the text where nothing else lies. Nothing: the collection does not take it.
Task<std::optional<Copy>> put_copy(backend::Items& items, FolderKey target,
                                   const backend::ItemText& text, std::string other_name) {
  for (const std::string& href : {text.href, other_name}) {
    const auto put = co_await items.put(target, href, text.text, {});
    if (put) co_return Copy{href, *put};
    if (put.error().code != Errc::conflict) co_return std::nullopt;
    // From an attempt that was cut short.
    const auto there = co_await items.fetch(target, {href});
    if (there && !there->empty() && there->front().text == text.text) {
      co_return Copy{href, there->front().etag};
    }
  }
  co_return std::nullopt;
}

}  // namespace

Task<ItemMove> move_item(Session& session, const sync::FolderTable& table, std::string source_id,
                         const sync::FolderRow& target) {
  const auto target_key = FolderKey::parse(target.key);
  if (!target_key) co_return ItemMove{Outcome::refused};
  auto source = co_await find_item(session, table, source_id);
  const std::string target_id = target.id + source_id.substr(source_id.find(':'));
  if (!source) {
    // The same name has the same digest everywhere.
    const auto there = co_await find_item(session, table, target_id);
    if (there) co_return ItemMove{Outcome::moved, target_id};
    co_return ItemMove{Outcome::missing};
  }
  backend::Items& items = *session.items();
  auto copy = co_await put_copy(items, *target_key, source->text, hex_encode(digest128(source_id)));
  if (!copy) co_return ItemMove{Outcome::refused};
  for (int attempt = 0; attempt < attempts_max; ++attempt) {
    const auto removed =
        co_await items.remove(source->collection, source->text.href, source->text.etag);
    if (removed) co_return ItemMove{Outcome::moved, sync::format_item_id(target.id, copy->href)};
    if (removed.error().code != Errc::conflict) break;
    // Somebody changed it meanwhile: the change moves, too.
    auto now = co_await items.fetch(source->collection, {source->text.href});
    if (!now || now->empty()) continue;
    source->text = std::move(now->front());
    const auto put = co_await items.put(*target_key, copy->href, source->text.text, {copy->etag});
    if (!put) break;
    copy->etag = *put;
  }
  static_cast<void>(co_await items.remove(*target_key, copy->href, copy->etag));
  co_return ItemMove{Outcome::refused};
}

}  // namespace godwit::command
