/// What is known of one Notes folder: which message is which note, and what changed. Kept in memory
/// alone: a mailbox says itself by the set of its UIDs whether anything changed, since the
/// message of a UID never does. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "backend/item_history.hpp"
#include "backend/notes/note_mail.hpp"

namespace godwit::backend::notes {

inline constexpr std::size_t notes_max = 20'000;  // the newest ones of a folder

/// The position of a folder with these messages.
std::string position_of(std::uint32_t uid_validity, const UidSet& uids);

class NotesIndex {
 public:
  struct Entry {
    Uid uid = 0;
    std::string href;
    Uid replaces = 0;
  };

  /// Of `uids`, those whose headers must be read.
  UidSet unknown(std::uint32_t uid_validity, const UidSet& uids) const;
  /// The folder has exactly `uids` now; `read` are those that were unknown and could be read.
  void take(std::uint32_t uid_validity, const UidSet& uids, const std::vector<Entry>& read);

  std::uint32_t uid_validity() const { return uid_validity_; }
  const std::string& position() const { return history_.position(); }
  /// The message that is the note, 0 = there is none: the newest one that counts. Of two edits of
  /// one message the earlier one counts, whatever became of who wrote the later one.
  Uid find(std::string_view href) const;
  std::string etag_of(Uid uid) const;
  /// All messages of the note: what it was before an edit that was cut short, and what others have.
  UidSet all_of(std::string_view href) const;
  /// Who wrote the note at the same moment as the edit `written` of `before` (0: a new note), and
  /// does not give way to it: what came earlier, and what another program wrote.
  UidSet rivals(std::string_view href, Uid before, Uid written) const;
  /// Messages whose place another one took, that are still there.
  UidSet left_over() const;
  /// Error: stale.
  Result<ItemChanges> changes(const std::string& since) const { return history_.changes(since); }

 private:
  struct Known {
    std::string href;
    Uid replaces = 0;
    bool counts = true;
  };
  void count();
  std::uint32_t uid_validity_ = 0;
  std::map<Uid, Known> messages_;
  std::map<std::string, Uid, std::less<>> notes_;
  ItemHistory history_;
};

}  // namespace godwit::backend::notes
