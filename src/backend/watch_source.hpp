/// How a watch learns of changes. What a backend's watch may be asked for beside its interface, by
/// who looks at a server and wants to know why pushes are slow.
#pragma once

#include <string>

#include "backend/backend.hpp"

namespace godwit::backend {

class WatchSource {
 public:
  virtual ~WatchSource() = default;
  /// As it is now: "store", "notify", "idle", "sweep", "pushed", "directory", "connecting". Several
  /// are joined by "+".
  virtual std::string source() const = 0;
};

/// "unknown" of a watch that does not say it.
inline std::string source_of(const Watch& watch) {
  const auto* const named = dynamic_cast<const WatchSource*>(&watch);
  return named == nullptr ? "unknown" : named->source();
}

}  // namespace godwit::backend
