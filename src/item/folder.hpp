/// Folders as every backend shows them.
#pragma once

#include <cstdint>
#include <string>

#include "base/id.hpp"

namespace godwit {

/// `recipients`: whom the user writes to, which is told and never taken ([MS-ASCMD] RI).
enum class ItemClass : std::uint8_t { email, calendar, contacts, tasks, notes, recipients };

/// What a folder is for; `none` is a folder of the user's own making.
enum class FolderRole : std::uint8_t {
  none,
  inbox,
  drafts,
  trash,
  sent,
  outbox,
  junk,
  archive,
  tasks,
  calendar,
  contacts,
  notes
};

/// A backend's own name for a folder: stable while the folder keeps its place and name (an IMAP
/// mailbox name), or for ever (the embedded store). Never shown to a device.
using FolderKey = Id<struct FolderKeyTag, 1024>;

}  // namespace godwit
