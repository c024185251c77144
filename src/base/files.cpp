#include "base/files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include "base/descriptor.hpp"
#include "base/fault.hpp"
#include "base/handle.hpp"

namespace godwit {

namespace {

using Folder = Handle<DIR, closedir>;

[[noreturn]] void raise(int code, std::string_view doing, const std::string& path) {
  const bool full = code == ENOSPC || code == EDQUOT || code == EFBIG;
  throw Fault(full ? Fault::Kind::quota : Fault::Kind::unavailable,
              fmt::format("{} {}: {}", doing, path, std::generic_category().message(code)));
}

void write_all(int descriptor, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor, bytes.data(), bytes.size());
    if (count < 0) {
      if (errno == EINTR) continue;
      raise(errno, "writing", path);
    }
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

class SystemWriter final : public FileWriter {
 public:
  explicit SystemWriter(std::string path)
      : path_(std::move(path)),
        file_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) {
    if (file_.get() < 0) raise(errno, "creating", path_);
  }
  void append(std::string_view bytes) override { write_all(file_.get(), bytes, path_); }
  void sync() override {
    if (::fdatasync(file_.get()) != 0) raise(errno, "syncing", path_);
  }

 private:
  std::string path_;
  Descriptor file_;
};

class SystemFiles final : public FileLayer {
 public:
  std::unique_ptr<FileWriter> create(const std::string& path) override {
    return std::make_unique<SystemWriter>(path);
  }

  std::string read(const std::string& path, std::uint64_t offset, std::size_t length) override {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0) raise(errno, "opening", path);
    struct stat facts = {};
    if (::fstat(file.get(), &facts) != 0) raise(errno, "reading", path);
    const auto end = static_cast<std::uint64_t>(facts.st_size);
    if (offset > end) {
      throw Fault(Fault::Kind::corrupt, fmt::format("{} ends before byte {}", path, offset));
    }
    std::string bytes(static_cast<std::size_t>(std::min<std::uint64_t>(length, end - offset)),
                      '\0');
    std::size_t had = 0;
    while (had < bytes.size()) {
      const ssize_t count = ::pread(file.get(), bytes.data() + had, bytes.size() - had,
                                    static_cast<off_t>(offset + had));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) raise(errno, "reading", path);
      if (count == 0) break;
      had += static_cast<std::size_t>(count);
    }
    bytes.resize(had);
    return bytes;
  }

  std::optional<std::uint64_t> size(const std::string& path) override {
    struct stat facts = {};
    if (::stat(path.c_str(), &facts) == 0) return static_cast<std::uint64_t>(facts.st_size);
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    raise(errno, "looking for", path);
  }

  void rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) raise(errno, "renaming to", to);
  }

  bool remove(const std::string& path) override {
    if (::unlink(path.c_str()) == 0) return true;
    if (errno == ENOENT) return false;
    raise(errno, "removing", path);
  }

  std::vector<std::string> list(const std::string& folder) override {
    const Folder open(::opendir(folder.c_str()));
    if (!open) {
      if (errno == ENOENT) return {};
      raise(errno, "listing", folder);
    }
    std::vector<std::string> names;
    errno = 0;
    while (const dirent* entry = ::readdir(open.get())) {
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") names.emplace_back(name);
      errno = 0;
    }
    if (errno != 0) raise(errno, "listing", folder);
    std::ranges::sort(names);
    return names;
  }

  void make_folders(const std::string& folder) override {
    for (std::size_t end = folder.find('/', 1);; end = folder.find('/', end + 1)) {
      make_folder(folder.substr(0, end));
      if (end == std::string::npos) return;
    }
  }

  void sync_folder(const std::string& folder) override {
    const Descriptor open(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (open.get() < 0) raise(errno, "opening", folder);
    if (::fsync(open.get()) != 0) raise(errno, "syncing", folder);
  }

 private:
  void make_folder(const std::string& folder) {
    if (::mkdir(folder.c_str(), 0700) == 0) {
      const std::size_t slash = folder.find_last_of('/');
      sync_folder(slash == std::string::npos ? "." : folder.substr(0, slash + 1));
      return;
    }
    const int code = errno;
    struct stat facts = {};
    // A read-only or foreign parent that exists already answers EROFS or EACCES.
    if (::stat(folder.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode)) return;
    raise(code, "making the folder", folder);
  }
};

}  // namespace

std::string read_file(FileLayer& files, const std::string& path, std::size_t bytes_max) {
  const auto size = files.size(path);
  if (!size) throw Fault(Fault::Kind::corrupt, fmt::format("{} is missing", path));
  if (*size > bytes_max) {
    throw Fault(Fault::Kind::corrupt,
                fmt::format("{} has {} bytes, {} are allowed", path, *size, bytes_max));
  }
  return files.read(path, 0, static_cast<std::size_t>(*size));
}

std::unique_ptr<FileLayer> system_files() { return std::make_unique<SystemFiles>(); }

}  // namespace godwit
