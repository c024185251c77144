/// Mail addresses and logins of the embedded store, and the rows behind them: private to this
/// folder. Addresses are kept in lower case.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backend/local/mailboxes.hpp"

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

}  // namespace godwit::backend::local
