/// Changes that somebody else tells of, so that no connection need watch for them.
#pragma once

#include <cstddef>
#include <string>

#include "backend/backend.hpp"

namespace godwit::backend {

/// May be wrong, late, doubled or lost: who is told looks, and a slow sweep finds what was not
/// told.
struct Hint {
  std::string folder;  // UTF-8, as the mail server writes its path; empty: any
  ChangeListener::Kind kind = ChangeListener::Kind::unknown;
};

class Hints {
 public:
  virtual ~Hints() = default;
  /// A source (by its place in the configuration) spoke.
  virtual void heard(std::size_t source) = 0;
  /// False: nothing of the user's waits, or there is no such user.
  virtual bool hint(const UserId& user, const Hint& hint) = 0;
};

}  // namespace godwit::backend
