#include "http/spool.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/fault.hpp"

namespace godwit::http {
namespace {

constexpr std::size_t write_piece_bytes = 64 * 1024;

[[noreturn]] void throw_disk(int number, const std::string& directory) {
  const bool full = number == ENOSPC || number == EDQUOT || number == EFBIG;
  throw Fault(full ? Fault::Kind::quota : Fault::Kind::unavailable,
              "spool " + directory + ": " + std::strerror(number));
}

/// A file without a name: gone with its last descriptor, also when the process dies.
class SpoolFile {
 public:
  explicit SpoolFile(const std::string& directory) {
    descriptor_ = ::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (descriptor_ >= 0) return;
    if (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL) throw_disk(errno, directory);
    std::string name = directory + "/spool-XXXXXX";
    descriptor_ = ::mkostemp(name.data(), O_CLOEXEC);
    if (descriptor_ < 0) throw_disk(errno, directory);
    ::unlink(name.c_str());
  }
  ~SpoolFile() { ::close(descriptor_); }
  SpoolFile(const SpoolFile&) = delete;
  SpoolFile& operator=(const SpoolFile&) = delete;

  void write(std::string_view bytes, const std::string& directory) const {
    while (!bytes.empty()) {
      const auto count = ::write(descriptor_, bytes.data(), bytes.size());
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) throw_disk(count == 0 ? ENOSPC : errno, directory);
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
  }
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_ = -1;
};

class MappedBody final : public Body {
 public:
  MappedBody(const SpoolFile& file, std::uint64_t size, const std::string& directory)
      : size_(size) {
    void* const address = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file.descriptor(), 0);
    if (address == MAP_FAILED) throw_disk(errno, directory);
    start_ = static_cast<char*>(address);
    ::madvise(start_, size_, MADV_SEQUENTIAL);
  }
  ~MappedBody() override { ::munmap(start_, size_); }
  MappedBody(const MappedBody&) = delete;
  MappedBody& operator=(const MappedBody&) = delete;

  std::uint64_t size() const override { return size_; }
  std::string_view view() const override { return {start_, size_}; }
  void release(std::uint64_t offset) const override {
    static const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    const auto whole = std::min(offset, size_) / page * page;
    if (whole > 0) ::madvise(start_, whole, MADV_DONTNEED);
  }

 private:
  char* start_ = nullptr;
  std::uint64_t size_;
};

class SpoolWriter final : public BodyWriter {
 public:
  SpoolWriter(std::string directory, std::size_t memory_bytes)
      : directory_(std::move(directory)), memory_bytes_(memory_bytes) {}

  void append(std::string_view bytes) override {
    memory_ += bytes;
    if (file_ ? memory_.size() >= write_piece_bytes : memory_.size() > memory_bytes_) flush();
  }

  std::shared_ptr<const Body> finish() override {
    if (!file_) {
      memory_.shrink_to_fit();
      return text_body(std::move(memory_));
    }
    flush();
    std::string().swap(memory_);
    return std::make_shared<MappedBody>(*file_, written_, directory_);
  }

 private:
  void flush() {
    if (!file_) file_ = std::make_unique<SpoolFile>(directory_);
    file_->write(memory_, directory_);
    written_ += memory_.size();
    if (memory_.capacity() > 4 * write_piece_bytes) std::string().swap(memory_);
    memory_.clear();
  }

  std::string directory_;
  std::size_t memory_bytes_;
  std::string memory_;
  std::unique_ptr<SpoolFile> file_;
  std::uint64_t written_ = 0;
};

}  // namespace

SpoolDirectory::SpoolDirectory(std::string directory, std::size_t memory_bytes)
    : directory_(std::move(directory)), memory_bytes_(memory_bytes) {}

std::unique_ptr<BodyWriter> SpoolDirectory::writer() {
  return std::make_unique<SpoolWriter>(directory_, memory_bytes_);
}

}  // namespace godwit::http
