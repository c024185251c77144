/// Turns what backends tell (folder keys) into marks of the hub (collections), for users whose
/// devices wait. A user's watch begins with the first parked request and ends some time after the
/// last.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "backend/backend.hpp"
#include "sync/folder_table.hpp"
#include "watch/hub.hpp"

namespace godwit::command {

class Watching final : public backend::ChangeListener {
 public:
  explicit Watching(watch::Hub& hub) : hub_(hub) {}

  /// Begins to watch the user's mail, or takes note of a newer table.
  void ensure(const UserId& user, backend::Mail& mail, const sync::FolderTable& table);
  /// True when nothing told means nothing changed.
  bool authoritative(const UserId& user) const;
  /// Ends watches of users who have had nothing parked for `grace`.
  void sweep(std::chrono::seconds grace);
  std::size_t size() const { return users_.size(); }

  void changed(const UserId& user, const std::optional<FolderKey>& folder, Kind kind) override;

 private:
  struct Watched {
    std::unique_ptr<backend::Watch> watch;
    std::uint64_t table_version = 0;
    std::map<std::string, CollectionId, std::less<>> ids;  // by folder key
  };
  watch::Hub& hub_;
  std::map<UserId, Watched> users_;
};

}  // namespace godwit::command
