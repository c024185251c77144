#include "backend/dav/resources.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "backend/dav/folders.hpp"
#include "base/bytes.hpp"
#include "base/fault.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "dav/limits.hpp"

namespace godwit::backend::dav {
namespace {

constexpr Log log("dav");
constexpr std::size_t multiget_items_max = 50;
constexpr std::string_view verbatim_mark = "./";
constexpr char made_up_mark = '~';  // no etag of a server: those begin with a quote

std::string_view suffix_of(const Folder& folder) {
  return folder.service == wire::Service::contacts ? ".vcf" : ".ics";
}

/// What is known of hrefs; nothing = gone.
using Texts = std::map<std::string, std::optional<ItemText>, std::less<>>;

/// False: this server has no such report, or one that cannot be used.
Task<bool> report(Session session, Folder folder, wire::Depth depth, std::string body, Texts& out) {
  const wire::Url url = session.url_of(folder.path);
  wire::Request request{.method = "REPORT", .url = url, .depth = depth};
  request.body = std::move(body);
  wire::Multistatus::Take take = [&](wire::Entry entry) -> Result<> {
    auto href = href_in(folder, url, entry.href);
    if (href && (entry.status == 404 || entry.status == 410)) out.emplace(*href, std::nullopt);
    if (!href || !entry.properties.data || entry.status >= 300) return {};
    ItemText item{*href, etag_of(entry.properties),
                  with_line_ends(*std::move(entry.properties.data))};
    if (item.etag.empty()) item.etag = etag_of_text(item.text);
    if (item.text.size() <= item_text_bytes_max) out.insert_or_assign(*href, std::move(item));
    return {};
  };
  try {
    const auto listing = co_await session.list(std::move(request), std::move(take));
    co_return listing.told;
  } catch (const Fault& fault) {
    // Too much at once, or something among it that is not XML: one by one it may work.
    if (fault.kind() != Fault::Kind::corrupt) throw;
    log.warning("dav.report_failed", {{"user", session.core().user}, {"why", fault.what()}});
  }
  co_return false;
}

Task<bool> multiget(Session session, Folder folder, std::vector<std::string> hrefs, Texts& out) {
  std::vector<std::string> paths;
  paths.reserve(hrefs.size());
  for (const std::string& href : hrefs) paths.push_back(path_of(folder, href));
  std::string body = wire::multiget_body(folder.service, paths);
  co_return co_await report(session, folder, wire::Depth::zero, std::move(body), out);
}

/// The next line that is no stamp; nothing at the end.
std::optional<std::string_view> next_line(std::string_view& text) {
  constexpr auto stamps = std::to_array<std::string_view>(
      {"REV", "DTSTAMP", "LAST-MODIFIED", "CREATED", "SEQUENCE", "PRODID"});
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto line = trim(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const auto name = line.substr(0, line.find_first_of(":;"));
    const bool stamp =
        std::ranges::any_of(stamps, [&](std::string_view each) { return iequals(name, each); });
    if (!stamp && !line.empty()) return line;
  }
  return std::nullopt;
}

}  // namespace

std::string name_of(const Folder& folder, std::string_view href) {
  if (href.starts_with(verbatim_mark)) return std::string(href.substr(verbatim_mark.size()));
  std::string name(href);
  if (!name.contains('.')) name += suffix_of(folder);
  return name;
}

std::string href_of(const Folder& folder, std::string_view name) {
  if (!name.contains('.')) return std::string(verbatim_mark) + std::string(name);
  const std::string_view suffix = suffix_of(folder);
  const bool ours = name.size() > suffix.size() && name.ends_with(suffix) &&
                    name.find('.') == name.size() - suffix.size();
  return std::string(ours ? name.substr(0, name.size() - suffix.size()) : name);
}

std::string path_of(const Folder& folder, std::string_view href) {
  return folder.path + wire::encode_segment(name_of(folder, href));
}

std::optional<std::string> href_in(const Folder& folder, const wire::Url& base,
                                   std::string_view reference) {
  const auto url = wire::resolve(base, reference);
  if (!url || url->origin != base.origin) return std::nullopt;
  const auto name = wire::name_in(folder.path, url->path);
  if (!name) return std::nullopt;
  std::string href = href_of(folder, *name);
  return href.size() <= href_bytes_max ? std::optional(std::move(href)) : std::nullopt;
}

bool is_made_up(std::string_view etag) { return etag.starts_with(made_up_mark); }

std::string etag_of(const wire::Properties& properties) {
  if (!properties.etag.empty()) return properties.etag;
  return properties.modified.empty() ? std::string() : made_up_mark + properties.modified;
}

std::string etag_of_text(std::string_view text) {
  return made_up_mark + hex_encode(digest128(text));
}

std::string with_line_ends(std::string text) {
  std::string out;
  out.reserve(text.size() + text.size() / 32);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r')) out += '\r';
    out += text[i];
  }
  return out;
}

