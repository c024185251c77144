/// Notes in folders of a mailbox, one message a note, as Apple's Notes keeps them: one folder, and
/// those in it, as collections. On any backend of mail.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "backend/items.hpp"
#include "backend/notes/index.hpp"
#include "base/bounded_table.hpp"
#include "net/keyed_lock.hpp"

namespace godwit::backend::notes {

inline constexpr std::size_t users_known_max = 256;  // whose folders are kept in mind

/// The key of the first collection; those of the others begin with it and a slash.
inline constexpr std::string_view default_key = "//notes";

struct NotesSettings {
  std::string folder = "Notes";  // its path, `/` between levels
};

/// One user's folders; what is known of each is made anew when it was forgotten.
struct UserNotes {
  struct Folder {
    FolderKey key;
    MailboxStatus status{};  // as `position` was found
    std::string position;
    NotesIndex index;
  };
  /// By the key of the collection. Shared with watches.
  using Places = std::map<std::string, FolderKey, std::less<>>;
  std::shared_ptr<Places> places = std::make_shared<Places>();
  /// Shared with requests that are at work on one.
  std::map<std::string, std::shared_ptr<Folder>, std::less<>> folders;
  net::KeyedLocks looking;
};

class NotesBackend final : public ItemsBackend {
 public:
  /// Shows the folders that are kept from those who read mail.
  using OpenMail = std::function<std::shared_ptr<Mail>(const Account&)>;
  /// `clock` and `random` outlive it.
  NotesBackend(NotesSettings settings, OpenMail open, const Clock& clock, Random& random)
      : settings_(std::move(settings)),
        open_(std::move(open)),
        clock_(clock),
        random_(random),
        users_(users_known_max) {}

  std::shared_ptr<Items> open_items(const Account& account) override;
  void forget_user(const UserId& user) { users_.erase(user); }

 private:
  NotesSettings settings_;
  OpenMail open_;
  const Clock& clock_;
  Random& random_;
  BoundedTable<UserId, std::shared_ptr<UserNotes>> users_;
};

/// Of all folders of a mailbox, the one at the path and those below it.
std::vector<MailFolder> notes_folders(const std::vector<MailFolder>& all, const std::string& path);

}  // namespace godwit::backend::notes
