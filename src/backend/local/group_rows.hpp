/// Rows of groups and their members: private to this folder. All functions block and run inside a
/// transaction of their caller's.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backend/directory.hpp"
#include "backend/local/addresses.hpp"

namespace godwit::backend::local {

inline constexpr std::size_t group_members_max = 5'000;  // of one group, and of all in it together

struct GroupRow {
  RowId id = 0;
  Group group;  // without its members
};

std::optional<GroupRow> find_group(Database& database, std::string_view address);
std::optional<GroupRow> find_group(Database& database, RowId id);
std::vector<GroupRow> all_groups(Database& database);
std::vector<std::string> members_of(Database& database, RowId group);

/// The groups in it opened, each once, however they contain each other.
struct Expansion {
  std::vector<UserRow> users;        // each once
  std::vector<std::string> outside;  // addresses in none of our domains, each once
  bool whole = true;                 // false: there are more than group_members_max
};
Expansion expand_group(Database& database, const GroupRow& group,
                       const std::vector<std::string>& domains);

/// The group in the address list.
DirectoryEntry entry_of(const GroupRow& group);
/// The group of an entry's id.
std::optional<RowId> group_of_entry(std::string_view id);

}  // namespace godwit::backend::local
