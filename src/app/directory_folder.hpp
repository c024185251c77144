/// The address list as an address book that can only be read: for phones whose owners want it where
/// there is no network.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "app/config.hpp"
#include "backend/directory_list.hpp"
#include "backend/items.hpp"
#include "base/clock.hpp"
#include "net/keyed_lock.hpp"

namespace godwit::app {

/// The key of its one collection.
inline constexpr std::string_view directory_key = "//directory";

/// What the address list was when it was last looked at; shared by all users. Loop thread only.
class DirectoryCards {
 public:
  struct Card {
    std::string text;
    std::string etag;
    std::uint64_t change = 0;
    bool gone = false;
  };
  /// All outlive it.
  DirectoryCards(backend::DirectoryList& list, const Clock& clock, Random& random,
                 std::chrono::seconds interval);

  /// Looks again when the last look is older than the interval. Throws Fault where there was none
  /// yet; a later failure leaves what is known.
  Task<> refresh();
  /// Told when the list changed.
  using Listeners = std::multimap<UserId, backend::ChangeListener*>;
  Listeners& listeners() { return listeners_; }
  std::string cursor() const;
  /// Error: stale.
  Result<backend::ItemChanges> changes(const std::string& since) const;
  /// nullptr where there is none.
  const Card* find(const std::string& href) const;

 private:
  void tell() const;
  void take(const std::vector<backend::DirectoryEntry>& everybody);

  backend::DirectoryList& list_;
  const Clock& clock_;
  std::chrono::seconds interval_;
  net::KeyedLocks looking_;
  std::string epoch_;  // of this process: cursors of another one are stale
  std::map<std::string, Card> cards_;
  std::uint64_t change_ = 0;
  std::optional<Time> looked_;
  Listeners listeners_;
};

class DirectoryFolder final : public backend::ItemsBackend {
 public:
  /// All outlive it.
  DirectoryFolder(backend::DirectoryList& list, const Config& config, const Clock& clock,
                  Random& random)
      : cards_(list, clock, random, std::chrono::minutes(config.directory.folder_minutes)),
        name_(config.directory.folder_name) {}
  std::shared_ptr<backend::Items> open_items(const backend::Account& account) override;
  /// Looks again and again while somebody is to be told of changes; does not end.
  Task<> run();

 private:
  DirectoryCards cards_;
  std::string name_;
};

/// Null where the configuration shows no such folder, or there is no list.
std::unique_ptr<DirectoryFolder> make_directory_folder(backend::DirectoryList* list,
                                                       const Config& config, const Clock& clock,
                                                       Random& random);

}  // namespace godwit::app
