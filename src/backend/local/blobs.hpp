/// Content-addressed files: a blob's name is the BLAKE2b-256 of its bytes, in two levels of
/// folders. A blob under its final name is whole and durable. Everything here blocks.
///
/// A pin keeps a blob from being removed between the moment it is written (or found to be there)
/// and the commit of the row that names it.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.hpp"

namespace godwit::backend::local {

/// BLAKE2b-256, fed piece by piece.
class Hasher {
 public:
  Hasher();
  ~Hasher();
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;
  void feed(std::string_view bytes);
  /// The raw hash; once.
  std::string finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

class BlobStore;

/// Blobs that cannot be removed while this lives.
class Pins {
 public:
  explicit Pins(BlobStore& blobs) : blobs_(blobs) {}
  ~Pins();
  Pins(const Pins&) = delete;
  Pins& operator=(const Pins&) = delete;
  void add(const std::string& hash);

 private:
  BlobStore& blobs_;
  std::vector<std::string> hashes_;
};

class BlobStore {
 public:
  BlobStore(FileLayer& files, std::string folder) : files_(files), folder_(std::move(folder)) {}
  /// Makes the folder and removes what earlier runs left half-written in it. Before the first
  /// draft; by the process that owns the store alone.
  void prepare();

  /// A file that is being written and has no name yet; removed when it is not kept.
  class Draft {
   public:
    Draft(Draft&& other) noexcept;
    Draft& operator=(Draft&&) = delete;
    ~Draft();
    void append(std::string_view bytes);
    /// What was appended, read back.
    std::string read(std::uint64_t offset, std::size_t length) const;
    std::uint64_t size() const { return size_; }
    /// The raw hash of what was appended, after which nothing may be.
    const std::string& hash();
    /// Durable under the name of its content, which is pinned; returns the raw hash.
    std::string keep(Pins& pins) &&;

   private:
    friend class BlobStore;
    Draft(BlobStore& blobs, std::string path);
    BlobStore* blobs_;
    std::string path_;
    std::unique_ptr<FileWriter> writer_;
    std::unique_ptr<Hasher> hasher_;
    std::string hash_;
    std::uint64_t size_ = 0;
  };
  Draft draft();

  /// Fewer bytes only at the end. Throws Fault (corrupt) when the blob is not there.
  std::string read(std::string_view hash, std::uint64_t offset, std::size_t length) const;
  bool exists(std::string_view hash) const;
  static constexpr unsigned folders = 16;
  /// The hashes of all blobs in the upper folder number `n`, below `folders`.
  std::vector<std::string> list(unsigned n) const;

  /// Removes those of `hashes` for which `unused` says so. While it asks, nobody can pin them; what
  /// is pinned stays. Returns how many it removed.
  std::size_t remove(const std::vector<std::string>& hashes,
                     const std::function<bool(const std::string&)>& unused);

 private:
  friend class Pins;
  void pin(const std::string& hash);
  void unpin(const std::string& hash);
  /// Makes the folder of this blob, durably, if this process has not done so yet.
  void make_folder_of(std::string_view hash);
  std::string folder_of(std::string_view hash) const;
  std::string path(std::string_view hash) const;

  FileLayer& files_;
  std::string folder_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, unsigned> pinned_;
  std::set<std::string> leaving_;
  std::uint64_t drafts_ = 0;
  std::mutex making_;
  std::set<std::string> made_;  // folders whose names are durable
};

}  // namespace godwit::backend::local
