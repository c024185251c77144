/// Files of many users for `godwit user import`: one a line, comma-separated, quoted where needed
/// (RFC 4180): login, password, display name, aliases separated by blanks, quota in megabytes.
/// Empty lines and lines that begin with # are skipped; fields at the end may be left out.
///
/// A first line that begins with `login` names the fields of the others: login, password, name,
/// aliases, quota, those of the address list (backend/directory.hpp), and photo (a file),
/// certificates (files separated by blanks), send_as (addresses), listed (yes or no).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace godwit::app {

struct UserLine {
  int line = 0;
  std::string login;
  Secret password;
  std::string display_name;
  std::vector<std::string> aliases;
  std::uint64_t quota_bytes = 0;
  std::vector<std::pair<std::string, std::string>> fields;  // named ones that are not empty
};

/// The words of a field.
std::vector<std::string> split_blanks(std::string_view text);

/// Error malformed: names the line and what is wrong with it.
Result<std::vector<UserLine>> parse_user_file(std::string_view text);

}  // namespace godwit::app
