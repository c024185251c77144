/// The gateway: users and mail of any IMAP4rev1 server. Signing in is signing in there.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "backend/backend.hpp"
#include "backend/hints.hpp"
#include "backend/imap/settings.hpp"
#include "base/clock.hpp"
#include "net/loop.hpp"

namespace godwit::backend::imap {

class ImapMail;
struct WatchBudget;

class ImapServer final : public Users, public KnownUsers, public MailBackend, public Hints {
 public:
  /// `random` outlives it. Mail and watches must be gone before the executor is.
  ImapServer(Settings settings, net::Executor executor, Random& random);
  ~ImapServer() override;

  /// Throws Fault when the server cannot be asked. Its connection serves the first request.
  Task<Result<Account>> sign_in(std::string login, Secret password) override;
  /// Nothing is asked of the server.
  Task<Result<Account>> known(std::string login, Secret password) override;
  std::shared_ptr<Mail> open(const Account& account) override;
  /// With the folders that are put aside (Settings::put_aside), on the same connections.
  std::shared_ptr<Mail> open_all(const Account& account);

  /// Of Settings::push_sources.
  void heard(std::size_t source) override;
  bool hint(const UserId& user, const Hint& hint) override;

  /// Closes the user's connections; the next request signs in anew.
  void forget_user(const UserId& user);

 private:
  std::shared_ptr<ImapMail> mail_of(const Account& account);
  std::shared_ptr<ImapMail> signed_in(const Account& account);

  std::shared_ptr<const Settings> settings_;
  net::Executor executor_;
  Random& random_;
  std::shared_ptr<WatchBudget> budget_;
  std::map<UserId, std::shared_ptr<ImapMail>> users_;
};

/// The login that the server wants, of the one that a phone sent. Error: refused.
Result<std::string> server_login(const Settings& settings, std::string_view login);

}  // namespace godwit::backend::imap
