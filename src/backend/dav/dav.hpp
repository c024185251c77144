/// Contacts, calendars, tasks and notes of a CalDAV and CardDAV server (RFC 4791, 6352, 6578,
/// 6764), each user with the own credentials.
#pragma once

#include <memory>

#include "backend/dav/settings.hpp"
#include "backend/items.hpp"
#include "base/clock.hpp"
#include "dav/service_lookup.hpp"
#include "net/loop.hpp"

namespace godwit::backend::dav {

struct Shared;
class Session;
class Users;

class DavServer final : public ItemsBackend {
 public:
  /// `random` outlives it. Items and watches must be gone before the executor is. `resolver`: where
  /// `settings.domain` is looked up; null = the machine's.
  DavServer(Settings settings, net::Executor executor, Random& random,
            std::unique_ptr<wire::Resolver> resolver = nullptr);
  ~DavServer() override;

  std::shared_ptr<Items> open_items(const Account& account) override;
  /// For this folder's use.
  Session open_session(const Account& account);
  /// What is remembered of the user goes.
  void forget_user(const UserId& user);

 private:
  std::shared_ptr<Shared> shared_;
  std::unique_ptr<Users> users_;
};

/// `settings` that cannot work, in words; empty when they can.
std::string check_dav_settings(const Settings& settings);

}  // namespace godwit::backend::dav
