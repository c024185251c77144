#include "faults/fault_vfs.hpp"

#include <sqlite3.h>

#include <atomic>
#include <cstring>
#include <new>
#include <stdexcept>
#include <utility>

namespace godwit::test {

namespace {

using Image = FaultDisk::Image;

constexpr unsigned known_flags =
    SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL;

/// What one connection holds of a file.
struct Handle {
  std::shared_ptr<Image> image;
  std::string path;
  InodePointer inode;
  std::shared_ptr<Sharing> sharing;
  std::uint64_t life = 0;
  bool sync_name = false;  // SQLite's Unix layer syncs the folder of a new journal once
  bool remove_at_close = false;
  int level = SQLITE_LOCK_NONE;
  unsigned shared_slots = 0;     // bits
  unsigned exclusive_slots = 0;  // bits
};

struct File {
  sqlite3_file base;
  Handle* handle;
};

Handle& handle_of(sqlite3_file* file) { return *reinterpret_cast<File*>(file)->handle; }

/// `error`: what an I/O error of this operation is called.
int code_of(Outcome outcome, int error) {
  switch (outcome) {
    case Outcome::ok:
      return SQLITE_OK;
    case Outcome::full:
      return SQLITE_FULL;
    case Outcome::dead:
    case Outcome::io_error:
    case Outcome::absent:
      return error;
  }
  std::unreachable();
}

int read_file(sqlite3_file* file, void* out, int size, sqlite3_int64 offset) {
  Handle& handle = handle_of(file);
  const std::span<char> bytes(static_cast<char*>(out), static_cast<std::size_t>(size));
  std::size_t had = 0;
  const Outcome outcome = handle.image->read(handle.life, *handle.inode,
                                             static_cast<std::uint64_t>(offset), bytes, had);
  if (outcome != Outcome::ok) return code_of(outcome, SQLITE_IOERR_READ);
  if (had == bytes.size()) return SQLITE_OK;
  std::memset(bytes.data() + had, 0, bytes.size() - had);
  return SQLITE_IOERR_SHORT_READ;
}

int write_file(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
  Handle& handle = handle_of(file);
  const std::string_view bytes(static_cast<const char*>(data), static_cast<std::size_t>(size));
  return code_of(
      handle.image->write(handle.life, *handle.inode, static_cast<std::uint64_t>(offset), bytes),
      SQLITE_IOERR_WRITE);
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  Handle& handle = handle_of(file);
  return code_of(
      handle.image->truncate(handle.life, *handle.inode, static_cast<std::uint64_t>(size)),
      SQLITE_IOERR_TRUNCATE);
}

int sync_file(sqlite3_file* file, int) {
  Handle& handle = handle_of(file);
  const Outcome outcome = handle.image->sync(handle.life, *handle.inode);
  if (outcome != Outcome::ok || !handle.sync_name) return code_of(outcome, SQLITE_IOERR_FSYNC);
  const Outcome named = handle.image->sync_folder(handle.life, folder_of(handle.path));
  if (named == Outcome::ok) handle.sync_name = false;
  return code_of(named, SQLITE_IOERR_DIR_FSYNC);
}

int file_size(sqlite3_file* file, sqlite3_int64* out) {
  Handle& handle = handle_of(file);
  std::uint64_t size = 0;
  const Outcome outcome = handle.image->size(handle.life, *handle.inode, size);
  *out = static_cast<sqlite3_int64>(size);
  return code_of(outcome, SQLITE_IOERR_FSTAT);
}

void release_to(Handle& handle, int level) {
  Sharing& sharing = *handle.sharing;
  for (const void** holder : {&sharing.reserved, &sharing.pending, &sharing.exclusive}) {
    if (*holder == &handle) *holder = nullptr;
  }
  if (level == SQLITE_LOCK_NONE && handle.level >= SQLITE_LOCK_SHARED) --sharing.shared;
  handle.level = level;
}

int raise_lock(Handle& handle, int level) {
  Sharing& sharing = *handle.sharing;
  const auto others = [&handle](const void* holder) { return holder && holder != &handle; };
  if (level == SQLITE_LOCK_SHARED) {
    if (others(sharing.pending) || others(sharing.exclusive)) return SQLITE_BUSY;
    ++sharing.shared;
  } else {
    if (others(sharing.reserved)) return SQLITE_BUSY;
    if (level == SQLITE_LOCK_EXCLUSIVE) {
      if (others(sharing.pending)) return SQLITE_BUSY;
      sharing.pending = &handle;
      if (sharing.shared > 1) return SQLITE_BUSY;
      sharing.exclusive = &handle;
    } else {
      sharing.reserved = &handle;
    }
  }
  handle.level = level;
  return SQLITE_OK;
}

int lock_file(sqlite3_file* file, int level) {
  Handle& handle = handle_of(file);
  const auto guard = handle.image->lock();
  if (!handle.image->is_current(handle.life)) return SQLITE_IOERR_LOCK;
  return handle.level >= level ? SQLITE_OK : raise_lock(handle, level);
}

int unlock_file(sqlite3_file* file, int level) {
  Handle& handle = handle_of(file);
  const auto guard = handle.image->lock();
  if (handle.level > level) release_to(handle, level);
  return SQLITE_OK;
}

int check_reserved(sqlite3_file* file, int* out) {
  Handle& handle = handle_of(file);
  const auto guard = handle.image->lock();
  *out = handle.sharing->reserved != nullptr || handle.sharing->exclusive != nullptr;
  return SQLITE_OK;
}

int control_file(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
int sector_size(sqlite3_file*) { return 4096; }
int characteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

int map_shared(sqlite3_file* file, int region, int size, int extend, void volatile** out) {
  Handle& handle = handle_of(file);
  const auto guard = handle.image->lock();
  *out = nullptr;
  if (!handle.image->is_current(handle.life)) return SQLITE_IOERR_SHMMAP;
  auto& regions = handle.sharing->regions;
  const auto index = static_cast<std::size_t>(region);
  if (index >= regions.size() && !extend) return SQLITE_OK;
  while (regions.size() <= index) {
    regions.push_back(std::make_unique<char[]>(static_cast<std::size_t>(size)));
  }
  *out = regions[index].get();
  return SQLITE_OK;
}

int lock_shared(sqlite3_file* file, int first, int count, int flags) {
  Handle& handle = handle_of(file);
  const auto guard = handle.image->lock();
  if (!handle.image->is_current(handle.life)) return SQLITE_IOERR_SHMLOCK;
  auto& slots = handle.sharing->slots;
  const auto bit = [](int slot) { return 1U << static_cast<unsigned>(slot); };
  const bool exclusive = (flags & SQLITE_SHM_EXCLUSIVE) != 0;
  if ((flags & SQLITE_SHM_LOCK) != 0) {
    for (int slot = first; slot < first + count; ++slot) {
      const auto& state = slots[static_cast<std::size_t>(slot)];
      const int own = (handle.shared_slots & bit(slot)) != 0 ? 1 : 0;
      const bool taken = state.exclusive && (handle.exclusive_slots & bit(slot)) == 0;
      if (taken || (exclusive && state.shared > own)) return SQLITE_BUSY;
    }
  }
  for (int slot = first; slot < first + count; ++slot) {
    auto& state = slots[static_cast<std::size_t>(slot)];
    const bool lock = (flags & SQLITE_SHM_LOCK) != 0;
    unsigned& held = exclusive ? handle.exclusive_slots : handle.shared_slots;
    const bool had = (held & bit(slot)) != 0;
    if (had == lock) continue;
    held ^= bit(slot);
    if (exclusive) {
      state.exclusive = lock;
    } else {
      state.shared += lock ? 1 : -1;
    }
  }
  return SQLITE_OK;
}

void shared_barrier(sqlite3_file* file) { const auto guard = handle_of(file).image->lock(); }

int unmap_shared(sqlite3_file* file, int remove) {
  Handle& handle = handle_of(file);
  const auto guard = handle.image->lock();
  for (unsigned slot = 0; slot < handle.sharing->slots.size(); ++slot) {
    auto& state = handle.sharing->slots[slot];
    if ((handle.shared_slots & (1U << slot)) != 0) --state.shared;
    if ((handle.exclusive_slots & (1U << slot)) != 0) state.exclusive = false;
  }
  handle.shared_slots = 0;
  handle.exclusive_slots = 0;
  if (remove) handle.sharing->regions.clear();
  return SQLITE_OK;
}

int close_file(sqlite3_file* file) {
  Handle& handle = handle_of(file);
  {
    const auto guard = handle.image->lock();
    if (handle.level != SQLITE_LOCK_NONE) release_to(handle, SQLITE_LOCK_NONE);
  }
  if (handle.remove_at_close) handle.image->remove(handle.life, handle.path);
  delete &handle;
  return SQLITE_OK;
}

const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = close_file,
    .xRead = read_file,
    .xWrite = write_file,
    .xTruncate = truncate_file,
    .xSync = sync_file,
    .xFileSize = file_size,
    .xLock = lock_file,
    .xUnlock = unlock_file,
    .xCheckReservedLock = check_reserved,
    .xFileControl = control_file,
    .xSectorSize = sector_size,
    .xDeviceCharacteristics = characteristics,
    .xShmMap = map_shared,
    .xShmLock = lock_shared,
    .xShmBarrier = shared_barrier,
    .xShmUnmap = unmap_shared,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

Image& image_of(sqlite3_vfs* vfs) { return **static_cast<std::shared_ptr<Image>*>(vfs->pAppData); }

int open_file(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  file->pMethods = nullptr;
  Image& image = image_of(vfs);
  const std::string path = name ? name : "";
  const Image::Opened opened = image.open(path, (flags & SQLITE_OPEN_CREATE) != 0, false);
  if (opened.outcome != Outcome::ok) return code_of(opened.outcome, SQLITE_CANTOPEN);
  const bool journal = (static_cast<unsigned>(flags) & known_flags) != 0;
  reinterpret_cast<File*>(file)->handle =
      new Handle{.image = *static_cast<std::shared_ptr<Image>*>(vfs->pAppData),
                 .path = path,
                 .inode = opened.inode,
                 .sharing = opened.inode->sharing,
                 .life = opened.life,
                 .sync_name = opened.created && journal,
                 .remove_at_close = (flags & SQLITE_OPEN_DELETEONCLOSE) != 0 && name};
  file->pMethods = &methods;
  if (out_flags) *out_flags = flags;
  return SQLITE_OK;
}

int delete_file(sqlite3_vfs* vfs, const char* name, int sync) {
  Image& image = image_of(vfs);
  const std::uint64_t life = image.life();
  const Outcome outcome = image.remove(life, name);
  if (outcome == Outcome::absent) return SQLITE_IOERR_DELETE_NOENT;
  if (outcome != Outcome::ok || !sync) return code_of(outcome, SQLITE_IOERR_DELETE);
  return code_of(image.sync_folder(life, folder_of(name)), SQLITE_IOERR_DIR_FSYNC);
}

int access_file(sqlite3_vfs* vfs, const char* name, int, int* out) {
  Image& image = image_of(vfs);
  InodePointer inode;
  const Outcome outcome = image.find(image.life(), name, inode);
  *out = outcome == Outcome::ok;
  // The system's layer calls an empty file absent, too.
  if (inode && inode->current.empty()) *out = 0;
  return outcome == Outcome::absent ? SQLITE_OK : code_of(outcome, SQLITE_IOERR_ACCESS);
}

int full_name(sqlite3_vfs*, const char* name, int size, char* out) {
  sqlite3_snprintf(size, out, "%s", name);
  return SQLITE_OK;
}

sqlite3_vfs* system_vfs() { return sqlite3_vfs_find(nullptr); }

int random_bytes(sqlite3_vfs*, int size, char* out) {
  return system_vfs()->xRandomness(system_vfs(), size, out);
}
int sleep_for(sqlite3_vfs*, int microseconds) {
  return system_vfs()->xSleep(system_vfs(), microseconds);
}
int current_time(sqlite3_vfs*, double* out) {
  return system_vfs()->xCurrentTime(system_vfs(), out);
}
int current_time_64(sqlite3_vfs*, sqlite3_int64* out) {
  return system_vfs()->xCurrentTimeInt64(system_vfs(), out);
}
int last_error(sqlite3_vfs*, int, char*) { return 0; }

}  // namespace

FaultDisk::Vfs::Vfs(std::shared_ptr<Image> image)
    : image_(std::move(image)), vfs_(std::make_unique<sqlite3_vfs>()) {
  static std::atomic<unsigned> count = 0;
  name_ = "godwit-fault-" + std::to_string(++count);
  sqlite3_initialize();
  vfs_->iVersion = 2;
  vfs_->szOsFile = sizeof(File);
  vfs_->mxPathname = 512;
  vfs_->zName = name_.c_str();
  vfs_->pAppData = &image_;
  vfs_->xOpen = open_file;
  vfs_->xDelete = delete_file;
  vfs_->xAccess = access_file;
  vfs_->xFullPathname = full_name;
  vfs_->xRandomness = random_bytes;
  vfs_->xSleep = sleep_for;
  vfs_->xCurrentTime = current_time;
  vfs_->xGetLastError = last_error;
  vfs_->xCurrentTimeInt64 = current_time_64;
  if (sqlite3_vfs_register(vfs_.get(), 0) != SQLITE_OK) {
    throw std::logic_error("SQLite refuses the VFS");
  }
}

FaultDisk::Vfs::~Vfs() { sqlite3_vfs_unregister(vfs_.get()); }

}  // namespace godwit::test
