/// Files of many users for `godwit user import`: one a line, comma-separated, quoted where needed
/// (RFC 4180): login, password, display name, aliases separated by blanks, quota in megabytes.
/// Empty lines and lines that begin with # are skipped; fields at the end may be left out.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
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
};

/// Error malformed: names the line and what is wrong with it.
Result<std::vector<UserLine>> parse_user_file(std::string_view text);

}  // namespace godwit::app
