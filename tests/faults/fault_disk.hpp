/// A disk in memory that forgets: what was not synced is dropped, or kept in part, when the power
/// goes. SQLite sees it as a VFS, everything else as a FileLayer; both share one image, so one kill
/// hits databases and files together.
///
///   FaultDisk disk(seed);
///   { Database database({.path = "/state.db", .vfs = disk.vfs_name()}); ...; disk.kill(); }
///   disk.restart();   // the same image, as far as it survived
///
/// What survives a kill: bytes that were synced and names whose folder was synced. Of the rest the
/// seed decides: nothing, everything, or each 512-byte sector by a coin and a first part of the
/// changes of names (file systems journal names in order, data in any order). As on Linux, syncing
/// a file does not sync its name; SQLite's own folder syncs are honoured. Shared memory of the
/// write-ahead log and file locks work between connections of this process and are lost at a kill.
/// Thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/files.hpp"

namespace godwit::test {

enum class Failure : std::uint8_t {
  io_error,  // SQLITE_IOERR, Fault unavailable
  full,      // writing: SQLITE_FULL, Fault quota; reading and syncing: as io_error
  kill,      // the power goes at this operation
};

class FaultDisk {
 public:
  explicit FaultDisk(std::uint64_t seed);
  ~FaultDisk();  // databases on it must be closed
  FaultDisk(const FaultDisk&) = delete;
  FaultDisk& operator=(const FaultDisk&) = delete;

  /// The power goes: unsynced writes are dropped, whatever is open is dead, and until restart()
  /// every operation fails.
  void kill();
  void restart();
  bool is_down() const;

  /// The n-th operation from now (1: the next; reads, writes, syncs, creations, removals, renames)
  /// fails; later ones work again, except after a kill. A kill ends the plan.
  void fail_at(std::uint64_t n, Failure failure = Failure::io_error);
  /// Forgets a planned failure.
  void clear_failure();
  /// Has the planned failure happened?
  bool fired() const;
  /// Operations so far.
  std::uint64_t operations() const;

  /// Of the VFS registered with SQLite while this disk lives.
  std::string vfs_name() const;
  /// Files of this life: the layer is dead after a kill, take a new one after restart().
  std::unique_ptr<FileLayer> files();

  class Image;

 private:
  class Vfs;
  std::shared_ptr<Image> image_;
  std::unique_ptr<Vfs> vfs_;
};

}  // namespace godwit::test
