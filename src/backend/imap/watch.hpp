/// Tells what changes in a user's mailboxes: by NOTIFY (RFC 5465) where it is offered and there is
/// room, else by IDLE on INBOX and a sweep of the other mailboxes, else by the sweep alone.
#pragma once

#include <memory>

#include "backend/backend.hpp"
#include "backend/imap/pool.hpp"

namespace godwit::backend::imap {

struct WatchBudget;

/// All listeners of one user share what watches: a connection. Lasts until the returned handle is
/// dropped. The listener and `random` outlive it.
std::unique_ptr<Watch> join_watch(UserId user, std::shared_ptr<Pool> pool, ChangeListener& listener,
                                  Random& random, std::shared_ptr<WatchBudget> budget);

}  // namespace godwit::backend::imap
