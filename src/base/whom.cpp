#include "base/whom.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace godwit {
namespace {

bool is_one_of(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::any_of(names, [&](const std::string& each) { return iequals(each, name); });
}

}  // namespace

bool names_user(const Whom& whom, std::span<const std::string> addresses) {
  return std::ranges::any_of(addresses, [&](std::string_view address) {
    const auto at = address.rfind('@');
    const bool has_domain = at != std::string_view::npos && at > 0;
    return is_one_of(whom.users, address) ||
           (has_domain && is_one_of(whom.domains, address.substr(at + 1)));
  });
}

bool names_group(const Whom& whom, std::span<const std::string> groups) {
  return std::ranges::any_of(whom.groups, [&](const std::string& wanted) {
    const std::string key = group_key(wanted);
    return std::ranges::any_of(groups,
                               [&](const std::string& each) { return group_key(each) == key; });
  });
}

void add_groups(const Whom& whom, std::vector<std::string>& out) {
  for (const std::string& group : whom.groups) {
    if (std::ranges::find(out, group) == out.end()) out.push_back(group);
  }
}

bool is_group_address(std::string_view name) { return name.contains('@') && !name.contains('='); }

std::string group_key(std::string_view name) {
  std::string out;
  for (const char c : ascii_lower(trim(name))) {
    const bool separates = c == ',' || c == '=';
    while (separates && out.ends_with(' ')) out.pop_back();
    if (c == ' ' && (out.ends_with(',') || out.ends_with('='))) continue;
    out += c;
  }
  return out;
}

}  // namespace godwit
