/// Rows of what users share with each other: private to this folder. All functions block and run
/// inside a transaction of their caller's.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backend/items.hpp"
#include "backend/local/mailboxes.hpp"
#include "backend/share.hpp"
#include "backend/shared_rule.hpp"

namespace godwit::backend::local {

/// What `user` may do in what is `owner`'s; nothing = it does not concern the user.
std::optional<FolderAccess> mailbox_access(Database& database, RowId mailbox, RowId owner,
                                           RowId user);
std::optional<FolderAccess> collection_access(Database& database, RowId collection, RowId owner,
                                              RowId user);

/// What others share with the user and the rule shows. Mail folders of each owner lie below one
/// that carries the owner's name and holds nothing else.
std::vector<MailFolder> list_shared_mailboxes(Database& database, RowId user,
                                              const SharedRule& rule);
std::vector<ItemCollection> list_shared_collections(Database& database, RowId user,
                                                    const SharedRule& rule);

/// Whom a change concerns besides whoever made it.
struct Sharers {
  std::map<std::string, std::vector<UserId>, std::less<>> of_folder;  // by key; the owner, too
  std::map<UserId, std::vector<UserId>> of_owner;                     // of what is shared
};
Sharers read_sharers(Database& database);

/// A mail folder or a collection by its owner and path.
struct Shareable {
  ItemClass item_class = ItemClass::email;
  RowId id = 0;
  FolderKey key() const;
};
/// Errors: not_found, conflict (a mail folder and a collection are called so, or several
/// collections).
Result<Shareable> find_shareable(Database& database, RowId owner, std::string_view path,
                                 std::optional<ItemClass> item_class);
/// Instead of the right there was. Error: refused (too many).
Result<> put_share(Database& database, const Shareable& place, RowId reader, ShareRight right);
/// False: there was none.
bool drop_share(Database& database, const Shareable& place, RowId reader);
/// Of one user, as owner or reader, or of all.
std::vector<Share> list_shares(Database& database, std::optional<RowId> user);

}  // namespace godwit::backend::local
