// DavItems: meetings on a server that schedules (RFC 6638), and events by UID.
#include <algorithm>
#include <utility>

#include "backend/dav/folders.hpp"
#include "backend/dav/items.hpp"
#include "backend/dav/resources.hpp"
#include "base/log.hpp"
#include "base/text.hpp"

namespace godwit::backend::dav {
namespace {

constexpr Log log("dav");
constexpr std::size_t texts_at_once = 100;
/// RFC 5545 folds a long UID: this much of it stands on one line.
constexpr std::size_t uid_on_one_line = 40;

/// RFC 6638 2.4.1
Task<std::vector<std::string>> ask_addresses(Session session) {
  std::vector<std::string> out;
  const auto homes = co_await session.homes();
  if (homes.calendars.empty()) co_return out;
  const wire::Url& home = homes.calendars.front();
  const auto reply = co_await session.send({.method = "OPTIONS", .url = home});
  if (!reply.ok() || !reply.dav.contains("calendar-auto-schedule")) co_return out;
  const auto principal = co_await session.principal();
  if (!principal) co_return out;
  const auto user = co_await session.look(*principal, wire::Wanted::addresses);
  if (!user) co_return out;
  constexpr std::string_view scheme = "mailto:";
  for (const std::string& each : user->user_addresses) {
    if (istarts_with(each, scheme)) out.push_back(each.substr(scheme.size()));
  }
  log.info("dav.schedules", {{"user", session.core().user}, {"addresses", out.size()}});
  co_return out;
}

}  // namespace

Task<std::vector<std::string>> DavItems::scheduling_addresses() {
  Core& core = session_.core();
  if (!core.scheduling_addresses) {
    core.scheduling_addresses = co_await ask_addresses(session_);
  }
  co_return *core.scheduling_addresses;
}

Task<Result<std::vector<ItemText>>> DavItems::find_uid(FolderKey collection, std::string uid) {
  auto folder = co_await find_folder(session_, collection);
  if (!folder) co_return pass(folder);
  if (auto found = co_await query_uid(session_, *folder, uid)) co_return std::move(*found);
  std::vector<ItemText> out;
  std::string cursor;
  for (bool more = true; more;) {
    auto page = co_await changes(collection, cursor);
    if (!page) co_return pass(page);
    for (std::size_t at = 0; at < page->changed.size(); at += texts_at_once) {
      std::vector<std::string> hrefs;
      for (std::size_t i = at; i < std::min(page->changed.size(), at + texts_at_once); ++i) {
        hrefs.push_back(page->changed[i].href);
      }
      auto texts = co_await fetch_texts(session_, *folder, std::move(hrefs));
      if (!texts) co_return pass(texts);
      for (ItemText& item : *texts) {
        if (item.text.contains(uid.substr(0, uid_on_one_line))) out.push_back(std::move(item));
      }
    }
    cursor = std::move(page->cursor);
    more = page->more;
  }
  co_return out;
}

}  // namespace godwit::backend::dav
