/// Calendars and address books: which there are, and which class of items each is shown as. Private
/// to this folder.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "backend/dav/session.hpp"
#include "backend/items.hpp"

namespace godwit::backend::dav {

/// Lists all homes anew. Throws Fault.
Task<std::vector<Folder>> list_folders(Session session);
/// What they look like to devices. A calendar that also takes tasks or journals is shown as a
/// calendar; only where no list of its own is there, the standard calendar is the place for tasks,
/// or notes, too.
std::vector<ItemCollection> collections_of(const std::vector<Folder>& folders);
/// Makes a calendar, address book or the like at a path that follows from class and name, so that a
/// repeated attempt finds it. Errors: conflict, refused.
Task<Result<std::string>> make_folder(Session session, ItemClass item_class, std::string name);

/// The folder of a key, asked for where it was not listed yet. Errors: not_found.
Task<Result<Folder>> find_folder(Session session, FolderKey key);
/// It answered 404: nobody knows it any more.
void forget_folder(Core& core, const std::string& path);

/// From the answer about a folder itself; nothing when it is neither calendar nor address book.
std::optional<Folder> read_folder(const wire::Url& url, const wire::Properties& properties);

}  // namespace godwit::backend::dav
