/// Z-Push's policies.ini: what each of its policies says, by the elements of [MS-ASPROV]
/// EASProvisionDoc. Source: Z-Push's policies.ini and syncprovisioning.php, and the PHP manual's
/// page on parse_ini_file().
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace godwit::migration {

struct FormerSetting {
  std::string name;     // as the file has it
  std::string element;  // empty: none is called so, or it has none any more
  std::string value;    // empty: not said
};

struct FormerPolicy {
  std::string name;
  std::vector<FormerSetting> settings;
};

inline constexpr std::size_t policies_bytes_max = 1024UL * 1024;

/// Errors: malformed (names the line), too_large.
Result<std::vector<FormerPolicy>> read_policies_ini(std::string_view text);

}  // namespace godwit::migration
