// [MS-ASCMD] Find, MailBoxSearchCriterion.
#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/text.hpp"
#include "command/find.hpp"
#include "command/found_mail.hpp"
#include "command/free_text.hpp"
#include "convert/address.hpp"
#include "wbxml/element.hpp"
#include "wbxml/pages/airsync.hpp"
#include "wbxml/pages/airsyncbase.hpp"
#include "wbxml/pages/email.hpp"
#include "wbxml/pages/email2.hpp"
#include "wbxml/pages/find.hpp"
#include "wbxml/pages/item_operations.hpp"

namespace godwit::command {
namespace {

namespace tag = wbxml::find;
namespace airsync = wbxml::airsync;
namespace airsyncbase = wbxml::airsyncbase;
namespace email = wbxml::email;
namespace email2 = wbxml::email2;
using wbxml::Element;
using wbxml::Writer;

constexpr std::uint32_t page_items_max = 100;  // what one answer holds, however much is asked for
constexpr std::uint16_t preview_characters = 255;
constexpr std::size_t names_bytes_max = 1024;

struct Request {
  MailSearch search;
  IndexRange range;
};

bool read_query(const Element& query, MailSearch& search) {
  bool has_text = false;
  for (const Element& child : query.children) {
    if (child.tag == airsync::Class) {
      // [MS-ASCMD] Class (Find): Email is the only one.
      if (trim(child.text) != "Email") return false;
    } else if (child.tag == airsync::CollectionId) {
      if (!search.collections.empty()) return false;
      search.collections.emplace_back(trim(child.text));
    } else if (child.tag == tag::FreeText && !has_text) {
      auto clauses = read_free_text(child.text);
      if (!clauses) return false;
      search.query.clauses = std::move(*clauses);
      has_text = true;
    } else {
      return false;
    }
  }
  return has_text;
}

/// Nothing: Status 2.
std::optional<Request> read_request(const Element& criterion) {
  Request out;
  const Element* query = criterion.find(tag::Query);
  if (query == nullptr || !read_query(*query, out.search)) return std::nullopt;
  const Element* options = criterion.find(tag::Options);
  if (options == nullptr) return out;
  out.search.deep = options->has(tag::DeepTraversal);
  if (const Element* range = options->find(tag::Range)) {
    const auto read = parse_index_range(range->text);
    if (!read || read->last >= found_mail_max) return std::nullopt;
    out.range = *read;
    // [MS-ASCMD] Range (Find): a server may give fewer than are asked for.
    out.range.last = std::min(out.range.last, out.range.first + page_items_max - 1);
  }
  return out;
}

void copy(const Element& item, wbxml::Tag property, Writer& out) {
  if (const Element* found = item.find(property)) wbxml::write(out, *found);
}

void write_names(const Element& item, wbxml::Tag addresses, wbxml::Tag names, Writer& out) {
  const auto list = convert::parse_addresses(item.text_of(addresses));
  if (!list.empty()) out.text(names, convert::format_names(list, names_bytes_max));
}

bool has_attachments(const Element& item) {
  const Element* attachments = item.find(airsyncbase::Attachments);
  return attachments != nullptr &&
         std::ranges::any_of(attachments->children, [](const Element& attachment) {
           return attachment.boolean(airsyncbase::IsInline) != true;
         });
}

/// The properties that Find has, of those that a device gets with Sync.
void write_properties(const FoundItem& found, Writer& out) {
  StringSink sink;
  Writer whole(sink);
  whole.open(tag::Properties);
  found.write(whole);
  whole.close();
  const std::string document = sink.take();
  const auto item = wbxml::parse(document);
  out.open(tag::Properties);
  if (item) {
    for (const auto property : {email::Subject, email::DateReceived, email::DisplayTo,
                                email::Importance, email::Read, email::From}) {
      copy(*item, property, out);
    }
    out.boolean(email2::IsDraft, item->boolean(email2::IsDraft) == true);
    write_names(*item, email::Cc, tag::DisplayCc, out);
    write_names(*item, email2::Bcc, tag::DisplayBcc, out);
    const Element* body = item->find(airsyncbase::Body);
    const auto preview = body == nullptr ? "" : body->text_of(airsyncbase::Preview);
    if (!preview.empty()) out.text(tag::Preview, preview);
    out.boolean(tag::HasAttachments, has_attachments(*item));
  }
  out.close();
}

Answer answer(Session& session, const MailPage& page, IndexRange range) {
  DocumentWriter document(session.services.spools);
  Writer& out = document.out();
  out.open(tag::Find);
  out.number(tag::Status, find_status::ok);
  out.open(tag::Response);
  out.text(wbxml::item_operations::Store, "Mailbox");
  out.number(tag::Status, find_status::ok);
  for (const FoundItem& item : page.items) {
    out.open(tag::Result);
    out.text(airsync::Class, "Email");
    out.text(airsync::ServerId, item.server_id);
    out.text(airsync::CollectionId, item.collection_id);
    write_properties(item, out);
    out.close();
  }
  if (!page.items.empty()) {
    out.text(tag::Range, std::to_string(range.first) + '-' +
                             std::to_string(range.first + page.items.size() - 1));
  }
  out.number(tag::Total, static_cast<std::int64_t>(page.total));
  out.close();
  out.close();
  return document.finish();
}

/// [MS-ASCMD] SearchId: one result set; its first page begins at 0. Null: it does not.
Task<std::shared_ptr<FoundMail>> find_mail(Session& session, std::string search_id,
                                           const Request& request, std::vector<FolderKey> folders) {
  auto& cache = session.services.request_cache;
  std::string key = std::move(search_id) + '\n' + pack_search(request.search);
  auto kept = cache.entry(session.account.user, session.device_id).rare().found.lock();
  if (request.range.first > 0) co_return kept && kept->query == key ? kept : nullptr;
  auto found = std::make_shared<FoundMail>();
  found->query = std::move(key);
  found->hits = co_await session.mail().find_messages(std::move(folders), request.search.query,
                                                      found_mail_max);
  cache.keep(found);
  cache.entry(session.account.user, session.device_id).rare().found = found;
  co_return found;
}

}  // namespace

Task<Answer> find_in_mailbox(Session& session, std::string search_id, const Element& criterion) {
  const auto request = read_request(criterion);
  if (!request) co_return find_answer(session, find_status::invalid);
  const auto table = co_await session.folder_table();
  auto folders = folders_of(table, request->search);
  if (!folders) co_return find_answer(session, find_status::folder_sync);
  const auto found =
      co_await find_mail(session, std::move(search_id), *request, std::move(*folders));
  if (!found) co_return find_answer(session, find_status::invalid);
  render::Options options;
  options.version = session.version;
  options.bodies.push_back(
      {.type = 1, .truncation_size = 0, .all_or_none = false, .preview = preview_characters});
  const MailPage page =
      co_await load_page(session, table, *found, request->range, std::move(options));
  co_return answer(session, page, request->range);
}

}  // namespace godwit::command
