/// What entries of LDAP servers are to phones. Pure: whatever a server sends becomes a person
/// within bounds.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "backend/directory.hpp"
#include "backend/ldap/entry.hpp"
#include "backend/ldap/ldap.hpp"
#include "base/clock.hpp"

namespace godwit::backend::ldap {

inline constexpr std::size_t text_bytes_max = 256;  // of one property

/// What a preset calls things. Of two attributes the first that is there counts.
struct Names {
  std::string_view listed;
  std::string_view match;
  std::string_view address;  // whose mail address `%s` is
  std::array<std::string_view, 2> display_name, alias, phone, company, department;
  std::array<std::string_view, 2> language;
  std::string_view photo;
  std::string_view identity;  // what an entry keeps whatever it is called
};
const Names& names_of(LdapSettings::Preset preset);

/// What to ask for: a person's properties; with its members, too.
std::vector<std::string> entry_attributes(const Names& names);
std::vector<std::string> group_attributes(const Names& names);
const std::vector<std::string>& certificate_attributes();
std::vector<std::string> language_attributes(const Names& names);

DirectoryEntry directory_entry(const Entry& entry, const Names& names);
/// By display name, at most `entries_max`.
DirectoryMatches sorted(const Entries& found, const Names& names, std::size_t entries_max);
/// Where the entry can be known again, and by what: `entryUUID=...`. Its name where the server
/// gives nothing better. A line of text of at most identity_bytes_max.
std::string identity_of(const Entry& entry, const Names& names);
inline constexpr std::size_t identity_bytes_max = 1024;
Photo photo_of(const Entry& entry, std::string_view attribute);
/// As PreferredLanguages has it.
std::string language_of(const Entry& entry, const Names& names);
/// DER, valid at `now`, each once.
std::vector<std::string> certificates_of(const Entry& entry, Time now);

/// Who is in a group: entries by their names, and searches.
struct GroupMembers {
  std::vector<std::string> names;
  std::vector<GroupSearch> searches;
};
GroupMembers members_of(const Entry& entry);

}  // namespace godwit::backend::ldap