bool same_but_for_stamps(std::string_view a, std::string_view b) {
  for (;;) {
    const auto one = next_line(a);
    if (one != next_line(b)) return false;
    if (!one) return true;
  }
}

Task<Result<std::vector<ItemText>>> fetch_texts(Session session, Folder folder,
                                                std::vector<std::string> hrefs) {
  Texts found;
  Core& core = session.core();
  for (std::size_t begin = 0; begin < hrefs.size(); begin += multiget_items_max) {
    const auto end = std::min(hrefs.size(), begin + multiget_items_max);
    const std::vector<std::string> some(hrefs.begin() + static_cast<long>(begin),
                                        hrefs.begin() + static_cast<long>(end));
    bool& none = core.no_multiget[folder.path];
    if (!none) none = !co_await multiget(session, folder, some, found);
    for (const std::string& href : some) {
      // Not in the answer: gone, or left out by a server that could not.
      if (found.contains(href)) continue;
      auto one = co_await fetch_text(session, folder, href);
      found.emplace(href, std::move(one));
    }
  }
  std::vector<ItemText> out;
  for (const std::string& href : hrefs) {
    const auto text = found.find(href);
    if (text == found.end() || !text->second) continue;
    out.push_back(*std::move(text->second));
    found.erase(text);
  }
  co_return out;
}

Task<std::optional<std::vector<ItemText>>> query_uid(Session session, Folder folder,
                                                     std::string uid) {
  Texts found;
  bool& none = session.core().no_uid_query[folder.path];
  if (!none) {
    none = !co_await report(session, folder, wire::Depth::one, wire::uid_query_body(uid), found);
  }
  if (none) co_return std::nullopt;
  std::vector<ItemText> out;
  for (auto& [href, item] : found) {
    if (item) out.push_back(*std::move(item));
  }
  co_return out;
}

Task<std::optional<ItemText>> fetch_text(Session session, Folder folder, std::string href) {
  wire::Request request{.method = "GET", .url = session.url_of(path_of(folder, href))};
  request.headers.push_back({"Accept", folder.service == wire::Service::contacts
                                           ? "text/vcard, text/x-vcard;q=0.5"
                                           : "text/calendar"});
  const auto reply = co_await session.send(std::move(request));
  const bool gone = reply.status == 404 || reply.status == 410 || reply.status == 403;
  if (gone) co_return std::nullopt;
  if (!reply.ok()) wire::raise(reply, "GET");
  if (reply.body.size() > item_text_bytes_max) {
    log.warning("dav.item_too_large", {{"user", session.core().user}});
    co_return std::nullopt;
  }
  ItemText item{std::move(href), reply.etag, with_line_ends(reply.body)};
  if (item.etag.empty()) {
    const auto told = co_await present_etag(session, folder, item.href);
    item.etag = told && !told->empty() ? *told : etag_of_text(item.text);
  }
  co_return item;
}

Task<std::optional<std::string>> present_etag(Session session, Folder folder, std::string href) {
  wire::Request request{.method = "PROPFIND",
                        .url = session.url_of(path_of(folder, href)),
                        .depth = wire::Depth::zero};
  request.body = wire::propfind_body(wire::Wanted::tags);
  std::optional<std::string> etag;
  wire::Multistatus::Take take = [&etag](const wire::Entry& entry) -> Result<> {
    if (!etag && entry.status < 300) etag = etag_of(entry.properties);
    return {};
  };
  const auto listing = co_await session.list(std::move(request), std::move(take));
  const int status = listing.reply.status;
  if (!listing.told && status != 404 && status != 410) wire::raise(listing.reply, "PROPFIND");
  co_return etag;
}

}  // namespace godwit::backend::dav
