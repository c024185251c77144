/// Where a mail lies that an administrator names.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "base/id.hpp"
#include "store/store.hpp"
#include "sync/folder_table.hpp"

namespace godwit::app {

struct MailPlace {
  sync::FolderRow row;
  std::uint32_t uid_validity = 0;
  Uid uid = 0;
};

/// By ServerId or Message-ID; those that are there. Throws Fault where the mailbox cannot be asked.
Task<std::vector<MailPlace>> find_mail(backend::Mail& mail, const sync::FolderTable& table,
                                       std::string item);

/// The folders that the user's devices are shown; none where the record is damaged.
Task<sync::FolderTable> load_folders(store::Store& store, UserId user);

}  // namespace godwit::app
