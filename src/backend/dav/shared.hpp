/// Where a user's collections are looked for, and which of other users' are shown. Private to this
/// folder.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "backend/dav/session.hpp"

namespace godwit::backend::dav {

/// A collection as it was found, and what was told of it.
using TakeFolder = std::function<void(Folder folder, const wire::Properties& properties)>;

/// Looks at all homes: the user's own, and by the rule those of users for whom the user may act
/// (caldav-proxy), and the places that the configuration names. Each collection is given once, in
/// the order of their paths but for the user's own homes, which come first. Throws Fault.
Task<> look_at_folders(Session session, wire::Wanted wanted, TakeFolder take);

/// What a principal is called; the last part of its path where it does not tell.
Task<std::string> name_of_owner(Session session, std::string path);

/// A path of `SharedRule::names` that cannot be one, in words; empty when it can.
std::string check_shared_path(std::string_view pattern);

}  // namespace godwit::backend::dav
