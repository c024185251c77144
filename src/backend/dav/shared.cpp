#include "backend/dav/shared.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "backend/dav/folders.hpp"
#include "base/fault.hpp"
#include "base/pattern.hpp"
#include "base/text.hpp"
#include "dav/limits.hpp"

namespace godwit::backend::dav {
namespace {

using Which = SharedRule::Which;

constexpr std::chrono::minutes others_keep{10};  // before it is asked again who shares
constexpr std::size_t owner_name_bytes_max = 100;

/// A path of the configuration: `name`, which may hold `*`, directly in `folder`.
struct ListedPath {
  std::string folder;  // canonical, with a slash at its end
  std::string name;
  bool single() const { return !name.contains('*'); }
};

struct Source {
  wire::Url url;
  bool own = false;     // one of the user's homes
  bool single = false;  // the collection itself, not what lies in it
  std::string owner{};  // path of the principal, where it is known before
};

std::string_view without_slash(std::string_view path) {
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  return path;
}

/// Nothing: for this user it is no path.
std::optional<ListedPath> read_listed(std::string_view pattern, const wire::Login& login) {
  const std::string_view path = without_slash(pattern);
  const auto cut = path.rfind('/');
  if (cut == std::string_view::npos || cut + 1 == path.size()) return std::nullopt;
  auto folder = wire::canonical_path(wire::fill(path.substr(0, cut + 1), login, wire::Form::path));
  if (!folder) return std::nullopt;
  return ListedPath{std::move(*folder), wire::fill(path.substr(cut + 1), login, wire::Form::plain)};
}

std::vector<ListedPath> listed_paths(const Session& session) {
  std::vector<ListedPath> out;
  const SharedRule& rule = session.settings().shared;
  if (rule.which != Which::listed) return out;
  for (const std::string& pattern : rule.names) {
    if (auto path = read_listed(pattern, session.core().login)) out.push_back(std::move(*path));
  }
  return out;
}

bool is_listed(const std::vector<ListedPath>& all, std::string_view path) {
  return std::ranges::any_of(all, [&](const ListedPath& each) {
    const auto name = wire::name_in(each.folder, without_slash(path));
    return name && matches_pattern(each.name, *name);
  });
}

/// The homes of those for whom the user may act.
Task<std::vector<Core::Other>> find_others(Session session) {
  std::vector<Core::Other> out;
  const auto own = co_await session.principal();
  if (!own) co_return out;
  const auto told = co_await session.look(*own, wire::Wanted::proxies);
  if (!told) co_return out;
  for (const std::string& href : told->proxy_for) {
    const auto principal = wire::resolve(*own, href);
    if (!principal || principal->origin != own->origin || *principal == *own) continue;
    const auto other = co_await session.look(*principal, wire::Wanted::shared_home);
    if (!other) continue;
    for (const auto* homes : {&other->calendar_homes, &other->contact_homes}) {
      for (const std::string& home : *homes) {
        auto url = wire::resolve(*principal, home);
        if (!url || url->origin != own->origin) continue;
        if (!url->path.ends_with('/')) url->path += '/';
        out.push_back({std::move(*url), principal->path});
      }
    }
    session.core().owner_names[principal->path] =
        utf8_clean(utf8_prefix(other->name, owner_name_bytes_max));
  }
  co_return out;
}

Task<std::vector<Core::Other>> others_of(Session session) {
  Core& core = session.core();
  const auto now = Core::Steady::now();
  if (!core.others || now - core.others_found > others_keep) {
    core.others = co_await find_others(session);
    core.others_found = now;
  }
  co_return *core.others;
}

Task<std::vector<Source>> sources_of(Session session, std::vector<ListedPath> listed) {
  std::vector<Source> out;
  const auto add = [&](Source source) {
    const bool known = std::ranges::any_of(out, [&](const Source& each) {
      return each.url.path == source.url.path && each.single == source.single;
    });
    if (!known) out.push_back(std::move(source));
  };
  const auto homes = co_await session.homes();
  for (const auto* each : {&homes.calendars, &homes.contacts}) {
    for (const wire::Url& home : *each) add({.url = home, .own = true});
  }
  if (session.settings().shared.which == Which::all) {
    for (const Core::Other& other : co_await others_of(session)) {
      add({.url = other.home, .owner = other.principal});
    }
  }
  for (const ListedPath& path : listed) {
    const std::string member = path.single() ? wire::encode_segment(path.name) + '/' : "";
    add({.url = session.url_of(path.folder + member), .single = path.single()});
  }
  co_return out;
}

/// The path of a principal, whatever way it is written; empty where there is none.
std::string path_of_principal(const wire::Url& base, std::string_view href) {
  if (href.empty()) return {};
  const auto url = wire::resolve(base, href);
  return url ? std::string(without_slash(url->path)) : std::string();
}

struct FoundFolder {
  Folder folder;
  wire::Properties properties;
};

/// Reads the answer about one source.
class SourceLook {
 public:
  SourceLook(const Source& source, const std::vector<ListedPath>& listed, Which rule)
      : source_(source), listed_(listed), rule_(rule) {}

