#include "backend/dav/session.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/bytes.hpp"
#include "base/fault.hpp"
#include "base/log.hpp"

namespace godwit::backend::dav {
namespace {

constexpr Log log("dav");
constexpr std::chrono::seconds pause_default{30};  // for 429 and 503 that name no time

struct Letter {
  char letter;
  ItemClass item_class;
};
constexpr std::array letters{Letter{'e', ItemClass::calendar}, Letter{'c', ItemClass::contacts},
                             Letter{'t', ItemClass::tasks}, Letter{'n', ItemClass::notes}};

}  // namespace

FolderKey key_of(ItemClass item_class, std::string_view path) {
  const auto* letter = std::ranges::find(letters, item_class, &Letter::item_class);
  return FolderKey::parse(std::string(item_key_mark) + letter->letter + std::string(path)).value();
}

std::optional<Place> place_of(const FolderKey& key) {
  std::string_view text = key.view();
  if (!is_item_key(text) || text.size() < item_key_mark.size() + 3) return std::nullopt;
  text.remove_prefix(item_key_mark.size());
  const auto* letter = std::ranges::find(letters, text.front(), &Letter::letter);
  text.remove_prefix(1);
  const auto path = wire::canonical_path(text);
  if (letter == letters.end() || !path || *path != text || !path->ends_with('/')) {
    return std::nullopt;
  }
  return Place{letter->item_class, *path};
}

void Core::observe(const std::string& path, const std::string& position) {
  const auto [known, is_new] = positions.try_emplace(path, position);
  if (!is_new && known->second == position) return;
  known->second = position;
  // Seen for the first time while somebody may wait for it: whoever waits looks.
  tell(path);
}

void Core::expect(const std::string& path, const std::string& position) {
  positions.try_emplace(path, position);
}

void Core::tell(const std::string& path) {
  const auto all = listeners;
  const auto known = keys.find(path);
  if (known == keys.end()) return;
  for (ChangeListener* listener : all) {
    for (const FolderKey& key : known->second) {
      listener->changed(user, key, ChangeListener::Kind::added);
    }
  }
}

void Core::tell_hierarchy() {
  const auto all = listeners;
  for (ChangeListener* listener : all) {
    listener->changed(user, std::nullopt, ChangeListener::Kind::hierarchy);
  }
}

std::string Session::credentials_digest() const {
  return digest256(credentials_.user + '\0' + std::string(credentials_.password.reveal()));
}

bool Session::refused() const {
  return Core::Steady::now() < core_->refused_until && core_->refused == credentials_digest();
}

void Session::check() const {
  if (credentials_.password.empty()) {
    throw Fault(Fault::Kind::unavailable, "DAV: there is no password to sign in with");
  }
  if (refused()) throw Fault(Fault::Kind::unavailable, "DAV: the credentials were refused");
  if (Core::Steady::now() < core_->not_before) {
    throw Fault(Fault::Kind::busy, "DAV: the server asked to be left alone for now");
  }
}

/// Who was kept waiting in vain does not wait once more for each collection.
void Session::note(const Fault& fault) const {
  if (fault.kind() != Fault::Kind::timed_out) return;
  core_->not_before = Core::Steady::now() + settings().client.request_limit;
}

void Session::judge(const wire::Reply& reply) const {
  if (wire::refuses(reply)) {
    core_->refused = credentials_digest();
    core_->refused_until = Core::Steady::now() + settings().refusal_keep;
    log.warning("dav.refused", {{"user", core_->user}, {"server", reply.url.origin.text()}});
    // Not Fault::sign_in_failed: that would make the phone ask for the password of its mailbox.
    throw Fault(Fault::Kind::unavailable, "DAV: the server refuses the credentials");
  }
  if (reply.status == 429 || reply.status == 503) {
    core_->not_before = Core::Steady::now() + reply.retry_after.value_or(pause_default);
  }
  const bool later = reply.status == 423 || reply.status == 429;
  if (later || (reply.status >= 500 && reply.status != 501 && reply.status != 507)) {
    wire::raise(reply, "request");
  }
}

Task<wire::Reply> Session::send(wire::Request request, Sink* out) const {
  check();
  wire::Reply reply;
  try {
    reply = co_await core_->shared->client.send(credentials_, std::move(request), out);
  } catch (const Fault& fault) {
    note(fault);
    throw;
  }
  judge(reply);
  co_return reply;
}

Task<wire::Client::Listing> Session::list(wire::Request request,
                                          wire::Multistatus::Take take) const {
  check();
  wire::Client::Listing listing;
  try {
    listing =
        co_await core_->shared->client.list(credentials_, std::move(request), std::move(take));
  } catch (const Fault& fault) {
    note(fault);
    throw;
  }
  judge(listing.reply);
  co_return listing;
}

wire::Url Session::url_of(std::string_view path) const {
  const auto& homes = *core_->homes;
  const auto& any = homes.calendars.empty() ? homes.contacts : homes.calendars;
  for (const wire::Url& home : homes.contacts) {
    if (path.starts_with(home.path)) return {home.origin, std::string(path)};
  }
  return {any.front().origin, std::string(path)};
}

Task<std::optional<wire::Properties>> Session::look(wire::Url url, wire::Wanted wanted) const {
  wire::Request request{.method = "PROPFIND", .url = std::move(url), .depth = wire::Depth::zero};
  request.body = wire::propfind_body(wanted);
  std::optional<wire::Properties> found;
  wire::Multistatus::Take take = [&found](wire::Entry entry) -> Result<> {
    if (!found && entry.status < 300) found = std::move(entry.properties);
    return {};
  };
  static_cast<void>(co_await list(std::move(request), std::move(take)));
  co_return found;
}

Task<std::optional<wire::Url>> Session::principal() const {
  const auto known = co_await homes();
  const auto& any = known.calendars.empty() ? known.contacts : known.calendars;
  const wire::Url home = any.front();
  const auto there = co_await look(home, wire::Wanted::principal);
  if (!there || there->principal_href.empty()) co_return std::nullopt;
  auto url = wire::resolve(home, there->principal_href);
  if (!url || url->origin != home.origin) co_return std::nullopt;
  co_return std::move(*url);
}

Task<wire::Homes> Session::homes() const {
  const bool old = Core::Steady::now() - core_->homes_found > settings().homes_keep;
  if (core_->homes && !old) co_return *core_->homes;
  check();
  wire::Homes found;
  bool refused = false;
  std::string reason;
  try {
    found = co_await find_homes();
  } catch (const wire::Refused& fault) {
    refused = true;
    log.warning("dav.refused", {{"user", core_->user}, {"reason", fault.what()}});
  } catch (const Fault& fault) {
    note(fault);
    // Those that were found before may do.
    if (!core_->homes) throw;
    reason = fault.what();
  }
  if (!reason.empty()) {
    log.warning("dav.discovery_failed", {{"user", core_->user}, {"reason", reason}});
    co_return *core_->homes;
  }
  if (refused) {
    core_->refused = credentials_digest();
    core_->refused_until = Core::Steady::now() + settings().refusal_keep;
    throw Fault(Fault::Kind::unavailable, "DAV: the server refuses the credentials");
  }
  if (found.calendars.empty() && found.contacts.empty()) {
    throw Fault(Fault::Kind::unavailable, "DAV: the server shows no collections for the user");
  }
  core_->homes = found;
  core_->homes_found = Core::Steady::now();
  co_return found;
}

Task<wire::Url> Session::start_of(wire::Service service) const {
  if (settings().start) co_return *settings().start;
  auto url =
      co_await wire::find_service(*core_->shared->resolver, service,
                                  wire::fill(settings().domain, core_->login, wire::Form::plain));
  if (!url) throw Fault(Fault::Kind::unavailable, "DAV: " + url.error().message);
  co_return std::move(*url);
}

Task<wire::Homes> Session::find_homes() const {
  wire::Homes fixed;
  const auto add = [&](const std::string& pattern, const wire::Url& start,
                       std::vector<wire::Url>& out) {
    if (pattern.empty()) return;
    auto path = wire::canonical_path(wire::fill(pattern, core_->login, wire::Form::path) + '/');
    if (!path) throw Fault(Fault::Kind::unavailable, "DAV: no path for the user");
    out.push_back({start.origin, std::move(*path)});
  };
  const auto start = co_await start_of(wire::Service::calendars);
  add(settings().calendars, start, fixed.calendars);
  add(settings().contacts, start, fixed.contacts);
  if (!fixed.calendars.empty() && !fixed.contacts.empty()) co_return fixed;
  auto found = co_await wire::discover(core_->shared->client, credentials_, start);
  if (found.contacts.empty() && !settings().start && fixed.contacts.empty()) {
    // RFC 6764: another service, perhaps on another server.
    auto more = co_await wire::discover(core_->shared->client, credentials_,
                                        co_await start_of(wire::Service::contacts));
    found.contacts = std::move(more.contacts);
  }
  if (!fixed.calendars.empty()) found.calendars = std::move(fixed.calendars);
  if (!fixed.contacts.empty()) found.contacts = std::move(fixed.contacts);
  co_return found;
}

}  // namespace godwit::backend::dav
