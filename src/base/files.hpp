/// Files with the durability spelt out. The real layer and one that forgets what was not synced
/// (tests/faults) meet here, so that "acknowledged means durable" can be tested for blobs too.
///
/// Everything here blocks: call it on a Gate. Paths are UTF-8, `/`-separated. Every function throws
/// Fault: quota (no space, over quota), unavailable (any other refusal of the system), corrupt (a
/// read past the end).
///
///   auto file = files.create(folder + "/new");       file->append(piece); ... file->sync();
///   files.rename(folder + "/new", folder + "/final"); files.sync_folder(folder);  // now durable
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace godwit {

/// A new file being written. Destroying it closes the file; only what was synced is durable.
class FileWriter {
 public:
  virtual ~FileWriter() = default;
  virtual void append(std::string_view bytes) = 0;
  /// The content so far survives a power cut. The name does only after sync_folder.
  virtual void sync() = 0;
};

class FileLayer {
 public:
  virtual ~FileLayer() = default;

  /// A new empty file (mode 0600); one that exists is emptied.
  virtual std::unique_ptr<FileWriter> create(const std::string& path) = 0;
  /// `length` bytes from `offset`; fewer only where the file ends; an offset above its end is a
  /// Fault (corrupt).
  virtual std::string read(const std::string& path, std::uint64_t offset, std::size_t length) = 0;
  /// Size in bytes; nothing when there is no such file.
  virtual std::optional<std::uint64_t> size(const std::string& path) = 0;
  /// Atomically; replaces a file that exists. Durable after sync_folder of both folders.
  virtual void rename(const std::string& from, const std::string& to) = 0;
  /// False when there was none. Durable after sync_folder.
  virtual bool remove(const std::string& path) = 0;
  /// Names (without the folder) of files and folders inside, sorted; empty when there is none.
  virtual std::vector<std::string> list(const std::string& folder) = 0;
  /// Makes it and what is missing above it (mode 0700), durably.
  virtual void make_folders(const std::string& folder) = 0;
  /// Names created, renamed and removed in it survive a power cut.
  virtual void sync_folder(const std::string& folder) = 0;

  bool exists(const std::string& path) { return size(path).has_value(); }
};

/// The whole file. Throws Fault (corrupt) when it is absent or larger than `bytes_max`.
std::string read_file(FileLayer& files, const std::string& path, std::size_t bytes_max);

/// The system's files.
std::unique_ptr<FileLayer> system_files();

}  // namespace godwit
