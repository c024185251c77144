/// In which language a directory says that a user is written to.
#pragma once

#include <string>

#include "backend/backend.hpp"
#include "base/task.hpp"

namespace godwit::backend {

/// What some directories know beside the address list.
class PreferredLanguages {
 public:
  virtual ~PreferredLanguages() = default;
  /// As the directory has it: language tags, as Accept-Language has them (RFC 2798
  /// preferredLanguage). Empty: it says nothing. Throws Fault as Directory.
  virtual Task<std::string> preferred_language(Account account) = 0;
};

}  // namespace godwit::backend
