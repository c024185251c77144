/// What one request knows of the mailboxes it names: what the watch kept, and for the rest one
/// round of questions for all of them (engine.md §1).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "command/session.hpp"

namespace godwit::command {

class Look {
 public:
  /// Begins it: everything that happens from here on is seen by the look, or told by the watch.
  explicit Look(Session& session);

  /// Reads the collection's counter. Ids that are none of ours are passed over.
  void note(std::string_view collection);
  /// The counter of a noted collection, for the hub to compare with.
  std::optional<watch::Watched> noted(std::string_view collection) const;
  /// The counters of the collections that the device is shown in this one
  /// (Behaviour::merged_folders).
  void watch_merged(std::string_view collection, std::vector<watch::Watched>& out) const;
  std::uint32_t hierarchy_seen() const { return hierarchy_; }

  /// The user's folders: `known` (Session::folder_table) while the watch says that it stands, else
  /// listed. A listing answers for the mailboxes too.
  Task<sync::FolderTable> folders(sync::FolderTable known);
  /// Asks for the noted mailboxes that nothing is known of.
  Task<> ask(const sync::FolderTable& table);

  /// What is known of a noted collection's mailbox; nothing = it could not be asked for.
  std::optional<backend::MailboxStatus> status(std::string_view collection) const;
  /// Somebody found out: the next request need not look again.
  void learned(std::string_view collection, const backend::MailboxStatus& status);

 private:
  struct Noted {
    watch::Watched before;
    std::optional<backend::MailboxStatus> status;
  };

  Session& session_;
  std::uint64_t coverage_;
  std::uint32_t hierarchy_;
  std::map<std::string, Noted, std::less<>> noted_;
};

}  // namespace godwit::command
