#include "command/found_mail.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/pack.hpp"
#include "command/draft_names.hpp"
#include "sync/server_id.hpp"

namespace godwit::command {
namespace {

using backend::MailHits;

constexpr std::uint64_t page_bytes_max = 8 * std::uint64_t{1024} * 1024;
constexpr std::size_t items_at_once = 25;

bool is_mail(const sync::FolderRow& row) {
  return row.selectable && row.item_class == ItemClass::email && !row.key.empty();
}

/// The ids and all that stand below them.
std::set<std::string> with_descendants(const sync::FolderTable& table, std::set<std::string> ids) {
  for (std::size_t before = 0; before != ids.size();) {
    before = ids.size();
    for (const sync::FolderRow& row : table.rows) {
      if (ids.contains(row.parent)) ids.insert(row.id);
    }
  }
  return ids;
}

using Rendered = std::map<std::pair<std::uint32_t, Uid>, render::Prepared>;

/// Renders pages of a result set.
class Pager {
 public:
  Pager(Session& session, const sync::FolderTable& table, FoundMail& found, render::Options options)
      : session_(session), table_(table), hits_(found.hits), options_(std::move(options)) {}

  Task<MailPage> run(IndexRange range) {
    MailPage page;
    std::size_t at = range.first;
    while (!full_ && page.items.size() < range.count() && at < hits_.hits.size()) {
      const std::size_t wanted = std::min<std::size_t>(
          {items_at_once, static_cast<std::size_t>(range.count()) - page.items.size(),
           hits_.hits.size() - at});
      const auto begin = hits_.hits.begin() + static_cast<std::ptrdiff_t>(at);
      const std::vector<MailHits::Hit> chunk(begin, begin + static_cast<std::ptrdiff_t>(wanted));
      Rendered rendered = co_await render(chunk);
      for (const MailHits::Hit& hit : chunk) {
        const auto item = rendered.find({hit.folder, hit.uid});
        if (item != rendered.end()) {
          page.items.push_back(show(hit, std::move(item->second)));
          ++at;
        } else if (left_out_.contains({hit.folder, hit.uid})) {
          break;  // the page is full
        } else {
          hits_.hits.erase(hits_.hits.begin() + static_cast<std::ptrdiff_t>(at));
          --hits_.total;
        }
      }
    }
    page.total = hits_.total;
    co_return page;
  }

 private:
  const sync::FolderRow* row_of(std::uint32_t folder) const {
    return table_.find_key(hits_.folders[folder].key.view());
  }

  FoundItem show(const MailHits::Hit& hit, render::Prepared prepared) const {
    const std::string& collection = row_of(hit.folder)->id;
    const std::uint32_t uid_validity = hits_.folders[hit.folder].uid_validity;
    const auto names = names_.find(hit.folder);
    Uid uid = hit.uid;
    if (names != names_.end()) {
      const auto known = names->second.find(uid);
      if (known != names->second.end()) uid = known->second;
    }
    return {collection, sync::format_mail_id(collection, uid_validity, uid),
            std::move(*prepared.write)};
  }

  /// Those that are there; what has no room any more goes to `left_out_`.
  Task<Rendered> render(std::vector<MailHits::Hit> chunk) {
    std::map<std::uint32_t, std::vector<Uid>> by_folder;
    for (const MailHits::Hit& hit : chunk) by_folder[hit.folder].push_back(hit.uid);
    Rendered out;
    for (auto& [folder, uids] : by_folder) {
      const sync::FolderRow* row = row_of(folder);
      if (row == nullptr) continue;
      if (!names_.contains(folder)) {
        names_.emplace(folder, co_await known_names(session_, table_, row->id,
                                                    hits_.folders[folder].uid_validity));
      }
      render::Request request{.folder = hits_.folders[folder].key,
                              .uid_validity = hits_.folders[folder].uid_validity,
                              .uids = std::move(uids),
                              .collection_id = row->id,
                              .options = options_};
      co_await render_folder(std::move(request), folder, out);
    }
    co_return out;
  }

