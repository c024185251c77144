#include "backend/local/group_rows.hpp"

#include <algorithm>
#include <set>

#include "base/text.hpp"

namespace godwit::backend::local {

namespace {

constexpr std::string_view columns =
    "SELECT id, address, display_name, owner, listed FROM mail_group";
constexpr char entry_mark = 'g';  // before the number in an entry's id; users have none

GroupRow read_row(const sqlite::Statement& row) {
  return {.id = row.integer(0),
          .group = {.address = row.text(1),
                    .display_name = row.text(2),
                    .owner = row.text(3),
                    .listed = row.integer(4) != 0}};
}

bool is_ours(std::string_view address, const std::vector<std::string>& domains) {
  const auto parsed = parse_address(address);
  return parsed && std::ranges::find(domains, parsed->domain) != domains.end();
}

}  // namespace

std::optional<GroupRow> find_group(Database& database, std::string_view address) {
  auto row = database.query(std::string(columns) + " WHERE address = ?", ascii_lower(address));
  if (!row.step()) return std::nullopt;
  return read_row(row);
}

std::optional<GroupRow> find_group(Database& database, RowId id) {
  auto row = database.query(std::string(columns) + " WHERE id = ?", id);
  if (!row.step()) return std::nullopt;
  return read_row(row);
}

std::vector<GroupRow> all_groups(Database& database) {
  std::vector<GroupRow> out;
  for (auto rows = database.query(std::string(columns) + " ORDER BY address"); rows.step();) {
    out.push_back(read_row(rows));
  }
  return out;
}

std::vector<std::string> members_of(Database& database, RowId group) {
  std::vector<std::string> out;
  for (auto rows = database.query(
           "SELECT address FROM member WHERE mail_group = ? ORDER BY address", group);
       rows.step();) {
    out.push_back(rows.text(0));
  }
  return out;
}

Expansion expand_group(Database& database, const GroupRow& group,
                       const std::vector<std::string>& domains) {
  Expansion out;
  std::set<RowId> opened{group.id};
  std::set<RowId> users;
  std::set<std::string> outside;
  std::vector<RowId> open{group.id};
  while (!open.empty() && out.whole) {
    const RowId next = open.back();
    open.pop_back();
    for (const std::string& address : members_of(database, next)) {
      if (auto user = find_recipient(database, address)) {
        if (users.insert(user->id).second) out.users.push_back(std::move(*user));
      } else if (const auto inner = find_group(database, address)) {
        if (opened.insert(inner->id).second) open.push_back(inner->id);
      } else if (!is_ours(address, domains)) {
        if (outside.insert(address).second) out.outside.push_back(address);
      }
    }
    out.whole = users.size() + outside.size() <= group_members_max;
  }
  return out;
}

DirectoryEntry entry_of(const GroupRow& row) {
  const Group& group = row.group;
  DirectoryEntry entry;
  entry.id = entry_mark + std::to_string(row.id);
  entry.address = group.address;
  entry.alias = group.address.substr(0, group.address.rfind('@'));
  entry.display_name = group.display_name.empty() ? group.address : group.display_name;
  entry.is_group = true;
  return entry;
}

std::optional<RowId> group_of_entry(std::string_view id) {
  if (!id.starts_with(entry_mark)) return std::nullopt;
  return parse_number<RowId>(id.substr(1));
}

}  // namespace godwit::backend::local
