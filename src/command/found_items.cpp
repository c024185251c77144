#include "command/found_items.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/log.hpp"
#include "command/item_kind.hpp"
#include "command/item_words.hpp"
#include "sync/server_id.hpp"

namespace godwit::command {
namespace {

constexpr Log logger("search");

constexpr std::size_t texts_at_once = 50;  // held meanwhile
constexpr std::uint64_t page_bytes_max = 8 * std::uint64_t{1024} * 1024;

struct Ranked {
  ItemClass item_class = ItemClass::calendar;
  Time when{};
  FoundText item;
};

/// One search through some collections.
class Looking {
 public:
  Looking(Session& session, const std::vector<backend::MailClause>& clauses)
      : session_(session), clauses_(clauses), user_(session.calendar()) {}

  /// A collection that goes away meanwhile has nothing.
  Task<> look_into(const sync::FolderRow& row) {
    const auto key = FolderKey::parse(row.key);
    std::string since;
    for (bool more = key.has_value(); more && left_ > 0;) {
      auto changes = co_await session_.items()->changes(*key, since);
      if (!changes) co_return;
      std::vector<std::string> hrefs;
      for (backend::ItemTag& tag : changes->changed) hrefs.push_back(std::move(tag.href));
      whole_ = whole_ && hrefs.size() <= left_;
      hrefs.resize(std::min(hrefs.size(), left_));
      left_ -= hrefs.size();
      for (std::size_t at = 0; at < hrefs.size(); at += texts_at_once) {
        const std::size_t count = std::min(texts_at_once, hrefs.size() - at);
        const auto begin = hrefs.begin() + static_cast<std::ptrdiff_t>(at);
        co_await read(row, *key, {begin, begin + static_cast<std::ptrdiff_t>(count)});
      }
      more = changes->more;
      since = std::move(changes->cursor);
    }
  }

  TextHits done(std::size_t hits_max) && {
    if (!whole_) logger.warning("search.not_whole", {{"user", session_.user()}});
    std::ranges::sort(found_, [](const Ranked& a, const Ranked& b) {
      return std::tuple(a.item_class, b.when, std::string_view(a.item.href)) <
             std::tuple(b.item_class, a.when, std::string_view(b.item.href));
    });
    TextHits out{{}, found_.size()};
    for (Ranked& each : found_) {
      if (out.items.size() < hits_max) out.items.push_back(std::move(each.item));
    }
    return out;
  }

 private:
  Task<> read(const sync::FolderRow& row, FolderKey key, std::vector<std::string> hrefs) {
    const auto texts = co_await session_.items()->fetch(std::move(key), std::move(hrefs));
    if (!texts) co_return;
    for (const backend::ItemText& text : *texts) {
      const auto words = words_of(row.item_class, text.text, user_);
      if (!words || !matches(*words, clauses_)) continue;
      found_.push_back({row.item_class, words->when, {row.id, text.href}});
    }
  }

  Session& session_;
  const std::vector<backend::MailClause>& clauses_;
  convert::ical::Context user_;
  std::vector<Ranked> found_;
  std::size_t left_ = searched_items_max;
  bool whole_ = true;
};

struct Shown {
  FoundItem item;
  std::uint64_t size = 0;
};

/// One of them as it is now; nothing: gone, or no device can be shown it.
Task<std::optional<Shown>> show(Session& session, const sync::FolderTable& table, FoundText found,
                                ItemOptions options) {
  const sync::FolderRow* row = table.find(found.collection_id);
  const ItemKind* kind = row == nullptr ? nullptr : find_kind(row->item_class);
  if (kind == nullptr) co_return std::nullopt;
  const auto key = FolderKey::parse(row->key);
  if (!key) co_return std::nullopt;
  const auto texts = co_await session.items()->fetch(*key, {found.href});
  if (!texts || texts->empty()) co_return std::nullopt;
  std::string id = sync::format_item_id(found.collection_id, found.href);
  auto item = kind->render(texts->front().text, options, id);
  if (!item) co_return std::nullopt;
  co_return Shown{
      {std::move(found.collection_id), std::move(id), std::move(item->write), kind->name},
      item->size};
}

}  // namespace

Task<TextHits> find_text_items(Session& session, std::vector<const sync::FolderRow*> folders,
                               std::vector<backend::MailClause> clauses, std::size_t hits_max) {
  if (session.items() == nullptr) co_return TextHits{};
  Looking looking(session, clauses);
  for (const sync::FolderRow* row : folders) {
    const ItemKind* kind = find_kind(row->item_class);
    if (kind != nullptr && session.version >= kind->since) co_await looking.look_into(*row);
  }
  co_return std::move(looking).done(hits_max);
}

Task<std::vector<FoundItem>> load_text_items(Session& session, const sync::FolderTable& table,
                                             TextHits& hits, IndexRange range,
                                             const std::vector<eas::BodyPreference>& bodies) {
  const ItemOptions options{session.version, bodies, session.calendar(), session.behaviour};
  std::vector<FoundItem> out;
  std::uint64_t held = 0;
  for (std::size_t at = range.first;
       at < hits.items.size() && out.size() < range.count() && held < page_bytes_max;) {
    auto shown = co_await show(session, table, hits.items[at], options);
    if (shown) {
      held += shown->size;
      out.push_back(std::move(shown->item));
      ++at;
    } else {
      hits.items.erase(hits.items.begin() + static_cast<std::ptrdiff_t>(at));
      --hits.total;
    }
  }
  co_return out;
}

}  // namespace godwit::command
