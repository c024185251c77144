// DavItems: what devices change.
#include <utility>

#include "backend/dav/folders.hpp"
#include "backend/dav/items.hpp"
#include "backend/dav/resources.hpp"
#include "base/fault.hpp"
#include "base/log.hpp"

namespace godwit::backend::dav {
namespace {

constexpr Log log("dav");

bool is_one_of(int status, std::initializer_list<int> all) {
  for (const int each : all) {
    if (each == status) return true;
  }
  return false;
}

bool says(const wire::Reply& reply, std::string_view condition) {
  for (const std::string& each : wire::read_conditions(reply.body)) {
    if (each == condition) return true;
  }
  return false;
}

/// What a refused PUT means to the engine.
Task<Error> refusal(Session session, Folder folder, FolderKey key, wire::Reply reply) {
  const int status = reply.status;
  log.info("dav.write_refused", {{"user", session.core().user}, {"status", status}});
  if (status == 412) co_return Error{Errc::conflict, "another version is there"};
  if (status == 413 || says(reply, "max-resource-size")) {
    co_return Error{Errc::too_large, "the DAV server takes no items of that size"};
  }
  if (status == 507) wire::raise(reply, "PUT");
  if (is_one_of(status, {404, 409, 410})) {
    // RFC 4918 9.7.1: the collection may be gone.
    forget_folder(session.core(), folder.path);
    auto there = co_await find_folder(session, std::move(key));
    if (!there) co_return there.error();
  }
  if (is_one_of(status, {400, 403, 404, 405, 409, 410, 415, 422, 501})) {
    co_return Error{Errc::refused, "the DAV server does not take it"};
  }
  wire::raise(reply, "PUT");
}

/// RFC 4791 5.3.4: without an etag in the answer the stored text may be another one; one that is
/// none of ours makes the engine show the device what is there.
Task<std::string> etag_after(Session session, Folder folder, std::string href, std::string text) {
  const auto there = co_await fetch_text(session, folder, std::move(href));
  const bool stored = there && (there->text.starts_with("BEGIN:V") || there->text == text);
  if (!stored) {
    throw Fault(Fault::Kind::corrupt, "the DAV server says that it stored an item and did not");
  }
  co_return same_but_for_stamps(there->text, text) ? there->etag : std::string();
}

/// RFC 6638 8.1: removing an event is no answer of its own accord. docs/adr/0012
void be_silent(const Folder& folder, wire::Request& request) {
  if (folder.service != wire::Service::calendars) return;
  request.headers.push_back({"Schedule-Reply", "F"});
}

}  // namespace

Task<Result<std::string>> DavItems::put(FolderKey collection, std::string href, std::string text,
                                        ItemCondition condition) {
  if (text.size() > item_text_bytes_max) co_return fail(Errc::too_large, "the item is too large");
  auto folder = co_await find_folder(session_, collection);
  if (!folder) co_return pass(folder);
  if (href.empty() || href.size() > href_bytes_max) co_return fail(Errc::refused, "not a name");
  if (!folder->writable) co_return fail(Errc::refused, "the collection is read-only");
  if (condition.etag && condition.etag->empty()) {
    co_return fail(Errc::conflict, "no version has an empty etag");
  }
  wire::Request request{.method = "PUT", .url = session_.url_of(path_of(*folder, href))};
  request.content_type = folder->service == wire::Service::contacts
                             ? "text/vcard; charset=utf-8"
                             : "text/calendar; charset=utf-8";
  request.body = text;
  if (!condition.etag) {
    request.headers.push_back({"If-None-Match", "*"});
  } else if (!is_made_up(*condition.etag)) {
    request.headers.push_back({"If-Match", *condition.etag});
  } else if (const auto now = co_await fetch_text(session_, *folder, href);
             !now || now->etag != *condition.etag) {
    co_return fail(Errc::conflict, "another version is there");
  }
  auto reply = co_await session_.send(std::move(request));
  if (!reply.ok()) {
    co_return std::unexpected(
        co_await refusal(session_, *folder, std::move(collection), std::move(reply)));
  }
  if (!reply.etag.empty()) co_return std::move(reply.etag);
  co_return co_await etag_after(session_, *folder, std::move(href), std::move(text));
}

Task<Result<>> DavItems::remove(FolderKey collection, std::string href,
                                std::optional<std::string> etag) {
  auto folder = co_await find_folder(session_, std::move(collection));
  if (!folder) co_return pass(folder);
  if (!folder->writable) co_return fail(Errc::refused, "the collection is read-only");
  if (etag && etag->empty()) co_return fail(Errc::conflict, "no version has an empty etag");
  wire::Request request{.method = "DELETE", .url = session_.url_of(path_of(*folder, href))};
  be_silent(*folder, request);
  if (etag && is_made_up(*etag)) {
    const auto now = co_await fetch_text(session_, *folder, href);
    if (!now) co_return Result<>{};
    if (now->etag != *etag) co_return fail(Errc::conflict, "another version is there");
  } else if (etag) {
    request.headers.push_back({"If-Match", *etag});
  }
  const auto reply = co_await session_.send(std::move(request));
  if (reply.ok() || is_one_of(reply.status, {404, 410})) co_return Result<>{};
  if (reply.status == 412) {
    // RFC 9110 13.1.1: the same for what is gone.
    const auto there = co_await present_etag(session_, *folder, std::move(href));
    if (!there) co_return Result<>{};
    co_return fail(Errc::conflict, "another version is there");
  }
  if (is_one_of(reply.status, {400, 403, 405, 409, 501})) {
    co_return fail(Errc::refused, "the DAV server keeps it");
  }
  wire::raise(reply, "DELETE");
}

}  // namespace godwit::backend::dav
