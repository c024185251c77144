#include "backend/dav/folders.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <set>
#include <utility>

#include "backend/dav/shared.hpp"
#include "base/bytes.hpp"
#include "base/fault.hpp"
#include "base/text.hpp"
#include "dav/limits.hpp"

namespace godwit::backend::dav {
namespace {

constexpr std::size_t name_bytes_max = 255;
constexpr std::size_t path_bytes_max = 900;  // fits a FolderKey
constexpr int path_attempts_max = 4;

/// What the default collection of a class is usually called on its server.
constexpr auto usual_names = std::to_array<std::string_view>(
    {"default", "calendar", "contacts", "addressbook", "addresses", "personal", "tasks", "notes"});

struct Class {
  ItemClass item_class;
  FolderRole role;
  std::string_view name;  // where it shares a calendar
  wire::Components components;
};
constexpr std::array classes{
    Class{ItemClass::calendar, FolderRole::calendar, "Calendar", {.events = true}},
    Class{ItemClass::tasks, FolderRole::tasks, "Tasks", {.tasks = true}},
    Class{ItemClass::notes, FolderRole::notes, "Notes", {.journals = true}},
    Class{ItemClass::contacts, FolderRole::contacts, "Contacts", {}}};

const Class& row_of(ItemClass item_class) {
  return *std::ranges::find(classes, item_class, &Class::item_class);
}

/// What it is shown as: its first kind of items.
std::optional<ItemClass> class_of(const Folder& folder) {
  if (folder.service == wire::Service::contacts) return ItemClass::contacts;
  if (folder.components.events) return ItemClass::calendar;
  if (folder.components.tasks) return ItemClass::tasks;
  if (folder.components.journals) return ItemClass::notes;
  return std::nullopt;
}

bool takes(const Folder& folder, ItemClass item_class) {
  switch (item_class) {
    case ItemClass::contacts:
      return folder.service == wire::Service::contacts;
    case ItemClass::calendar:
      return folder.components.events;
    case ItemClass::tasks:
      return folder.components.tasks;
    case ItemClass::notes:
      return folder.components.journals;
    case ItemClass::email:
    case ItemClass::recipients:
      return false;
  }
  return false;
}

std::string_view last_segment(std::string_view path) {
  path.remove_suffix(1);
  return path.substr(path.rfind('/') + 1);
}

/// The higher, the likelier that it is the one that the user means.
int rank(const Folder& folder) {
  if (folder.standard) return 1000;
  const std::string segment = ascii_lower(last_segment(folder.path));
  const auto usual = std::ranges::find(usual_names, segment);
  int rank = usual == usual_names.end() ? 0 : static_cast<int>(usual_names.end() - usual);
  if (folder.writable) rank += 100;
  return rank;
}

const Folder* best_of(const std::vector<const Folder*>& folders) {
  // They come in the order of their paths: the first of the best stays when others are added.
  const auto at = std::ranges::max_element(
      folders, [](const Folder* a, const Folder* b) { return rank(*a) < rank(*b); });
  return at == folders.end() ? nullptr : *at;
}

wire::Request make_request(const Class& row, const wire::Url& home, const std::string& name,
                           int attempt) {
  // The name alone says nothing that a path may hold, and may change.
  const std::string digest =
      hex_encode(digest128(std::string(row.name) + '/' + name)).substr(0, 16);
  const std::string segment =
      name == row.name ? ascii_lower(name) : ascii_lower(row.name) + '-' + digest;
  wire::Url url = home;
  url.path += segment + (attempt == 0 ? "/" : '-' + std::to_string(attempt + 1) + '/');
  wire::Request request{.method = "MKCALENDAR", .url = std::move(url)};
  if (row.item_class == ItemClass::contacts) {
    request.method = "MKCOL";
    request.body = wire::make_address_book_body(name);
  } else {
    request.body = wire::make_calendar_body(name, row.components);
  }
  return request;
}

/// What stands there already: 405 (RFC 4918 9.3.1), 409 or 403 with a condition elsewhere.
bool is_taken(const wire::Reply& reply) {
  const bool refused = reply.status == 405 || reply.status == 409 || reply.status == 403;
  return refused && std::ranges::count(wire::read_conditions(reply.body),
                                       std::string("resource-must-be-null")) > 0;
}

Task<Result<std::string>> make_at(Session session, const Class& row, wire::Url home,
                                  std::string name) {
  for (int attempt = 0; attempt < path_attempts_max; ++attempt) {
    auto request = make_request(row, home, name, attempt);
    std::string path = request.url.path;
    const auto reply = co_await session.send(std::move(request));
    if (reply.ok()) co_return path;
    if (!is_taken(reply) && reply.status != 405) break;
  }
  co_return fail(Errc::refused, "the DAV server makes no such collection");
}

bool valid_name(std::string_view name) {
  return !name.empty() && name.size() <= name_bytes_max && utf8_valid(name) &&
         std::ranges::none_of(name, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

/// Others' say whose they are.
std::string shown_name(const Folder& folder) {
  const bool says = folder.owner_name.empty() || folder.name.contains(folder.owner_name);
  return folder.owner.empty() || says ? folder.name : folder.name + " (" + folder.owner_name + ')';
}

/// `name`, or another like it that is none of those.
std::string unlike(std::set<std::string>& names, const std::string& name) {
  std::string out = name;
  for (int number = 2; !names.insert(out).second; ++number) {
    out = name + ' ' + std::to_string(number);
  }
  return out;
}

}  // namespace

std::optional<Folder> read_folder(const wire::Url& url, const wire::Properties& properties) {
  if (!properties.calendar && !properties.address_book) return std::nullopt;
  Folder folder;
  folder.path = url.path.ends_with('/') ? url.path : url.path + '/';
  if (folder.path.size() > path_bytes_max) return std::nullopt;
  folder.name = utf8_clean(utf8_prefix(properties.name, name_bytes_max));
  if (folder.name.empty()) folder.name = last_segment(folder.path);
  folder.service = properties.calendar ? wire::Service::calendars : wire::Service::contacts;
  if (properties.calendar) {
    // RFC 4791 5.2.3: what is not said is all that there is.
    folder.components = properties.components.value_or(
        wire::Components{.events = true, .tasks = true, .journals = true});
  }
  folder.writable = properties.writable.value_or(true);
  folder.syncs = properties.syncs && !properties.sync_token.empty();
  folder.position = folder.syncs ? properties.sync_token : properties.ctag;
  return folder;
}

Task<std::vector<Folder>> list_folders(Session session) {
  std::vector<Folder> out;
  TakeFolder take = [&out](Folder folder, const wire::Properties&) {
    out.push_back(std::move(folder));
  };
  co_await look_at_folders(session, wire::Wanted::collections, std::move(take));
  for (Folder& folder : out) {
    if (!folder.owner.empty()) folder.owner_name = co_await name_of_owner(session, folder.owner);
  }
  std::ranges::sort(out, {}, &Folder::path);
  Core& core = session.core();
  core.folders.clear();
  for (const Folder& folder : out) core.folders.emplace(folder.path, folder);
  co_return out;
}

std::vector<ItemCollection> collections_of(const std::vector<Folder>& folders) {
  std::vector<ItemCollection> out;
  for (const Class& row : classes) {
    std::vector<const Folder*> own;
    std::vector<const Folder*> others;
    std::vector<const Folder*> mixed;
    for (const Folder& folder : folders) {
      if (class_of(folder) == row.item_class) {
        (folder.owner.empty() ? own : others).push_back(&folder);
      } else if (takes(folder, row.item_class) && folder.owner.empty()) {
        mixed.push_back(&folder);
      }
    }
    const Folder* standard = best_of(own);
    // Of equal names the user's own one is first.
    std::ranges::copy(others, std::back_inserter(own));
    std::set<std::string> names;
    for (const Folder* folder : own) {
      out.push_back({.key = key_of(row.item_class, folder->path),
                     .item_class = row.item_class,
                     .name = unlike(names, shown_name(*folder)),
                     .role = folder == standard ? row.role : FolderRole::none,
                     .read_only = !folder->writable,
                     .foreign = !folder->owner.empty()});
    }
    if (standard != nullptr) continue;
    if (const Folder* host = best_of(mixed)) {
      out.push_back({key_of(row.item_class, host->path), row.item_class, std::string(row.name),
                     row.role, !host->writable});
    }
  }
  return out;
}

Task<Result<std::string>> make_folder(Session session, ItemClass item_class, std::string name) {
  if (item_class == ItemClass::email || !valid_name(name)) {
    co_return fail(Errc::refused, "not a collection's class or name");
  }
  const auto homes = co_await session.homes();
  const Class& row = row_of(item_class);
  const auto& home = item_class == ItemClass::contacts ? homes.contacts : homes.calendars;
  if (home.empty()) co_return fail(Errc::refused, "the DAV server has no home for it");
  for (const ItemCollection& each : collections_of(co_await list_folders(session))) {
    if (each.item_class == item_class && each.name == name) {
      co_return fail(Errc::conflict, "the collection exists");
    }
  }
  co_return co_await make_at(session, row, home.front(), std::move(name));
}

Task<Result<Folder>> find_folder(Session session, FolderKey key) {
  const auto place = place_of(key);
  if (!place) co_return fail(Errc::not_found, "not a DAV collection");
  Core& core = session.core();
  co_await session.homes();
  core.keys[place->path].insert(key);
  const auto known = core.folders.find(place->path);
  if (known != core.folders.end()) co_return known->second;
  wire::Request request{
      .method = "PROPFIND", .url = session.url_of(place->path), .depth = wire::Depth::zero};
  request.body = wire::propfind_body(wire::Wanted::collections);
  std::optional<Folder> found;
  wire::Multistatus::Take take = [&](wire::Entry entry) -> Result<> {
    if (!found) found = read_folder(session.url_of(place->path), entry.properties);
    return {};
  };
  const auto listing = co_await session.list(std::move(request), std::move(take));
  const int status = listing.reply.status;
  if (!listing.told && status != 404 && status != 403 && status != 410) {
    wire::raise(listing.reply, "look at a collection");
  }
  if (!found) co_return fail(Errc::not_found, "the DAV collection is gone");
  core.folders.emplace(found->path, *found);
  co_return std::move(*found);
}

void forget_folder(Core& core, const std::string& path) {
  core.folders.erase(path);
  core.positions.erase(path);
  core.no_multiget.erase(path);
  core.page_ends.erase(path);
  core.unpaged.erase(path);
}

}  // namespace godwit::backend::dav
