/// Where a mail is kept while it comes in: small ones in memory, larger ones in a file.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "backend/backend.hpp"
#include "base/files.hpp"

namespace godwit::lmtp {

inline constexpr std::size_t spool_memory_bytes_max = 64 * 1024;  // of one mail

/// Fed once, then read. The file is removed with the object. `append` and `read` block when there
/// is a file.
class Spool final : public backend::MessageSource {
 public:
  /// `path`: of a file that nobody else uses; made when it is needed.
  Spool(FileLayer& files, std::string path) : files_(files), path_(std::move(path)) {}
  ~Spool() override;
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;

  /// Throws Fault.
  void append(std::string_view bytes);
  /// Whether taking so many bytes more needs the file.
  bool needs_file(std::size_t bytes) const {
    return writer_ != nullptr || memory_.size() + bytes > spool_memory_bytes_max;
  }

  std::uint64_t size() const override { return size_; }
  std::string read(std::uint64_t offset, std::size_t length) const override;

 private:
  FileLayer& files_;
  std::string path_;
  std::string memory_;  // empty once there is a file
  std::unique_ptr<FileWriter> writer_;
  std::uint64_t size_ = 0;
};

}  // namespace godwit::lmtp
