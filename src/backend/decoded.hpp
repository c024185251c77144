/// What some mail backends can do beside backend::Mail: give a part's content with its
/// Content-Transfer-Encoding undone where it lies, which is a quarter less to carry of base64.
#pragma once

#include <optional>

#include "backend/backend.hpp"

namespace godwit::backend {

struct DecodedStretch {
  std::string bytes;
  std::uint64_t total = 0;  // octets of the whole content
};

class DecodedReads {
 public:
  virtual ~DecodedReads() = default;
  /// A stretch of one part's decoded content. Nothing: not of this part, or not here; then
  /// Mail::read has it. Errors: as Mail::read.
  virtual Task<Result<std::optional<DecodedStretch>>> read_decoded(FolderKey folder,
                                                                   std::uint32_t uid_validity,
                                                                   PartRange range) = 0;
};

}  // namespace godwit::backend