  void take(wire::Entry entry) {
    const auto url = wire::resolve(source_.url, entry.href);
    if (!url || url->origin != source_.url.origin || entry.status >= 300) return;
    wire::Properties& told = entry.properties;
    if (!told.default_calendar.empty()) {
      const auto named = wire::resolve(source_.url, told.default_calendar);
      if (named) standard_ = named->path;
    }
    const bool is_home = without_slash(url->path) == without_slash(source_.url.path);
    if (is_home) home_owner_ = path_of_principal(source_.url, told.owner);
    if (is_home != source_.single) return;
    auto folder = read_folder(*url, told);
    if (folder) found_.push_back({std::move(*folder), std::move(told)});
  }

  /// What of it is shown.
  std::vector<FoundFolder> finish() {
    for (FoundFolder& each : found_) {
      each.folder.owner = owner_of(each);
      if (each.folder.owner.empty()) each.folder.standard |= each.folder.path == standard_;
    }
    std::erase_if(found_, [this](const FoundFolder& each) { return !is_shown(each.folder); });
    return std::move(found_);
  }

 private:
  /// Empty: the user's own. Whose home it lies in says nothing: bound and shared collections keep
  /// their owner (RFC 3744 5.1).
  std::string owner_of(const FoundFolder& each) const {
    std::string owner = path_of_principal(source_.url, each.properties.owner);
    if (source_.own) return owner == home_owner_ || home_owner_.empty() ? std::string() : owner;
    if (owner.empty()) owner = without_slash(source_.owner);
    // Somebody's it is: its folder's name will do.
    if (owner.empty()) owner = without_slash(each.folder.path);
    return owner;
  }

  bool is_shown(const Folder& folder) const {
    if (source_.own && folder.owner.empty()) return true;
    switch (rule_) {
      case Which::none:
        return false;
      case Which::subscribed:
      case Which::all:
        return true;
      case Which::listed:
        break;
    }
    return is_listed(listed_, folder.path);
  }

  const Source& source_;
  const std::vector<ListedPath>& listed_;
  Which rule_;
  std::string standard_;
  std::string home_owner_;
  std::vector<FoundFolder> found_;
};

Task<std::vector<FoundFolder>> look_at(const Session& session, const Source& source,
                                       const std::vector<ListedPath>& listed, wire::Wanted wanted) {
  wire::Request request{.method = "PROPFIND",
                        .url = source.url,
                        .depth = source.single ? wire::Depth::zero : wire::Depth::one};
  request.body = wire::propfind_body(wanted);
  SourceLook look(source, listed, session.settings().shared.which);
  wire::Multistatus::Take take = [&look](wire::Entry entry) -> Result<> {
    look.take(std::move(entry));
    return {};
  };
  const auto listing = co_await session.list(std::move(request), std::move(take));
  const int status = listing.reply.status;
  // RFC 4791 6.2.1: a home may be not there as long as it is empty. Others' may be closed by now.
  if (status == 404 || status == 403 || status == 410) co_return std::vector<FoundFolder>();
  if (!listing.told) wire::raise(listing.reply, "listing of collections");
  co_return look.finish();
}

}  // namespace

Task<> look_at_folders(Session session, wire::Wanted wanted, TakeFolder take) {
  const auto listed = listed_paths(session);
  std::set<std::string> paths;
  std::set<std::string> resources;
  for (const Source& source : co_await sources_of(session, listed)) {
    for (FoundFolder& each : co_await look_at(session, source, listed, wanted)) {
      if (paths.size() >= wire::collections_max) co_return;
      const std::string& resource = each.properties.resource_id;
      // RFC 5842 3.1: what is bound to several places is there once.
      if (!resource.empty() && !resources.insert(resource).second) continue;
      if (!paths.insert(each.folder.path).second) continue;
      take(std::move(each.folder), each.properties);
    }
  }
}

Task<std::string> name_of_owner(Session session, std::string path) {
  Core& core = session.core();
  const auto known = core.owner_names.find(path);
  if (known != core.owner_names.end()) co_return known->second;
  std::string name;
  const auto told = co_await session.look(session.url_of(path), wire::Wanted::shared_home);
  // The path of a collection stands for its owner where the server tells none.
  if (told && !told->calendar && !told->address_book) {
    name = utf8_clean(utf8_prefix(told->name, owner_name_bytes_max));
  }
  if (name.empty()) {
    const std::string_view whole = path;
    const auto cut = whole.rfind('/');
    name = wire::name_in(whole.substr(0, cut + 1), whole).value_or(std::string());
  }
  core.owner_names[path] = name;
  co_return name;
}

std::string check_shared_path(std::string_view pattern) {
  const std::string_view path = without_slash(pattern);
  const auto cut = path.rfind('/');
  const bool good = path.starts_with('/') && cut + 1 < path.size() &&
                    !path.substr(0, cut).contains('*') && wire::is_template(path);
  if (good) return {};
  return "'" + std::string(pattern) +
         "' is no path of a collection; * may stand in its last part, and of braces it may hold "
         "{login}, {name} and {domain}";
}

}  // namespace godwit::backend::dav
