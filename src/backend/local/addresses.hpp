/// Mail addresses and logins of the embedded store, and the rows behind them: private to this
/// folder. Addresses are kept in lower case.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backend/local/mailboxes.hpp"
#include "base/result.hpp"

namespace godwit::backend::local {

struct Address {
  std::string local_part;
  std::string domain;
  std::string str() const { return local_part + "@" + domain; }
};

/// Lower case; nothing when it is no address: one part before the last '@' without blanks, control
/// characters and quotes, and a domain after it.
std::optional<Address> parse_address(std::string_view text);

/// Whose login this may be: addresses in `domains`, at most one of which exists. Without a domain
/// one for each of them.
std::vector<std::string> login_candidates(std::string_view login,
                                          const std::vector<std::string>& domains);

struct UserRow {
  RowId id = 0;
  std::string address;
  std::string password;
  std::string display_name;
};
std::optional<UserRow> find_user(Database& database, std::string_view address);
/// The user who gets mail for this address: their own, an alias, or either with `+detail` after the
/// local part (RFC 5233).
std::optional<UserRow> find_recipient(Database& database, std::string_view address);
std::vector<std::string> aliases_of(Database& database, RowId user);

/// Whose mail the user may write, too.
std::vector<std::string> send_as_of(Database& database, RowId user);

/// An address in one of these domains. Errors: malformed, refused.
Result<Address> own_address(std::string_view text, const std::vector<std::string>& domains);
/// The same of many, each once.
Result<std::vector<std::string>> own_aliases(const std::vector<std::string>& texts,
                                             const std::vector<std::string>& domains);
/// Whether a user, a group or an alias of anybody else's has the address.
bool taken(Database& database, const std::string& address, RowId by_other_than);
/// All of the user's aliases, replacing what was there. Error: conflict, and nothing changed.
Result<> put_aliases(Database& database, const UserRow& user, std::vector<std::string> aliases);

}  // namespace godwit::backend::local
