/// What every store does alike with batches and key ranges.
#pragma once

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "store/store.hpp"

namespace godwit::store {

/// Puts a batch in the order of its keys, so that two writers lock in the same order. A key that
/// occurs twice is a bug of the caller (std::logic_error).
inline void arrange(std::vector<Write>& batch) {
  std::ranges::sort(batch, {}, &Write::key);
  if (std::ranges::adjacent_find(batch, {}, &Write::key) != batch.end()) {
    throw std::logic_error("a batch writes one record twice");
  }
}

/// The least string above all that begin with `prefix`; nothing when there is none.
inline std::optional<std::string> end_of_prefix(std::string prefix) {
  while (!prefix.empty()) {
    const auto last = static_cast<unsigned char>(prefix.back());
    if (last != 0xFF) {
      prefix.back() = static_cast<char>(last + 1);
      return prefix;
    }
    prefix.pop_back();
  }
  return std::nullopt;
}

}  // namespace godwit::store
