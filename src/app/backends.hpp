/// The systems behind one daemon, made as the configuration says. app alone names implementations.
#pragma once

#include <memory>

#include "admin/operations.hpp"
#include "app/config.hpp"
#include "app/damage.hpp"
#include "backend/backend.hpp"
#include "backend/directory.hpp"
#include "backend/free_busy.hpp"
#include "backend/hints.hpp"
#include "backend/items.hpp"
#include "backend/preferred_language.hpp"
#include "base/files.hpp"
#include "net/listener.hpp"
#include "net/loop.hpp"

namespace godwit::app {

/// What backends stand on. All of it outlives them, and but for the loop, outlives the loop: jobs
/// that are cut short at the end refer to it.
struct Surroundings {
  net::Loop& loop;
  FileLayer& files;
  const Clock& clock;
  Random& random;
  Damage& damage;
};

class Backends {
 public:
  virtual ~Backends() = default;
  virtual backend::Users& users() = 0;
  virtual backend::KnownUsers& known_users() = 0;
  virtual backend::MailBackend& mail() = 0;
  /// Null where nobody outside is needed to tell of changes.
  virtual backend::Hints* hints() = 0;
  /// Null where there are no collections of contacts and the like.
  virtual backend::ItemsBackend* items() = 0;
  virtual backend::Submission& submission() = 0;
  /// Null where there is none.
  virtual backend::Vacation* vacation() = 0;
  /// Null where there is none.
  virtual backend::Directory* directory() = 0;
  /// Null where no directory says.
  virtual backend::PreferredLanguages* languages() = 0;
  /// Null where they are not kept here.
  virtual admin::Accounts* accounts() = 0;
  virtual admin::Groups* groups() = 0;
  virtual admin::RemovedItems* removed_items() = 0;
  virtual admin::Shares* shares() = 0;
  /// Null where nobody knows when people are free.
  virtual backend::FreeBusy* free_busy() = 0;
  /// Null where no mail waits.
  virtual admin::Outbox* outbox() = 0;
  /// Throws Fault when mail of the account could not go out now.
  virtual Task<> reach_submission(backend::Account account) = 0;
  /// Throws Fault, which names it, where a system that phones cannot do without cannot be reached
  /// now.
  virtual Task<> reach() = 0;
  /// Takes over a listening socket for LMTP; refused where mail does not come in that way.
  virtual Result<> listen_lmtp(net::Listener listener) = 0;
  /// A user signed in by a token: what waits for that goes on.
  virtual Task<> signed_in(backend::Account account) = 0;
  /// A password or a user changed: connections made with the old one end.
  virtual void forget_user(const UserId& user) = 0;
  /// Takes over the limits of a configuration that was read anew.
  virtual void apply(const Config& config) = 0;
  /// Begins what runs in the background: the queue, sweeping.
  virtual void start() = 0;
  /// Ends it: nothing new is begun, what runs is finished.
  virtual Task<> stop() = 0;
};

/// Blocks. Throws Fault (corrupt, or sqlite::SchemaMismatch) when what is stored cannot be used.
std::unique_ptr<Backends> make_backends(const Config& config, Surroundings around);

}  // namespace godwit::app