  Task<> render_folder(render::Request request, std::uint32_t folder, Rendered& out) {
    render::Renderer renderer(session_.shared_mail(), session_.services.spools);
    while (!request.uids.empty()) {
      if (held_ >= page_bytes_max) {
        for (const Uid uid : request.uids) left_out_.insert({folder, uid});
        full_ = true;
        co_return;
      }
      request.memory_max = page_bytes_max - held_;
      auto batch = co_await renderer.prepare(request);
      if (!batch) co_return;  // the folder is gone, or another
      for (render::Prepared& item : batch->items) {
        const Uid uid = item.uid;
        if (!item.write) item = co_await plainer(request, std::move(item));
        held_ += item.size;
        if (item.write) out.emplace(std::pair(folder, uid), std::move(item));
      }
      const std::size_t consumed = std::max<std::size_t>(batch->consumed, 1);
      request.uids.erase(request.uids.begin(),
                         request.uids.begin() +
                             static_cast<std::ptrdiff_t>(std::min(consumed, request.uids.size())));
    }
  }

  /// An item that cannot be rendered is tried in plainer forms (engine.md §2).
  Task<render::Prepared> plainer(render::Request request, render::Prepared failed) {
    request.uids = {failed.uid};
    render::Renderer renderer(session_.shared_mail(), session_.services.spools);
    for (const auto form : {render::Form::plain_text, render::Form::headers_only}) {
      request.form = form;
      auto batch = co_await renderer.prepare(request);
      if (!batch || batch->items.empty()) break;
      failed = std::move(batch->items.front());
      if (failed.write) break;
    }
    co_return failed;
  }

  Session& session_;
  const sync::FolderTable& table_;
  MailHits& hits_;
  render::Options options_;
  /// By which ids the device knows drafts that it edited.
  std::map<std::uint32_t, std::map<Uid, Uid>> names_;
  std::uint64_t held_ = 0;
  bool full_ = false;
  std::set<std::pair<std::uint32_t, Uid>> left_out_;
};

}  // namespace

std::string pack_search(const MailSearch& search) {
  Packer out;
  const auto time = [](std::optional<Time> at) {
    return at ? std::optional(static_cast<std::uint64_t>(at->time_since_epoch().count()))
              : std::nullopt;
  };
  out.boolean(search.deep).number(search.collections.size());
  for (const std::string& id : search.collections) out.text(id);
  out.optional_number(time(search.query.after)).optional_number(time(search.query.before));
  out.boolean(search.conversation.has_value()).text(search.conversation.value_or(""));
  for (const backend::MailClause& clause : search.query.clauses) {
    out.boolean(clause.negated).number(clause.terms.size());
    for (const backend::MailTerm& term : clause.terms) {
      out.number(std::to_underlying(term.where)).text(term.words);
    }
  }
  return std::move(out).bytes();
}

std::optional<std::vector<const sync::FolderRow*>> rows_of(const sync::FolderTable& table,
                                                           const MailSearch& search) {
  std::set<std::string> ids(search.collections.begin(), search.collections.end());
  const bool all = ids.empty() || (search.deep && ids.contains("0"));
  for (const std::string& id : ids) {
    if (!all && table.find(id) == nullptr) return std::nullopt;
  }
  if (search.deep && !all) ids = with_descendants(table, std::move(ids));
  std::vector<const sync::FolderRow*> out;
  for (const sync::FolderRow& row : table.rows) {
    if (all || ids.contains(row.id)) out.push_back(&row);
  }
  return out;
}

std::optional<std::vector<FolderKey>> folders_of(const sync::FolderTable& table,
                                                 const MailSearch& search) {
  const auto rows = rows_of(table, search);
  if (!rows) return std::nullopt;
  std::vector<FolderKey> out;
  for (const sync::FolderRow* row : *rows) {
    if (!is_mail(*row)) continue;
    if (auto key = FolderKey::parse(row->key)) out.push_back(std::move(*key));
  }
  return out;
}

Task<MailPage> load_page(Session& session, const sync::FolderTable& table, FoundMail& found,
                         IndexRange range, render::Options options) {
  Pager pager(session, table, found, std::move(options));
  co_return co_await pager.run(range);
}

}  // namespace godwit::command
