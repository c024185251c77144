#include "backend/local/removed_items.hpp"

#include <utility>

#include "backend/local/addresses.hpp"
#include "backend/local/collections.hpp"
#include "backend/local/core.hpp"
#include "base/text.hpp"

namespace godwit::backend {
namespace {

using local::Database;

constexpr std::int64_t listed_max = 1'000;
constexpr std::size_t title_bytes_max = 200;

/// The first line of that name, for a person to know the item by.
std::string line_of(std::string_view text, std::string_view name) {
  for (std::size_t at = 0; (at = text.find(name, at)) != text.npos; ++at) {
    const std::size_t end = at + name.size();
    const bool begins = at == 0 || text[at - 1] == '\n';
    const bool ends = end < text.size() && (text[end] == ':' || text[end] == ';');
    if (!begins || !ends) continue;
    const std::string_view line = text.substr(at, text.find_first_of("\r\n", at) - at);
    return std::string(line.substr(std::min(line.find(':'), line.size() - 1) + 1));
  }
  return {};
}

std::string title_of(std::string_view text) {
  std::string title = line_of(text, "SUMMARY");
  if (title.empty()) title = line_of(text, "FN");
  return std::string(utf8_prefix(utf8_clean(title), title_bytes_max));
}

struct Restored {
  UserId user;
  FolderKey folder;
};

Result<Restored> put_back(Database& database, const std::string& address, std::int64_t number) {
  const auto user = local::find_user(database, address);
  if (!user) return fail(Errc::not_found, "no such user");
  auto row = database.query(
      "SELECT collection, href, text FROM removed_item WHERE id = ? AND collection IN "
      "(SELECT id FROM collection WHERE user = ?)",
      number, user->id);
  if (!row.step()) return fail(Errc::not_found, "no such item was removed lately");
  FolderKey key = local::collection_key(row.integer(0));
  const auto collection = local::find_collection(database, user->id, key);
  if (!collection) return pass(collection);
  const auto put = local::put_item(database, *collection, row.text(1), row.text(2), {});
  if (!put) return pass(put);
  database.run("DELETE FROM removed_item WHERE id = ?", number);
  return Restored{UserId::parse(address).value(), std::move(key)};
}

}  // namespace

Task<Result<std::vector<RemovedItem>>> LocalRemovedItems::list(std::string address) {
  auto job = [address =
                  ascii_lower(address)](Database& database) -> Result<std::vector<RemovedItem>> {
    const auto user = local::find_user(database, address);
    if (!user) return fail(Errc::not_found, "no such user");
    std::vector<RemovedItem> out;
    auto rows = database.query(
        "SELECT removed_item.id, class, name, text, removed FROM removed_item JOIN collection ON "
        "collection.id = collection WHERE user = ? ORDER BY removed_item.id DESC LIMIT ?",
        user->id, listed_max);
    while (rows.step()) {
      const std::string text = rows.text(3);
      out.push_back({.number = rows.integer(0),
                     .item_class = static_cast<ItemClass>(rows.integer(1)),
                     .folder = rows.text(2),
                     .title = title_of(text),
                     .removed = Time(std::chrono::milliseconds(rows.integer(4))),
                     .bytes = text.size()});
    }
    return out;
  };
  co_return co_await core_->database.read(std::move(job));
}

Task<Result<>> LocalRemovedItems::restore(std::string address, std::int64_t number) {
  auto job = [address = ascii_lower(address), number](Database& database) {
    return put_back(database, address, number);
  };
  const auto restored = co_await local::commit(core_, std::move(job));
  if (!restored) co_return pass(restored);
  core_->item_watches.tell(restored->user, restored->folder, ChangeListener::Kind::added);
  co_return Result<>{};
}

}  // namespace godwit::backend
