/// One generation of a device's mail collection, as sets of UIDs: what it holds and what it is
/// still owed. The backend's position moves at once to the newest; what did not fit into an answer
/// waits in the sets (docs/adr/0004-mail-generations-as-uid-sets.md). The cost of an answer is the
/// size of its change.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backend/backend.hpp"
#include "base/result.hpp"
#include "item/uid_set.hpp"

namespace godwit::sync {

/// A draft that the device edited: each edit is a new message with a UID of its own, and the device
/// goes on to name it as it did.
struct DraftName {
  /// An attachment: where the device saw it, and its section in the present message.
  struct File {
    Uid uid = 0;
    std::string section;
    std::string now;
    friend bool operator==(const File&, const File&) = default;
  };
  Uid name = 0;  // the UID in its ServerId
  std::vector<File> files;
  friend bool operator==(const DraftName&, const DraftName&) = default;
};

struct MailState {
  bool started = false;  // false: key 0 was answered, nothing was listed yet
  backend::MailCursor cursor;
  UidSet held;   // on the device
  UidSet todo;   // to be added
  UidSet dirty;  // held, and to be sent as changed
  UidSet gone;   // was held, removed at the server, to be sent as Delete
  UidSet soft;   // held, left the filter's window, to be sent as SoftDelete
  UidSet aside;  // not to be sent: the phone chokes on it, or we cannot render it
  UidSet again;  // to be removed from the device, and added with the answer after that (repair.hpp)
  UidSet leave;  // to be removed from the device, and set aside (repair.hpp)
  bool doubted = false;  // the sets are to be held against a whole listing (repair.hpp)
  std::uint8_t filter_type = 0;
  std::optional<std::chrono::sys_days> floor;  // the window the sets were made with; nothing = all
  /// What the window reaches into is held whole ([MS-ASCMD] ConversationMode). The sets' owner adds
  /// what is outside of it.
  bool conversations = false;
  std::map<Uid, DraftName> drafts;  // by their UIDs now; few

  /// The UID by which the device names a message, and the message that it means by one.
  Uid name_of(Uid uid) const;
  Uid named(Uid name) const;
  /// The section of the present message `uid` that the device means by an attachment's reference;
  /// nothing = it is gone.
  std::optional<std::string> section_of(Uid uid, Uid told, const std::string& section) const;
  /// Something is owed to the device.
  bool pending() const {
    return !todo.empty() || !dirty.empty() || !gone.empty() || !soft.empty() || !again.empty() ||
           !leave.empty();
  }
  friend bool operator==(const MailState& a, const MailState& b);
};

std::string pack(const MailState& state);
Result<MailState> unpack_mail_state(std::string_view bytes);

/// What the device's own commands made of a message: not to be echoed. By UID.
using ExpectedFlags = std::map<Uid, Flags>;

/// The first day of FilterType's window ([MS-ASCMD] FilterType: 1 to 5); nothing = all.
std::optional<std::chrono::sys_days> filter_floor(std::uint8_t filter_type, Time now);

/// The mailbox is where the sets are, under this filter and now: there is nothing to ask for.
/// Without mod-sequences that cannot be told from the counts.
bool is_current(const MailState& state, const backend::MailboxStatus& status,
                std::uint8_t filter_type, Time now);

/// Brings the sets up to the mailbox. Error: stale (the mailbox is another one now: start over),
/// not_found.
Task<Result<>> refresh(backend::Mail& mail, FolderKey folder, MailState& state,
                       std::uint8_t filter_type, Time now, ExpectedFlags expected);

/// What an answer of at most `window` items carries. Taken off the sets of `state`.
struct MailDelta {
  std::vector<Uid> removed;
  std::vector<Uid> soft_removed;
  std::vector<Uid> changed;
  std::vector<Uid> added;  // newest first
  std::size_t size() const {
    return removed.size() + soft_removed.size() + changed.size() + added.size();
  }
};
MailDelta take(MailState& state, std::size_t window);

}  // namespace godwit::sync
