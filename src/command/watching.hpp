/// Turns what backends tell (folder keys) into marks of the hub (collections), for users whose
/// devices wait. A user's watch begins with the first request that may park and ends some time
/// after the last. While it sees every change, what a look at a mailbox found is kept here: as long
/// as the counter stands, nobody needs to look again (engine.md §1).
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "backend/backend.hpp"
#include "backend/items.hpp"
#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/shared_text.hpp"
#include "sync/folder_table.hpp"
#include "watch/hub.hpp"

namespace godwit::command {

/// One user's watch, for who looks at it.
struct WatchRow {
  UserId user;
  std::string mail{};     // how its changes are learnt of: "store", "notify" ...; empty: not at all
  std::string items{};    // likewise
  bool sees_all = false;  // no change of mail is missed
  bool gave_up = false;   // credentials were refused
  bool waited_for = false;  // a request is parked
  std::size_t folders = 0;  // whose changes are told
  Time since{};
};

class Watching final : public backend::ChangeListener {
 public:
  Watching(watch::Hub& hub, Clock& clock) : hub_(hub), clock_(clock) {}

  /// Begins to watch the user's mail and items (null: there are none; anew when the watch gave up),
  /// or takes note of a newer table.
  void ensure(const UserId& user, backend::Mail& mail, backend::Items* items,
              const sync::FolderTable& table);
  /// Numbers the stretch of time in which every change of the user's mail was seen, if now is in
  /// one; else 0.
  std::uint64_t coverage(const UserId& user) const;
  /// Ends watches of users who have had nothing parked for `grace`.
  void sweep(std::chrono::seconds grace);
  std::size_t size() const { return users_.size(); }
  /// By user.
  std::vector<WatchRow> rows() const;

  /// What a look found. `coverage` and the counter: as they were before the look.
  void looked(const UserId& user, std::uint64_t coverage, const watch::Watched& before,
              const backend::MailboxStatus& status);
  /// The same of a listing of all folders; `before`: Hub::hierarchy.
  void listed(const UserId& user, std::uint64_t coverage, std::uint32_t before);
  /// The mailbox as it still is; nothing = it must be looked at.
  std::optional<backend::MailboxStatus> status(const UserId& user,
                                               const CollectionId& collection) const;
  /// The folders are as they were listed last.
  bool hierarchy_stands(const UserId& user) const;

  void changed(const UserId& user, const std::optional<FolderKey>& folder, Kind kind) override;

 private:
  /// Every user who waits has one: lists are packed, since they are rarely looked at.
  struct Watched {
    std::unique_ptr<backend::Watch> watch;
    std::unique_ptr<backend::Watch> item_watch;  // null where there are no items
    std::uint64_t number = 0;                    // another one after every gap
    std::uint64_t table_version = 0;
    Time since{};                            // when `watch` began
    SharedText ids;                          // folder keys, each with its collection id
    SharedText looks;                        // what looks found
    std::optional<std::uint32_t> hierarchy;  // listed at this counter
  };
  static std::optional<CollectionId> find(const SharedText& ids, std::string_view key);
  const Watched* covered(const UserId& user) const;
  void forget_looks(Watched& watched);

  watch::Hub& hub_;
  Clock& clock_;
  std::unordered_map<UserId, Watched> users_;
  std::uint64_t numbers_ = 0;
};

}  // namespace godwit::command
