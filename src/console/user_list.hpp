/// The users that administrators look through.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "admin/operations.hpp"

namespace godwit::console {

struct ListedUser {
  std::string login;
  std::string name;
  std::vector<std::string> aliases{};
  std::size_t devices = 0;
  bool from_directory = false;  // a user sync added it
};

/// Those of the embedded store (`users`: as user.list gives them) with the number of their devices.
std::vector<ListedUser> listed_users(const nlohmann::json& users,
                                     const std::vector<admin::Device>& devices);
/// Those who have a device.
std::vector<ListedUser> users_of(const std::vector<admin::Device>& devices);
/// Whose login, name or an alias holds each of the words; by login. Letter case of ASCII does not
/// count.
std::vector<ListedUser> matching(std::vector<ListedUser> users, std::string_view words);

}  // namespace godwit::console
