/// Whom a rule of the configuration is about: the one shape that rules about data, policies and
/// rules about devices share. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace godwit {

/// Who is in any of the lists. Letter case does not count.
struct Whom {
  std::vector<std::string> users{};    // by any of their addresses
  std::vector<std::string> groups{};   // by address, common name or distinguished name
  std::vector<std::string> domains{};  // of any of the addresses
  bool empty() const { return users.empty() && groups.empty() && domains.empty(); }
  friend bool operator==(const Whom&, const Whom&) = default;
};

/// By what rules know a user.
struct Known {
  std::span<const std::string> addresses;  // the login among them
  std::span<const std::string> groups;     // the user is in
};

/// By an address or its domain.
bool names_user(const Whom& whom, std::span<const std::string> addresses);
bool names_group(const Whom& whom, std::span<const std::string> groups);
inline bool names(const Whom& whom, const Known& user) {
  return names_user(whom, user.addresses) || names_group(whom, user.groups);
}

/// Adds the groups that `whom` names to `out`, each once.
void add_groups(const Whom& whom, std::vector<std::string>& out);

/// An address of a group; what is none is its common or distinguished name.
bool is_group_address(std::string_view name);

/// Names of a group as they are compared: case, and blanks around `,` and `=`, do not count.
std::string group_key(std::string_view name);

}  // namespace godwit
