/// Contacts, calendars, tasks and notes from all the places that the configuration names, as one
/// backend.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "backend/items.hpp"
#include "base/bounded_table.hpp"

namespace godwit::app {

/// Where notes are ([imap] notes).
enum class NotesSource : std::uint8_t {
  automatic,  // on the DAV server where it takes them, else in the mailbox
  dav,
  imap,
  off,
};
NotesSource notes_source(const std::string& name);

class ItemSources final : public backend::ItemsBackend {
 public:
  /// Null: there is none. All outlive it.
  struct Parts {
    backend::ItemsBackend* main = nullptr;        // what is in none of the others
    backend::ItemsBackend* notes = nullptr;       // in the mailbox
    backend::ItemsBackend* directory = nullptr;   // the address list
    backend::ItemsBackend* recipients = nullptr;  // those one writes to
  };
  ItemSources(Parts parts, NotesSource notes, std::string notes_folder)
      : parts_(parts), notes_(notes), notes_folder_(std::move(notes_folder)) {}

  /// Whether there is any.
  bool any() const {
    return parts_.main || parts_.directory || parts_.recipients || has_mailbox_notes();
  }
  std::shared_ptr<backend::Items> open_items(const backend::Account& account) override;

  /// Of a user's mailboxes, those that are shown as notes.
  Task<std::vector<FolderKey>> put_aside(backend::Account account,
                                         std::vector<backend::MailFolder> all);

 private:
  /// Whether some users' notes may be in their mailboxes.
  bool has_mailbox_notes() const {
    return parts_.notes && (notes_ == NotesSource::imap || notes_ == NotesSource::automatic);
  }
  /// Notes of one source alone are left.
  void arrange(const UserId& user, std::vector<backend::ItemCollection>& all);
  Task<bool> are_in_mailbox(backend::Account account);

  Parts parts_;
  NotesSource notes_;
  std::string notes_folder_;
  static constexpr std::size_t users_known_max = 100'000;
  enum class Known : std::uint8_t { unknown, mailbox, main };
  BoundedTable<UserId, Known> known_{users_known_max};
};

}  // namespace godwit::app
