/// One user of a DAV server: what is known of the account for all requests, and who asks now.
/// Private to this folder.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "backend/dav/settings.hpp"
#include "backend/items.hpp"
#include "base/clock.hpp"
#include "base/fault.hpp"
#include "dav/discovery.hpp"
#include "dav/service_lookup.hpp"
#include "net/loop.hpp"

namespace godwit::backend::dav {

/// A calendar or an address book.
struct Folder {
  wire::Service service = wire::Service::calendars;
  std::string path;  // canonical, with a slash at its end
  std::string name;
  wire::Components components{};  // of a calendar
  bool writable = true;
  bool syncs = false;     // sync-collection
  bool standard = false;  // the server's own default calendar
  /// Another user's: the path of that principal, without a slash at its end. Empty: the user's own.
  std::string owner{};
  std::string owner_name{};
  std::string position{};  // sync-token or ctag; empty where there is neither
};

/// What all users of one server share. It outlives their sessions.
struct Shared {
  Shared(Settings the_settings, std::unique_ptr<wire::Resolver> the_resolver,
         net::Executor the_executor, Random& the_random)
      : settings(std::move(the_settings)),
        client(settings.client),
        resolver(std::move(the_resolver)),
        executor(std::move(the_executor)),
        random(the_random) {}

  Settings settings;
  wire::Client client;
  std::unique_ptr<wire::Resolver> resolver;
  net::Executor executor;
  Random& random;
};

/// What is remembered of a user between requests; no password.
class Core {
 public:
  using Steady = std::chrono::steady_clock;

  Core(std::shared_ptr<Shared> the_shared, UserId the_user, std::string the_login)
      : shared(std::move(the_shared)), user(std::move(the_user)), login{std::move(the_login)} {}

  /// Somebody saw where a collection stands. What the last one saw is another position: told.
  void observe(const std::string& path, const std::string& position);
  /// Where nobody did so far, this counts.
  void expect(const std::string& path, const std::string& position);
  void tell(const std::string& path);
  void tell_hierarchy();

  const std::shared_ptr<Shared> shared;
  const UserId user;
  const wire::Login login;
  /// A home of somebody for whom the user may act.
  struct Other {
    wire::Url home;
    std::string principal;
  };

  std::optional<wire::Homes> homes;
  Steady::time_point homes_found{};
  std::optional<std::vector<Other>> others;
  Steady::time_point others_found{};
  std::map<std::string, std::string, std::less<>> owner_names;   // by path of the principal
  std::map<std::string, Folder, std::less<>> folders;            // by path, as listed last
  std::map<std::string, std::string, std::less<>> positions;     // by path, as seen last
  std::map<std::string, std::set<FolderKey>, std::less<>> keys;  // by path, as anybody knows them
  std::map<std::string, bool, std::less<>> no_multiget;          // by path: the server has none
  // By path: the token with which a page ended. Where it was refused at once, lists come whole.
  std::map<std::string, std::string, std::less<>> page_ends;
  std::set<std::string, std::less<>> unpaged;
  std::map<std::string, bool, std::less<>> no_uid_query;  // as no_multiget, of calendar-query
  std::optional<std::vector<std::string>> scheduling_addresses;  // RFC 6638: asked once
  bool created = false;  // missing collections were made, or could not be
  std::vector<ChangeListener*> listeners;
  std::string refused;  // digest of the credentials that were
  Steady::time_point refused_until{};
  Steady::time_point not_before{};  // the server wants to be left alone
};

class Session {
 public:
  Session(std::shared_ptr<Core> core, wire::Credentials credentials)
      : core_(std::move(core)), credentials_(std::move(credentials)) {}

  Core& core() const { return *core_; }
  const Settings& settings() const { return core_->shared->settings; }

  /// As wire::Client. A refusal of the credentials, and whatever means "later", is thrown as Fault
  /// (unavailable, busy) and remembered: nobody asks again meanwhile.
  Task<wire::Reply> send(wire::Request request, Sink* out = nullptr) const;
  Task<wire::Client::Listing> list(wire::Request request, wire::Multistatus::Take take) const;
  /// Throws Fault as discover().
  Task<wire::Homes> homes() const;
  wire::Url url_of(std::string_view path) const;
  /// What one resource tells of itself; nothing where it is not there.
  Task<std::optional<wire::Properties>> look(wire::Url url, wire::Wanted wanted) const;
  /// Who is signed in (RFC 5397); nothing where the server does not tell. Throws Fault as homes().
  Task<std::optional<wire::Url>> principal() const;
  /// True when the credentials were refused and have not changed since.
  bool refused() const;

 private:
  void check() const;
  void note(const Fault& fault) const;
  void judge(const wire::Reply& reply) const;
  Task<wire::Homes> find_homes() const;
  Task<wire::Url> start_of(wire::Service service) const;
  std::string credentials_digest() const;

  std::shared_ptr<Core> core_;
  wire::Credentials credentials_;
};

/// Keys of collections: the class and the path.
FolderKey key_of(ItemClass item_class, std::string_view path);
struct Place {
  ItemClass item_class;
  std::string path;
};
std::optional<Place> place_of(const FolderKey& key);

}  // namespace godwit::backend::dav
