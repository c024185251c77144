/// What a mailbox is for: SPECIAL-USE (RFC 6154), then the names that the administrator gave, then
/// names that mail clients of several languages give.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "imap/response.hpp"
#include "item/folder.hpp"

namespace godwit::imap {

using RoleNames = std::map<FolderRole, std::vector<std::string>>;

std::optional<FolderRole> role_by_attribute(const ListEntry& entry);
const RoleNames& well_known_names();

/// The roles of a whole listing, entry by entry: each role once at most. `prefix`: of the personal
/// namespace. Well-known names
/// count only at the top level and directly below INBOX.
std::vector<FolderRole> assign_roles(const std::vector<ListEntry>& entries,
                                     const RoleNames& configured, std::string_view prefix);

}  // namespace godwit::imap
