#include "base/text.hpp"
#include "client/device_run.hpp"
#include "wbxml/pages/folder_hierarchy.hpp"

namespace godwit::client {

namespace page = wbxml::folder_hierarchy;

Task<Outcome> Device::folder_sync() {
  Node request(page::FolderSync, {Node(page::SyncKey, folder_key_)});
  return run<Outcome>(document("FolderSync", request), [this](const Answer& answer, Outcome& out) {
    const auto root = read(answer, page::FolderSync, page::Status, out);
    if (!root) return;
    if (out.status == 1) return apply_folders(*root);
    // [MS-ASCMD] FolderSync Status 9: start over with key 0.
    if (out.status == 9) folder_key_ = "0";
    if (root->has(page::SyncKey) && root->text_of(page::SyncKey).empty()) {
      violate("folder_sync.empty_key", "an empty SyncKey");
    }
  });
}

void Device::apply_folders(const Node& answer) {
  const std::string_view key = answer.text_of(page::SyncKey);
  if (key.empty() || key == "0") return violate("folder_sync.no_key", "success without a SyncKey");
  if (folder_key_ == "0") folders_.clear();
  folder_key_ = key;
  const Node* changes = answer.find(page::Changes);
  if (changes == nullptr) return;
  if (changes->has(page::Count) &&
      parse_number<std::size_t>(changes->text_of(page::Count)) != changes->children.size() - 1) {
    violate("folder_sync.count", "Count is not the number of changes");
  }
  for (const Node& change : changes->children) {
    if (change.tag == page::Count) continue;
    Folder folder{.id = std::string(change.text_of(page::ServerId)),
                  .parent_id = std::string(change.text_of(page::ParentId)),
                  .name = std::string(change.text_of(page::DisplayName)),
                  .type = 0};
    const bool held = folders_.contains(folder.id);
    if (change.tag == page::Delete) {
      if (!held) violate("folder_delete.names_unheld_folder", folder.id);
      folders_.erase(folder.id);
      collections_.erase(folder.id);
      continue;
    }
    folder.type = number(change, page::Type);
    if (change.tag == page::Add && held) violate("folder_add.repeats_held_folder", folder.id);
    if (change.tag == page::Update && !held)
      violate("folder_update.names_unheld_folder", folder.id);
    if (folder.name.empty()) violate("folder.no_name", folder.id);
    folders_[folder.id] = folder;
  }
  for (const auto& [id, folder] : folders_) {
    if (folder.parent_id != "0" && !folders_.contains(folder.parent_id)) {
      violate("folder.unknown_parent", id + " below " + folder.parent_id);
    }
  }
}

void Device::apply_folder_key(const Node& answer) {
  const std::string_view key = answer.text_of(page::SyncKey);
  if (key.empty()) return violate("folder_command.no_key", "success without a SyncKey");
  if (key == folder_key_) violate("folder_command.key_kept", "the SyncKey did not advance");
  folder_key_ = key;
}

Task<FolderOutcome> Device::folder_create(std::string parent, std::string name, int type) {
  Node request(page::FolderCreate,
               {Node(page::SyncKey, folder_key_), Node(page::ParentId, parent),
                Node(page::DisplayName, name), Node(page::Type, std::to_string(type))});
  return run<FolderOutcome>(document("FolderCreate", request),
                            [this, parent, name, type](const Answer& answer, FolderOutcome& out) {
                              const auto root = read(answer, page::FolderCreate, page::Status, out);
                              if (!root || out.status != 1) return;
                              apply_folder_key(*root);
                              out.server_id = root->text_of(page::ServerId);
                              if (out.server_id.empty())
                                violate("folder_create.no_id", "success without a ServerId");
                              if (folders_.contains(out.server_id)) {
                                violate("folder_create.repeats_held_folder", out.server_id);
                              }
                              folders_[out.server_id] = Folder{out.server_id, parent, name, type};
                            });
}

Task<Outcome> Device::folder_update(std::string id, std::string parent, std::string name) {
  Node request(page::FolderUpdate, {Node(page::SyncKey, folder_key_), Node(page::ServerId, id),
                                    Node(page::ParentId, parent), Node(page::DisplayName, name)});
  return run<Outcome>(document("FolderUpdate", request),
                      [this, id, parent, name](const Answer& answer, Outcome& out) {
                        const auto root = read(answer, page::FolderUpdate, page::Status, out);
                        if (!root || out.status != 1) return;
                        apply_folder_key(*root);
                        folders_[id].parent_id = parent;
                        folders_[id].name = name;
                      });
}

Task<Outcome> Device::folder_delete(std::string id) {
  Node request(page::FolderDelete, {Node(page::SyncKey, folder_key_), Node(page::ServerId, id)});
  return run<Outcome>(document("FolderDelete", request),
                      [this, id](const Answer& answer, Outcome& out) {
                        const auto root = read(answer, page::FolderDelete, page::Status, out);
                        if (!root || out.status != 1) return;
                        apply_folder_key(*root);
                        // [MS-ASCMD] FolderDelete takes what is below with it.
                        std::vector<std::string> gone{id};
                        for (std::size_t i = 0; i < gone.size(); ++i) {
                          for (const auto& [child, folder] : folders_) {
                            if (folder.parent_id == gone[i]) gone.push_back(child);
                          }
                          collections_.erase(gone[i]);
                        }
                        for (const std::string& folder : gone) folders_.erase(folder);
                      });
}

}  // namespace godwit::client
