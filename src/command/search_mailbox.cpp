// [MS-ASCMD] Search, Store Mailbox.
#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/text.hpp"
#include "command/conversations.hpp"
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
  bool other_classes_only = false;  // none of the classes asked for is mail
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

bool is_class(std::string_view name, Version version) {
  constexpr auto always =
      std::to_array<std::string_view>({"Email", "Calendar", "Contacts", "Tasks"});
  constexpr auto later = std::to_array<std::string_view>({"Notes", "SMS"});
  return std::ranges::find(always, name) != always.end() ||
         (version >= Version::v14_0 && std::ranges::find(later, name) != later.end());
}

Checked<std::vector<backend::MailClause>> read_text(const Element& free_text) {
  auto clauses = read_free_text(free_text.text);
  if (clauses) return *std::move(clauses);
  return std::unexpected(clauses.error().code == Errc::unsupported ? status::too_complex
                                                                   : status::invalid);
}

/// One restriction inside And; the error is the store's status.
Checked<void> read_restriction(const Element& child, Version version, Request& out) {
  if (child.tag == airsync::Class) {
    if (!is_class(trim(child.text), version)) return std::unexpected(status::invalid);
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
  bool mail = !all.has(airsync::Class);
  for (const Element& child : all.children) {
    if (auto read = read_restriction(child, version, out); !read) return read;
    mail = mail || (child.tag == airsync::Class && trim(child.text) == "Email");
  }
  out.other_classes_only = !mail;
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
    out.text(airsync::Class, "Email");
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

Task<std::shared_ptr<FoundMail>> find_mail(Session& session, const Request& request,
                                           std::vector<FolderKey> folders) {
  auto& cache = session.services.request_cache;
  std::string key = pack_search(request.search);
  auto kept = cache.entry(session.account.user, session.device_id).rare().searched.lock();
  const bool goes_on = request.range.first > 0 && !request.rebuild;
  if (goes_on && kept && kept->query == key) co_return kept;
  auto found = std::make_shared<FoundMail>();
  found->query = std::move(key);
  if (request.search.conversation) {
    if (!request.other_classes_only) {
      found->hits = co_await conversation_hits(session, std::move(folders),
                                               *request.search.conversation, request.search.query);
    }
  } else if (!request.other_classes_only) {
    found->hits = co_await session.mail().find_messages(std::move(folders), request.search.query,
                                                        found_mail_max);
  }
  cache.keep(found);
  cache.entry(session.account.user, session.device_id).rare().searched = found;
  co_return found;
}

Task<Answer> run(Session& session, Request request) {
  Hierarchy hierarchy(session);
  co_await hierarchy.load();
  const auto table = co_await session.folder_table();
  auto folders = folders_of(table, request.search);
  if (!hierarchy.exists() || !folders) co_return store_answer(session, status::folder_sync);
  const auto found = co_await find_mail(session, request, std::move(*folders));
  const MailPage page = co_await load_page(session, table, *found, request.range,
                                           render_options(session, request.bodies));
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
