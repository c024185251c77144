#include "base/secret.hpp"

#include <sodium.h>

namespace godwit {

void Secret::wipe() noexcept {
  if (!text_.empty()) sodium_memzero(text_.data(), text_.size());
  text_.clear();
}

}  // namespace godwit
