#include "console/user_list.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "console/device_filter.hpp"

namespace godwit::console {
namespace {

std::map<std::string_view, std::size_t> count(const std::vector<admin::Device>& devices) {
  std::map<std::string_view, std::size_t> out;
  for (const admin::Device& device : devices) ++out[device.user.view()];
  return out;
}

}  // namespace

std::vector<ListedUser> listed_users(const nlohmann::json& users,
                                     const std::vector<admin::Device>& devices) {
  const auto counts = count(devices);
  std::vector<ListedUser> out;
  out.reserve(users.size());
  for (const auto& each : users) {
    ListedUser user{.login = each.at("login").get<std::string>(),
                    .name = each.at("display_name").get<std::string>(),
                    .aliases = each.at("aliases").get<std::vector<std::string>>()};
    const auto found = counts.find(user.login);
    if (found != counts.end()) user.devices = found->second;
    user.from_directory = each.at("origin") != "local";
    out.push_back(std::move(user));
  }
  return out;
}

std::vector<ListedUser> users_of(const std::vector<admin::Device>& devices) {
  std::vector<ListedUser> out;
  for (const auto& [login, number] : count(devices)) {
    out.push_back({.login = std::string(login), .name = {}, .devices = number});
  }
  return out;
}

std::vector<ListedUser> matching(std::vector<ListedUser> users, std::string_view words) {
  const auto wanted = words_of(words);
  std::erase_if(users, [&](const ListedUser& user) {
    return !std::ranges::all_of(wanted, [&](const std::string& word) {
      return holds(user.login, word) || holds(user.name, word) ||
             std::ranges::any_of(user.aliases,
                                 [&](const std::string& alias) { return holds(alias, word); });
    });
  });
  std::ranges::sort(users, {}, &ListedUser::login);
  return users;
}

}  // namespace godwit::console
