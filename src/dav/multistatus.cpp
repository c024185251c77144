#include "dav/multistatus.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "dav/limits.hpp"

namespace godwit::dav {
namespace {

/// "HTTP/1.1 404 Not Found"
std::optional<int> read_status(std::string_view line) {
  line = trim(line);
  const auto blank = line.find(' ');
  if (!line.starts_with("HTTP/") || blank == std::string_view::npos) return std::nullopt;
  return parse_number<int>(line.substr(blank + 1, 3));
}

std::string text_of(const Element& element) { return std::string(trim(element.text)); }

std::vector<std::string> hrefs_of(const Element& element, std::size_t most = homes_max) {
  std::vector<std::string> out;
  for (const Element& child : element.children) {
    if (child.is(dav_space, "href") && out.size() < most) out.push_back(text_of(child));
  }
  return out;
}

std::string href_of(const Element& element) {
  auto all = hrefs_of(element);
  return all.empty() ? std::string() : std::move(all.front());
}

void read_type(const Element& element, Properties& out) {
  for (const Element& child : element.children) {
    out.collection |= child.is(dav_space, "collection");
    out.principal |= child.is(dav_space, "principal");
    out.calendar |= child.is(caldav_space, "calendar");
    out.address_book |= child.is(carddav_space, "addressbook");
  }
}

void read_components(const Element& element, Properties& out) {
  Components found;
  for (const Element& child : element.children) {
    if (!child.is(caldav_space, "comp")) continue;
    const auto name = child.attribute("name");
    found.events |= iequals(name, "VEVENT");
    found.tasks |= iequals(name, "VTODO");
    found.journals |= iequals(name, "VJOURNAL");
  }
  // An empty set is what a server says that has none to tell: everything.
  if (found != Components{}) out.components = found;
}

/// RFC 3744 5.4: what contains a right may stand in its place.
void read_privileges(const Element& element, Properties& out) {
  bool any = false;
  bool writable = false;
  for (const Element& privilege : element.children) {
    for (const Element& right : privilege.children) {
      if (right.space != dav_space) continue;
      any = true;
      writable |= right.name == "all" || right.name == "write" || right.name == "write-content" ||
                  right.name == "bind";
    }
  }
  if (any) out.writable = writable;
}

void read_reports(const Element& element, Properties& out) {
  for (const Element& supported : element.children) {
    for (const Element& report : supported.children) {
      for (const Element& kind : report.children) {
        out.syncs |= kind.is(dav_space, "sync-collection");
      }
    }
  }
}

void read_proxies(const Element& element, Properties& out) {
  for (std::string& href : hrefs_of(element, proxies_max)) {
    if (std::ranges::find(out.proxy_for, href) == out.proxy_for.end()) {
      out.proxy_for.push_back(std::move(href));
    }
  }
}

struct Row {
  std::string_view space;
  std::string_view name;
  void (*read)(const Element&, Properties&);
};

constexpr auto rows = std::to_array<Row>({
    {dav_space, "resourcetype", &read_type},
    {dav_space, "displayname", [](const Element& e, Properties& out) { out.name = text_of(e); }},
    {dav_space, "getetag",
     [](const Element& e, Properties& out) { out.etag = strong_etag(e.text); }},
    {dav_space, "getlastmodified",
     [](const Element& e, Properties& out) { out.modified = text_of(e); }},
    {dav_space, "getcontenttype",
     [](const Element& e, Properties& out) { out.content_type = text_of(e); }},
    {dav_space, "sync-token",
     [](const Element& e, Properties& out) { out.sync_token = text_of(e); }},
    {dav_space, "current-user-privilege-set", &read_privileges},
    {dav_space, "supported-report-set", &read_reports},
    {dav_space, "current-user-principal",
     [](const Element& e, Properties& out) {
       out.principal_href = href_of(e);
       out.unauthenticated = e.find(dav_space, "unauthenticated") != nullptr;
     }},
    {calendarserver_space, "getctag",
     [](const Element& e, Properties& out) { out.ctag = text_of(e); }},
    {caldav_space, "calendar-home-set",
     [](const Element& e, Properties& out) { out.calendar_homes = hrefs_of(e); }},
    {carddav_space, "addressbook-home-set",
     [](const Element& e, Properties& out) { out.contact_homes = hrefs_of(e); }},
    {caldav_space, "schedule-default-calendar-URL",
     [](const Element& e, Properties& out) { out.default_calendar = href_of(e); }},
    {caldav_space, "schedule-outbox-URL",
     [](const Element& e, Properties& out) { out.schedule_outbox = href_of(e); }},
    {caldav_space, "calendar-user-address-set",
     [](const Element& e, Properties& out) { out.user_addresses = hrefs_of(e, addresses_max); }},
    {dav_space, "owner", [](const Element& e, Properties& out) { out.owner = href_of(e); }},
    {dav_space, "resource-id",
     [](const Element& e, Properties& out) { out.resource_id = href_of(e); }},
    {calendarserver_space, "calendar-proxy-read-for", &read_proxies},
    {calendarserver_space, "calendar-proxy-write-for", &read_proxies},
    {caldav_space, "supported-calendar-component-set", &read_components},
    {caldav_space, "calendar-data", [](const Element& e, Properties& out) { out.data = e.text; }},
    {carddav_space, "address-data", [](const Element& e, Properties& out) { out.data = e.text; }},
});

void read_properties(const Element& propstat, Properties& out) {
  const Element* prop = propstat.find(dav_space, "prop");
  if (prop == nullptr) return;
  for (const Element& property : prop->children) {
    const auto row = std::ranges::find_if(
        rows, [&](const Row& each) { return property.is(each.space, each.name); });
    if (row != rows.end()) row->read(property, out);
  }
}

}  // namespace

std::string strong_etag(std::string_view text) {
  text = trim(text);
  if (text.starts_with("W/")) text.remove_prefix(2);
  if (text.empty()) return {};
  return text.starts_with('"') ? std::string(text) : '"' + std::string(text) + '"';
}

Result<std::optional<Entry>> read_entry(const Element& element) {
  if (!element.is(dav_space, "response")) return std::nullopt;
  Entry entry;
  const Element* href = element.find(dav_space, "href");
  if (href == nullptr) return fail(Errc::malformed, "DAV: an entry without href");
  entry.href = text_of(*href);
  if (const Element* status = element.find(dav_space, "status")) {
    const auto number = read_status(status->text);
    if (!number) return fail(Errc::malformed, "DAV: an entry without a status");
    entry.status = *number;
  }
  bool good = false;
  bool any = false;
  for (const Element& propstat : element.children) {
    if (!propstat.is(dav_space, "propstat")) continue;
    any = true;
    const Element* status = propstat.find(dav_space, "status");
    const auto number = status == nullptr ? std::nullopt : read_status(status->text);
    // 2xx, or left out by a server that thinks it goes without saying.
    const bool told = status == nullptr || (number && *number >= 200 && *number < 300);
    if (!told) continue;
    good = true;
    read_properties(propstat, entry.properties);
  }
  entry.no_data = any && !good;
  return entry;
}

Multistatus::Multistatus(Take take)
    : take_(std::move(take)), xml_([this](const Element& child) { return take_child(child); }) {}

Result<> Multistatus::take_child(const Element& child) {
  if (child.is(dav_space, "sync-token")) {
    sync_token_ = text_of(child);
    return {};
  }
  auto entry = read_entry(child);
  if (!entry) return pass(entry);
  if (!*entry) return {};
  return take_(std::move(**entry));
}

Result<> Multistatus::finish() {
  const auto root = xml_.finish();
  if (!root) return pass(root);
  if (!root->is(dav_space, "multistatus")) return fail(Errc::malformed, "DAV: no multistatus");
  return {};
}

std::vector<std::string> read_conditions(std::string_view body) {
  std::vector<std::string> out;
  XmlStream xml([&out](const Element& child) -> Result<> {
    if (out.size() < homes_max) out.push_back(child.name);
    return {};
  });
  xml.append(body);
  const auto root = xml.finish();
  if (!root || !root->is(dav_space, "error")) out.clear();
  return out;
}

}  // namespace godwit::dav
