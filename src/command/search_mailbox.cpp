// [MS-ASCMD] Search, Store Mailbox.
#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/pack.hpp"
#include "base/text.hpp"
#include "command/conversations.hpp"
#include "command/found_items.hpp"
#include "command/found_mail.hpp"
#include "command/free_text.hpp"
#include "command/hierarchy.hpp"
#include "command/search.hpp"
#include "command/sync_collection.hpp"
#include "eas/sync.hpp"
#include "mapping/email.hpp"
#include "wbxml/pages/airsync.hpp"
#include "wbxml/pages/airsyncbase.hpp"
#include "wbxml/pages/email.hpp"
#include "wbxml/pages/rights_management.hpp"
#include "wbxml/pages/search.hpp"

namespace godwit::command {
namespace {

namespace tag = wbxml::search;
namespace airsync = wbxml::airsync;
namespace airsyncbase = wbxml::airsyncbase;
namespace status = search_status;
using eas::Version;
using wbxml::Element;
using wbxml::Writer;

constexpr std::uint32_t page_items_max = 100;  // [MS-ASCMD] Range (Search), Mailbox

template <class T>
using Checked = std::expected<T, std::uint16_t>;  // the error: the store's status

struct Request {
  MailSearch search;
  std::vector<ItemClass> classes;  // empty = mail, and what the folders that are named hold
  IndexRange range;
  bool rebuild = false;
  eas::SyncOptions bodies;
};

/// [MS-ASCMD] GreaterThan, LessThan: DateReceived, then Value.
Checked<Time> read_date(const Element& comparison) {
  const bool complete = comparison.children.size() == 2 &&
                        comparison.children[0].tag == wbxml::email::DateReceived &&
                        comparison.children[1].tag == tag::Value;
  if (!complete) return std::unexpected(status::invalid);
  const auto date = mapping::parse_date(trim(comparison.children[1].text));
  if (!date) return std::unexpected(status::invalid);
  return *date;
}

struct ClassName {
  std::string_view name;
  std::optional<ItemClass> item_class;  // nothing: there is nothing of it here
  Version since;
};
constexpr auto class_names = std::to_array<ClassName>({
    {"Email", ItemClass::email, Version::v12_0},
    {"Calendar", ItemClass::calendar, Version::v12_0},
    {"Contacts", ItemClass::contacts, Version::v12_0},
    {"Tasks", ItemClass::tasks, Version::v12_0},
    {"Notes", ItemClass::notes, Version::v14_0},
    {"SMS", std::nullopt, Version::v14_0},
});

Checked<std::vector<backend::MailClause>> read_text(const Element& free_text) {
  auto clauses = read_free_text(free_text.text);
  if (clauses) return *std::move(clauses);
  return std::unexpected(clauses.error().code == Errc::unsupported ? status::too_complex
                                                                   : status::invalid);
}

/// One restriction inside And; the error is the store's status.
Checked<void> read_restriction(const Element& child, Version version, Request& out) {
  if (child.tag == airsync::Class) {
    const auto* const named = std::ranges::find(class_names, trim(child.text), &ClassName::name);
    if (named == class_names.end() || version < named->since) {
      return std::unexpected(status::invalid);
    }
    // Of short messages there are none.
    out.classes.push_back(named->item_class.value_or(ItemClass::recipients));
  } else if (child.tag == airsync::CollectionId) {
    out.search.collections.emplace_back(trim(child.text));
  } else if (child.tag == tag::FreeText) {
    if (!out.search.query.clauses.empty()) return std::unexpected(status::invalid);
    auto clauses = read_text(child);
    if (!clauses) return std::unexpected(clauses.error());
    out.search.query.clauses = std::move(*clauses);
  } else if (child.tag == tag::GreaterThan || child.tag == tag::LessThan) {
    auto& limit = child.tag == tag::GreaterThan ? out.search.query.after : out.search.query.before;
    const auto date = read_date(child);
    if (!date || limit) return std::unexpected(status::invalid);
    limit = *date;
  } else if (child.tag == tag::ConversationId) {
    // [MS-ASCMD] ConversationId (Search): one of them, from 14.0 on.
    if (version < Version::v14_0 || out.search.conversation || child.text.empty()) {
      return std::unexpected(status::invalid);
    }
    out.search.conversation = std::string(child.text);
  } else if (child.tag == tag::And || child.tag == tag::Or) {
    return std::unexpected(status::too_complex);
  } else {
    return std::unexpected(status::invalid);
  }
  return {};
}

Checked<void> read_query(const Element* query, Version version, Request& out) {
  if (query == nullptr || query->children.empty()) return std::unexpected(status::invalid);
  constexpr auto restrictions =
      std::to_array({tag::And, tag::Or, tag::FreeText, airsync::Class, airsync::CollectionId,
                     tag::ConversationId, tag::GreaterThan, tag::LessThan});
  for (const Element& child : query->children) {
    // [MS-ASCMD] And: what stands outside of one And, or several of them, is too complex.
    if (std::ranges::find(restrictions, child.tag) == restrictions.end()) {
      return std::unexpected(status::invalid);
    }
  }
  if (query->children.size() != 1 || query->children.front().tag != tag::And) {
    return std::unexpected(status::too_complex);
  }
  const Element& all = query->children.front();
  if (all.children.empty()) return std::unexpected(status::invalid);
  for (const Element& child : all.children) {
    if (auto read = read_restriction(child, version, out); !read) return read;
  }
  // Words within a conversation: no backend could be asked for both.
  const bool both = out.search.conversation && !out.search.query.clauses.empty();
  if (both) return std::unexpected(status::too_complex);
  return {};
}

Checked<void> read_options(const Element& options, Version version, Request& out) {
  constexpr auto known = std::to_array(
      {tag::Range, tag::UserName, tag::Password, tag::DeepTraversal, tag::RebuildResults,
       tag::Picture, airsync::MIMESupport, airsyncbase::BodyPreference,
       airsyncbase::BodyPartPreference, wbxml::rights_management::RightsManagementSupport});
  for (const Element& child : options.children) {
    if (std::ranges::find(known, child.tag) == known.end()) return std::unexpected(status::invalid);
  }
  if (const Element* range = options.find(tag::Range)) {
    const auto read = parse_index_range(range->text);
    if (!read) return std::unexpected(status::invalid);
    if (read->count() > page_items_max || read->last >= found_mail_max) {
      return std::unexpected(status::past_range);
    }
    out.range = *read;
  }
  out.search.deep = options.has(tag::DeepTraversal);
  out.rebuild = options.has(tag::RebuildResults);
  auto bodies = eas::read_sync_options(options, version);
  if (!bodies) return std::unexpected(status::invalid);
  out.bodies = std::move(*bodies);
  if (out.bodies.body_parts.empty()) return {};
  const bool html = std::ranges::all_of(out.bodies.body_parts,
                                        [](const auto& wanted) { return wanted.type == 2; });
  if (!html || out.bodies.body_parts.size() > 1) {
    return std::unexpected(
        std::to_underlying(eas::Status::body_part_preference_type_not_supported));
  }
  // [MS-ASAIRS] BodyPartPreference: of conversations only.
  if (!out.search.conversation) return std::unexpected(status::invalid);
  return {};
}

Checked<Request> read_request(const Element& store, Version version) {
  Request out;
  if (auto read = read_query(store.find(tag::Query), version, out); !read) {
    return std::unexpected(read.error());
  }
  if (const Element* options = store.find(tag::Options)) {
    if (auto read = read_options(*options, version, out); !read) {
      return std::unexpected(read.error());
    }
  }
  return out;
}

void write_page(const MailPage& page, IndexRange range, Writer& out) {
  begin_store(out, status::ok);
  // [MS-ASCMD] Result (Search): where a mailbox has no match stands an empty one.
  if (page.items.empty()) out.empty(tag::Result);
  for (const FoundItem& item : page.items) {
    out.open(tag::Result);
    out.text(airsync::Class, item.class_name);
    out.text(tag::LongId, item.server_id);
    out.text(airsync::CollectionId, item.collection_id);
    out.open(tag::Properties);
    item.write(out);
    out.close();
    out.close();
  }
  if (!page.items.empty()) {
    out.text(tag::Range, std::to_string(range.first) + '-' +
                             std::to_string(range.first + page.items.size() - 1));
  }
  out.number(tag::Total, static_cast<std::int64_t>(page.total));
  end_store(out);
}

/// Mail first, then the other classes.
struct Found : FoundMail {
  TextHits texts;
};

bool is_wanted(const Request& request, ItemClass item_class) {
  if (request.classes.empty()) {
    return item_class == ItemClass::email || !request.search.collections.empty();
  }
  return std::ranges::find(request.classes, item_class) != request.classes.end();
}

/// No date says when such an item was received, and none is part of a conversation.
std::vector<const sync::FolderRow*> text_folders(const Request& request,
                                                 const std::vector<const sync::FolderRow*>& rows) {
  std::vector<const sync::FolderRow*> out;
  const MailSearch& search = request.search;
  if (search.conversation || search.query.after || search.query.before) return out;
  for (const sync::FolderRow* row : rows) {
    const bool text = row->item_class != ItemClass::email &&
                      row->item_class != ItemClass::recipients && !row->key.empty();
    if (text && is_wanted(request, row->item_class)) out.push_back(row);
  }
  return out;
}

Task<std::shared_ptr<Found>> find(Session& session, const Request& request,
                                  const sync::FolderTable& table,
                                  std::vector<const sync::FolderRow*> rows) {
  auto& cache = session.services.request_cache;
  Packer packed;
  packed.text(pack_search(request.search)).number(request.classes.size());
  for (const ItemClass item_class : request.classes) packed.number(std::to_underlying(item_class));
  std::string key = std::move(packed).bytes();
  auto kept = cache.entry(session.account.user, session.device_id).rare().searched.lock();
  const bool goes_on = request.range.first > 0 && !request.rebuild;
  // Whatever is kept as `searched` was made below.
  if (goes_on && kept && kept->query == key) co_return std::static_pointer_cast<Found>(kept);
  auto found = std::make_shared<Found>();
  found->query = std::move(key);
  auto folders = folders_of(table, request.search);
  if (!is_wanted(request, ItemClass::email)) folders.reset();
  if (folders && request.search.conversation) {
    found->hits = co_await conversation_hits(session, std::move(*folders),
                                             *request.search.conversation, request.search.query);
  } else if (folders) {
    found->hits = co_await session.mail().find_messages(std::move(*folders), request.search.query,
                                                        found_mail_max);
  }
  auto texts = text_folders(request, rows);
  if (!texts.empty()) {
    found->texts = co_await find_text_items(session, std::move(texts), request.search.query.clauses,
                                            found_mail_max);
  }
  cache.keep(found);
  cache.entry(session.account.user, session.device_id).rare().searched = found;
  co_return found;
}

Task<MailPage> page_of(Session& session, const sync::FolderTable& table, Found& found,
                       const Request& request) {
  MailPage page = co_await load_page(session, table, found, request.range,
                                     render_options(session, request.bodies));
  const std::size_t mails = found.hits.hits.size();
  const std::uint64_t left = request.range.count() - page.items.size();
  if (left > 0 && request.range.first + page.items.size() >= mails) {
    const auto first =
        static_cast<std::uint32_t>(request.range.first > mails ? request.range.first - mails : 0);
    const IndexRange rest{first, first + static_cast<std::uint32_t>(left) - 1};
    for (FoundItem& item :
         co_await load_text_items(session, table, found.texts, rest, request.bodies.bodies)) {
      page.items.push_back(std::move(item));
    }
  }
  page.total += found.texts.total;
  co_return page;
}

Task<Answer> run(Session& session, Request request) {
  Hierarchy hierarchy(session);
  co_await hierarchy.load();
  const auto table = co_await session.folder_table();
  auto rows = rows_of(table, request.search);
  if (!hierarchy.exists() || !rows) co_return store_answer(session, status::folder_sync);
  const auto found = co_await find(session, request, table, std::move(*rows));
  const MailPage page = co_await page_of(session, table, *found, request);
  DocumentWriter document(session.services.spools);
  write_page(page, request.range, document.out());
  co_return document.finish();
}

}  // namespace

Task<Answer> search_mailbox(Session& session, const Element& store) {
  auto request = read_request(store, session.version);
  if (!request) co_return store_answer(session, request.error());
  std::uint16_t failure = status::ok;
  try {
    co_return co_await run(session, std::move(*request));
  } catch (const Fault& fault) {
    failure = store_status(fault.kind());
  }
  co_return store_answer(session, failure);
}

}  // namespace godwit::command
