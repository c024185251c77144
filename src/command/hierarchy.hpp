/// A device's relationship to the folder hierarchy, shared by FolderSync, FolderCreate,
/// FolderUpdate, FolderDelete and Ping.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "command/session.hpp"
#include "sync/hierarchy.hpp"
#include "sync/relationship.hpp"

namespace godwit::command {

// [MS-ASCMD] Status (FolderSync, FolderCreate, FolderDelete, FolderUpdate).
namespace folder_status {
inline constexpr std::uint16_t ok = 1;
inline constexpr std::uint16_t exists = 2;  // create, update
inline constexpr std::uint16_t special = 3;
inline constexpr std::uint16_t not_found = 4;  // update, delete
inline constexpr std::uint16_t no_parent = 5;  // create, update
inline constexpr std::uint16_t server_error = 6;
inline constexpr std::uint16_t bad_key = 9;
inline constexpr std::uint16_t malformed = 10;
}  // namespace folder_status

/// What a device of the session's version sees of the folders ([MS-ASCMD] Type: notes from 14.0).
sync::HierarchyState shown_to(const Session& session, sync::FolderTable table);

class Hierarchy {
 public:
  explicit Hierarchy(Session& session) : session_(session) {}

  Task<> load();
  bool exists() const { return relationship_.id != 0; }
  /// False: the key is not one of ours (Status 9).
  bool present(std::string_view key);
  /// SyncKey 0: everything anew.
  void begin();
  bool repeated() const { return repeated_; }

  /// What the presented key stands for.
  const sync::HierarchyState& known() const { return known_; }
  /// The newest state that the device may have: for Ping.
  sync::HierarchyState newest() const;
  /// The stored outcome of a repeated command.
  const sync::CommandOutcome* outcome(std::string_view digest) const;

  /// The next generation, durable when this returns; its key. Empty: somebody else was faster.
  Task<std::string> offer(const sync::HierarchyState& state,
                          std::vector<sync::CommandOutcome> outcomes,
                          std::vector<store::Write> writes = {});
  /// Where there is nothing to offer: the key before the presented one is dead from now on, which
  /// is written once. False: somebody else was faster.
  Task<bool> note_proof();
  /// The presented key, when nothing changed.
  std::string same_key() const { return presented_.str(); }
  std::string intent_prefix() const;

 private:
  store::Key key() const;
  Session& session_;
  sync::Relationship relationship_;
  sync::HierarchyState known_;
  sync::SyncKey presented_ = sync::SyncKey::initial();
  std::uint64_t revision_ = 0;
  bool repeated_ = false;
  bool proved_ = false;  // the presented key came for the first time
};

}  // namespace godwit::command
