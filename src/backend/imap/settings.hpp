/// How the gateway to an IMAP server behaves.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "backend/shared_rule.hpp"
#include "base/clock.hpp"
#include "base/secret.hpp"
#include "imap/roles.hpp"

namespace godwit::backend::imap {

enum class Encryption : std::uint8_t { none, starttls, tls };

/// What becomes of the login that a phone sends.
enum class LoginForm : std::uint8_t {
  as_given,
  without_domain,  // `ada@example.org` -> `ada`
  with_domain,     // `ada` -> `ada@` + domain
};

/// One account of the server that may act for all users: their own passwords are not needed.
struct Master {
  std::string user;
  Secret password;
  /// Empty: by SASL PLAIN in the user's name (RFC 4616). Else the login is user, separator, master.
  std::string separator;
};

/// Somebody who tells of changes, so that its users need no connection that watches.
struct PushSource {
  std::vector<std::string> domains;              // of its users, in lower case; empty: all
  bool all_folders = true;                       // false: new mail in the inbox alone
  std::chrono::milliseconds sweep{15 * 60'000};  // finds what was not told
  std::chrono::milliseconds quiet{60 *
                                  60'000};  // silent for so long it counts for nothing; 0: never
};

struct Settings {
  /// Of all folders, those that are shown as something else than mail.
  using PutAside =
      std::function<Task<std::vector<FolderKey>>(Account account, std::vector<MailFolder> all)>;
  PutAside put_aside;  // empty: none

  std::string host = "localhost";
  std::uint16_t port = 143;
  Encryption encryption = Encryption::starttls;
  std::string ca_file;  // empty = the system's
  bool verify = true;
  LoginForm login = LoginForm::as_given;
  std::string domain;  // for with_domain, and of addresses when the login has none
  std::optional<Master> master;
  bool subscribed_only = false;        // of the user's own
  SharedRule shared;                   // of other users, and shared ones (RFC 2342)
  godwit::imap::RoleNames role_names;  // mailbox paths in UTF-8, before the well-known ones

  std::size_t connections_per_user_max = 4;  // beside the one of a watch
  std::chrono::milliseconds connect_limit{10'000};
  std::chrono::milliseconds command_limit{30'000};
  std::chrono::milliseconds idle_close{45'000};  // an unused connection is closed after this

  std::chrono::milliseconds password_keep{10 * 60'000};  // after its last use; a watch uses it

  std::size_t notify_connections_max = 10'000;  // of all users; others are watched by IDLE
  std::chrono::milliseconds sweep_min{60'000};
  std::chrono::milliseconds sweep_max{240'000};       // reached while nothing changes
  std::chrono::milliseconds idle_renew{28 * 60'000};  // RFC 2177: at least every 29 minutes

  /// By which tokens end; outlives the server. Null: the server alone says that one has.
  const Clock* clock = nullptr;

  std::vector<PushSource> push_sources;  // the first that is for a user counts
};

}  // namespace godwit::backend::imap
