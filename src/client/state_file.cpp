#include "client/state_file.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

namespace godwit::client {
namespace {

using nlohmann::json;

constexpr std::size_t file_bytes_max = 512ULL * 1024 * 1024;  // a mailbox kept whole

json collection_json(const Collection& collection) {
  return {{"sync_key", collection.sync_key}, {"items", collection.items}};
}

void fill(const json& state, Device& device) {
  std::vector<Folder> folders;
  for (const json& row : state.at("folders")) {
    folders.push_back({row.at("id"), row.at("parent"), row.at("name"), row.at("type")});
  }
  std::map<std::string, Collection> collections;
  for (const auto& [id, row] : state.at("collections").items()) {
    Collection& held = collections[id];
    held.id = id;
    held.sync_key = row.at("sync_key");
    for (const auto& [server_id, properties] : row.at("items").items()) {
      for (const auto& [name, value] : properties.items()) held.items[server_id][name] = value;
    }
  }
  device.restore(state.at("folder_key"), std::move(folders), std::move(collections));
  if (const auto key = state.find("policy_key"); key != state.end() && key->is_number_unsigned()) {
    device.set_policy_key(key->get<std::uint32_t>());
  }
}

}  // namespace

Result<> load_state(const std::string& path, Device& device) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return {};
  std::error_code error;
  if (std::filesystem::file_size(path, error) > file_bytes_max) {
    return fail(Errc::too_large, path + " is too large to be a state file");
  }
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  try {
    fill(json::parse(text), device);
  } catch (const json::exception&) {
    return fail(Errc::malformed, path + " is damaged: remove it and begin anew");
  }
  return {};
}

Result<> save_state(const std::string& path, const Device& device) {
  json state{{"folder_key", device.folder_key()},
             {"folders", json::array()},
             {"collections", json::object()}};
  if (device.policy_key()) state["policy_key"] = *device.policy_key();
  for (const auto& [id, folder] : device.folders()) {
    state["folders"].push_back({{"id", folder.id},
                                {"parent", folder.parent_id},
                                {"name", folder.name},
                                {"type", folder.type}});
  }
  for (const auto& [id, collection] : device.collections()) {
    state["collections"][id] = collection_json(collection);
  }
  std::error_code error;
  const std::filesystem::path target(path);
  if (target.has_parent_path()) std::filesystem::create_directories(target.parent_path(), error);
  const std::string fresh = path + ".new";
  {
    std::ofstream file(fresh, std::ios::binary | std::ios::trunc);
    ::chmod(fresh.c_str(), S_IRUSR | S_IWUSR);  // it holds mail
    file << state.dump(1, ' ', false, json::error_handler_t::replace);
    if (!file.flush()) return fail(Errc::refused, fresh + " cannot be written");
  }
  std::filesystem::rename(fresh, target, error);
  if (error) return fail(Errc::refused, path + ": " + error.message());
  return {};
}

std::string default_state_path(const std::string& user, const std::string& host) {
  const char* base = std::getenv("XDG_STATE_HOME");
  const char* home = std::getenv("HOME");
  std::string folder = base != nullptr && *base != 0 ? std::string(base)
                       : home != nullptr             ? std::string(home) + "/.local/state"
                                                     : std::string(".");
  std::string name = user + "@" + host;
  std::ranges::replace(name, '/', '_');
  std::ranges::replace(name, '\\', '_');
  return folder + "/godwit/" + name + ".json";
}

}  // namespace godwit::client
