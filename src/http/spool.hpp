/// Bodies that grow: in memory while small, then in an unlinked file that is mapped to be read.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "http/message.hpp"

namespace godwit::http {

inline constexpr std::size_t spool_memory_bytes = 1024 * 1024;

class SpoolDirectory final : public Spools {
 public:
  /// `directory`: an existing one, on a disk rather than in memory. Files in it have no names.
  explicit SpoolDirectory(std::string directory, std::size_t memory_bytes = spool_memory_bytes);
  /// Appending throws Fault(quota) when the disk is full, Fault(unavailable) when it fails.
  std::unique_ptr<BodyWriter> writer() override;

 private:
  std::string directory_;
  std::size_t memory_bytes_;
};

}  // namespace godwit::http
