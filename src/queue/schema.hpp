/// The queue's tables. Append only: a released script is never edited.
#pragma once

#include <array>

namespace godwit::queue {

// mail.next: when it is tried again, NULL once nothing is left to do; such rows stay a week, so
// that an envelope id is known. recipient.state: see queue.cpp.
inline constexpr auto migrations = std::to_array<const char*>({
    R"sql(
CREATE TABLE mail (
  id TEXT PRIMARY KEY,
  account TEXT NOT NULL,
  sender TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  accepted INTEGER NOT NULL,
  next INTEGER,
  attempts INTEGER NOT NULL,
  doubtful INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  reason TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX mail_next ON mail (next) WHERE next IS NOT NULL;
CREATE TABLE recipient (
  mail TEXT NOT NULL REFERENCES mail (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  address TEXT NOT NULL,
  state INTEGER NOT NULL,
  reason TEXT NOT NULL,
  expired INTEGER NOT NULL,
  PRIMARY KEY (mail, number)
) STRICT, WITHOUT ROWID;
)sql",
});

}  // namespace godwit::queue
