/// The image behind FaultDisk: inodes, names, what is durable of them, and planned failures.
/// Every function locks; a handle of an earlier life gets Outcome::dead.
#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <span>
#include <string_view>
#include <vector>

#include "faults/fault_disk.hpp"

namespace godwit::test {

enum class Outcome : std::uint8_t { ok, dead, io_error, full, absent };

/// Locks and shared memory of one database file, among the connections of one life.
struct Sharing {
  int shared = 0;
  const void* reserved = nullptr;
  const void* pending = nullptr;
  const void* exclusive = nullptr;
  struct Slot {
    int shared = 0;
    bool exclusive = false;
  };
  std::vector<Slot> slots = std::vector<Slot>(8);
  std::vector<std::unique_ptr<char[]>> regions;
};

struct Inode {
  std::string current;
  std::string durable;
  std::set<std::size_t> dirty;       // sectors that differ, perhaps
  std::shared_ptr<Sharing> sharing;  // shared by the open handles of this life
};

using InodePointer = std::shared_ptr<Inode>;  // shared by names and open handles

class FaultDisk::Image {
 public:
  enum class Operation : std::uint8_t { read, write, sync };

  explicit Image(std::uint64_t seed) : random_(seed) {}

  void kill();
  void restart();
  bool is_down() const;
  void fail_at(std::uint64_t n, Failure failure);
  void clear_failure();
  bool fired() const;
  std::uint64_t operations() const;
  std::uint64_t life() const;

  struct Opened {
    Outcome outcome = Outcome::ok;
    InodePointer inode = nullptr;
    std::uint64_t life = 0;
    bool created = false;
  };
  /// `life`: of the opener, nothing when it has none.
  Opened open(const std::string& path, bool create, bool truncate,
              std::optional<std::uint64_t> life = std::nullopt);
  Outcome read(std::uint64_t life, Inode& inode, std::uint64_t offset, std::span<char> out,
               std::size_t& had);
  Outcome write(std::uint64_t life, Inode& inode, std::uint64_t offset, std::string_view bytes);
  Outcome append(std::uint64_t life, Inode& inode, std::string_view bytes);
  Outcome truncate(std::uint64_t life, Inode& inode, std::uint64_t size);
  Outcome sync(std::uint64_t life, Inode& inode);
  Outcome size(std::uint64_t life, const Inode& inode, std::uint64_t& out);

  Outcome rename(std::uint64_t life, const std::string& from, const std::string& to);
  Outcome remove(std::uint64_t life, const std::string& path);
  Outcome sync_folder(std::uint64_t life, const std::string& folder);
  Outcome make_folders(std::uint64_t life, const std::string& folder);
  Outcome list(std::uint64_t life, const std::string& folder, std::vector<std::string>& out);
  /// Absent: neither a file nor a folder.
  Outcome find(std::uint64_t life, const std::string& path, InodePointer& out);
  bool has_folder(const std::string& folder) const;

  /// For locks and shared memory.
  std::unique_lock<std::mutex> lock() const { return std::unique_lock(mutex_); }
  bool is_current(std::uint64_t life) const { return !down_ && life == life_; }  // under lock()

 private:
  using Names = std::map<std::string, InodePointer>;
  /// What one operation did to names: null = removed.
  using NameChange = Names;

  Outcome step(std::uint64_t life, Operation operation);
  void lose_power();
  void settle(Inode& inode);
  void change_names(NameChange change);
  static void mark(Inode& inode, std::uint64_t begin, std::uint64_t end);
  static void apply(Names& names, const NameChange& change);

  mutable std::mutex mutex_;
  std::mt19937_64 random_;
  Names names_;
  Names durable_names_;
  std::deque<NameChange> unsynced_names_;  // in order
  std::set<std::string> folders_ = {""};   // durable at once
  std::vector<std::weak_ptr<Inode>> inodes_;
  std::uint64_t life_ = 1;
  bool down_ = false;
  std::uint64_t operations_ = 0;
  std::optional<std::uint64_t> fail_at_;
  Failure failure_ = Failure::io_error;
  bool fired_ = false;
};

/// "/a/b" and "/a/b/" are one; the root is "".
std::string without_slash(std::string_view path);
/// What stands before the last slash.
std::string folder_of(std::string_view path);

}  // namespace godwit::test
