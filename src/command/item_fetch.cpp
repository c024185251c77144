#include <algorithm>
#include <array>
#include <utility>

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "command/draft_names.hpp"
#include "command/item_lookup.hpp"
#include "command/item_operations.hpp"
#include "command/sync_collection.hpp"
#include "item/email.hpp"
#include "sync/server_id.hpp"
#include "wbxml/pages/airsyncbase.hpp"
#include "wbxml/pages/item_operations.hpp"

namespace godwit::command {
namespace {

namespace tag = wbxml::item_operations;
namespace status = operation_status;

constexpr std::size_t piece_bytes = 48 * std::size_t{1024};  // a multiple of 3, for base64

Fetched failed(std::uint16_t value) { return {.status = value}; }

// [MS-ASCMD] Store (ItemOperations); devices write the second one without its space, too.
bool is_library(std::string_view store) {
  return store == "Document Library" || store == "DocumentLibrary";
}

/// There is no document library here: only what a link looks like can be told.
std::uint16_t library_status(std::string_view link) {
  constexpr auto schemes =
      std::to_array<std::string_view>({"\\\\", "file://", "http://", "https://"});
  const bool is_link = std::ranges::any_of(
      schemes, [&](std::string_view scheme) { return istarts_with(link, scheme); });
  return is_link ? status::not_found : status::bad_link;
}

std::optional<FolderKey> find_folder(const sync::FolderTable& table, std::string_view id) {
  const sync::FolderRow* row = table.find(id);
  if (row == nullptr || !row->selectable) return std::nullopt;
  auto key = FolderKey::parse(row->key);
  return key ? std::optional(std::move(*key)) : std::nullopt;
}

void write_data(wbxml::Writer& out, const http::Body& body) {
  if (body.size() == 0) {
    out.empty(tag::Data);
    return;
  }
  out.open(tag::Data);
  out.begin_text();
  const std::string_view bytes = body.view();
  for (std::size_t at = 0; at < bytes.size(); at += piece_bytes) {
    out.piece(base64_encode(bytes.substr(at, piece_bytes)));
    body.release(at);
  }
  out.end_text();
  out.close();
}

/// Of a message, or of a text item. Errors: as render::load_attachment.
Task<Result<render::Attachment>> open_attachment(Session& session, const sync::FolderTable& table,
                                                 const FetchOperation& wanted) {
  auto reference = render::parse_file_reference(*wanted.file_reference);
  if (reference) {
    auto folder = find_folder(table, reference->collection_id);
    if (!folder) co_return fail(Errc::not_found, "no such folder");
    auto present = co_await present_file(session, table, std::move(*reference));
    co_return co_await render::load_attachment(session.shared_mail(), session.services.spools,
                                               std::move(*folder), std::move(present),
                                               wanted.range);
  }
  auto file = co_await open_item_file(session, table, *wanted.file_reference);
  if (!file) co_return pass(file);
  render::Attachment out;
  out.content_type =
      file->content_type.empty() ? "application/octet-stream" : std::move(file->content_type);
  out.total = file->content.size();
  std::string_view content = file->content;
  if (wanted.range) {
    if (wanted.range->first >= content.size()) co_return fail(Errc::out_of_range, "beyond the end");
    out.first = wanted.range->first;
    content = content.substr(wanted.range->first);
    content = content.substr(0, wanted.range->last - wanted.range->first + 1);
  }
  const auto writer = session.services.spools.writer();
  writer->append(content);
  out.content = writer->finish();
  co_return out;
}

Task<Fetched> fetch_attachment(Session& session, const sync::FolderTable& table,
                               const FetchOperation& wanted, std::optional<std::uint32_t> part) {
  if (wanted.range && wanted.range->first > wanted.range->last) {
    co_return failed(status::bad_range);
  }
  auto attachment = co_await open_attachment(session, table, wanted);
  if (!attachment) {
    const bool range = attachment.error().code == Errc::out_of_range;
    co_return failed(range ? status::bad_range : status::bad_attachment);
  }
  Fetched fetched;
  if (part) fetched.parts.push_back(attachment->content);
  fetched.properties = [part, ranged = wanted.range.has_value(),
                        attachment = std::move(*attachment)](wbxml::Writer& out) {
    const std::uint64_t size = attachment.content->size();
    if (ranged && size > 0) {
      out.text(tag::Range, std::to_string(attachment.first) + '-' +
                               std::to_string(attachment.first + size - 1));
      out.number(tag::Total, static_cast<std::int64_t>(attachment.total));
    }
    out.text(wbxml::airsyncbase::ContentType, attachment.content_type);
    if (part) {
      out.number(tag::Part, *part);
    } else {
      write_data(out, *attachment.content);
    }
  };
  co_return fetched;
}

Task<std::map<Uid, KeptMail>> kept_of(Session& session, std::string server_id, Uid uid) {
  std::map<Uid, KeptMail> kept;
  const auto record =
      co_await session.services.store.get(session.key(store::Kind::item, std::move(server_id)));
  if (!record) co_return kept;
  if (auto read = unpack_kept(record->value)) kept.emplace(uid, std::move(*read));
  co_return kept;
}

/// Only the properties that the device asked for ([MS-ASCMD] Schema).
void write_chosen(wbxml::Writer& out, const std::function<void(wbxml::Writer&)>& write,
                  const std::vector<wbxml::Tag>& schema) {
  StringSink sink;
  wbxml::Writer whole(sink);
  whole.open(tag::Properties);
  write(whole);
  whole.close();
  const std::string document = sink.take();
  const auto root = wbxml::parse(document);
  if (!root) return;
  for (const wbxml::Element& property : root->children) {
    if (std::ranges::find(schema, property.tag) != schema.end()) wbxml::write(out, property);
  }
}

bool body_part_is_wrong(const eas::SyncOptions& options) {
  if (options.body_parts.empty()) return false;
  return options.body_parts.size() > 1 || options.body_parts.front().type != 2;
}

Fetched chosen(std::function<void(wbxml::Writer&)> write, const FetchOperation& wanted) {
  Fetched fetched;
  fetched.properties = std::move(write);
  if (!wanted.schema.empty()) {
    fetched.properties = [write = std::move(fetched.properties), schema = wanted.schema](
                             wbxml::Writer& out) { write_chosen(out, write, schema); };
  }
  return fetched;
}

/// An event, a contact, a task or a note.
Task<Fetched> fetch_text_item(Session& session, const sync::FolderTable& table,
                              const FetchOperation& wanted) {
  const bool is_of_it = wanted.server_id.starts_with(wanted.collection_id + ':');
  std::optional<NamedItem> item;
  if (is_of_it) item = co_await find_item(session, table, wanted.server_id);
  if (!item) co_return failed(status::not_found);
  const ItemOptions options{session.version, wanted.options.bodies, session.calendar(),
                            session.behaviour};
  auto rendered = item->kind->render(item->text.text, options, item->id);
  if (!rendered) co_return failed(status::conversion_failed);
  Fetched fetched = chosen(std::move(rendered->write), wanted);
  fetched.item_class = item->kind->name;
  co_return fetched;
}

Task<Fetched> fetch_item(Session& session, const sync::FolderTable& table,
                         const FetchOperation& wanted, std::optional<std::uint32_t> part) {
  if (wanted.collection_id == recipient_cache_id) co_return failed(status::access_denied);
  if (body_part_is_wrong(wanted.options)) {
    co_return failed(std::to_underlying(eas::Status::body_part_preference_type_not_supported));
  }
  const auto id = sync::parse_mail_id(wanted.server_id);
  if (!id) co_return co_await fetch_text_item(session, table, wanted);
  auto folder = find_folder(table, wanted.collection_id);
  if (!folder || id->collection != wanted.collection_id) {
    co_return failed(status::not_found);
  }
  const Uid uid = (co_await present_mail(session, table, *id)).uid;
  render::Renderer renderer(session.shared_mail(), session.services.spools);
  render::Request request{*folder,
                          id->uid_validity,
                          {uid},
                          wanted.collection_id,
                          render_options(session, wanted.options)};
  request.multipart = part.has_value();
  request.first_part = part.value_or(1);
  request.kept =
      co_await kept_of(session, sync::format_mail_id(id->collection, id->uid_validity, uid), uid);
  // An item that cannot be rendered is tried in a plainer form (engine.md §2).
  for (const auto form : {render::Form::full, render::Form::plain_text}) {
    request.form = form;
    auto batch = co_await renderer.prepare(request);
    if (!batch || batch->items.empty()) co_return failed(status::not_found);
    render::Prepared& item = batch->items.front();
    if (!item.write) continue;
    Fetched fetched = chosen(std::move(*item.write), wanted);
    fetched.parts = std::move(item.parts);
    co_return fetched;
  }
  co_return failed(status::conversion_failed);
}

}  // namespace

Task<Fetched> fetch(Session& session, const sync::FolderTable& table, const FetchOperation& wanted,
                    std::optional<std::uint32_t> first_part) {
  if (is_library(wanted.store)) {
    co_return failed(wanted.link_id ? library_status(*wanted.link_id) : status::not_found);
  }
  if (wanted.store != "Mailbox") co_return failed(status::unknown_store);
  if (wanted.file_reference) {
    co_return co_await fetch_attachment(session, table, wanted, first_part);
  }
  if (wanted.link_id) co_return failed(status::not_found);
  if (wanted.long_id) {
    // [MS-ASCMD] LongId: ours is the id of the item itself.
    FetchOperation item = wanted;
    item.collection_id = wanted.long_id->substr(0, wanted.long_id->find(':'));
    item.server_id = *wanted.long_id;
    co_return co_await fetch_item(session, table, item, first_part);
  }
  co_return co_await fetch_item(session, table, wanted, first_part);
}

}  // namespace godwit::command
