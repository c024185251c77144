#include "replay/replica.hpp"

#include <algorithm>
#include <ranges>

#include "base/text.hpp"
#include "replay/mirror.hpp"
#include "run.hpp"
#include "sync/server_id.hpp"
#include "wbxml/pages/airsync.hpp"
#include "wbxml/pages/folder_hierarchy.hpp"
#include "wbxml/pages/ping.hpp"
#include "wbxml/pages/provision.hpp"

namespace godwit::test {

namespace airsync = wbxml::airsync;
namespace hierarchy = wbxml::folder_hierarchy;

namespace {

/// [MS-ASCMD] Type (FolderSync).
bool is_mail_type(std::string_view type) {
  return type == "1" || type == "2" || type == "3" || type == "4" || type == "5" || type == "12";
}

FolderRole role_of(std::string_view type) {
  return type == "2"   ? FolderRole::inbox
         : type == "3" ? FolderRole::drafts
         : type == "4" ? FolderRole::trash
         : type == "5" ? FolderRole::sent
                       : FolderRole::none;
}

std::string class_of_page(std::uint8_t page) {
  const std::string_view name = wbxml::page_name(page);
  if (name == "Contacts" || name == "Contacts2") return "Contacts";
  if (name == "Calendar" || name == "Tasks" || name == "Notes") return std::string(name);
  return {};
}

/// The class that a collection's properties tell, in a request or an answer.
std::string class_told_by(const client::Node& node) {
  if (node.tag == airsync::Class || node.tag == wbxml::ping::Class) return node.text;
  if (node.tag == airsync::ApplicationData || node.tag == airsync::Supported) {
    for (const client::Node& child : node.children) {
      if (auto found = class_of_page(child.tag.page); !found.empty()) return found;
    }
  }
  for (const client::Node& child : node.children) {
    if (auto found = class_told_by(child); !found.empty()) return found;
  }
  return {};
}

std::vector<const client::Node*> collections_of(const std::optional<client::Node>& document) {
  if (!document || document->tag != airsync::Sync) return {};
  const client::Node* list = document->find(airsync::Collections);
  return list == nullptr ? std::vector<const client::Node*>() : list->all(airsync::Collection);
}

std::string id_of(const client::Node& collection) {
  return std::string(collection.text_of(airsync::CollectionId));
}

}  // namespace

Replica::Replica(std::vector<const Exchange*> exchanges)
    : exchanges_(std::move(exchanges)),
      device_(fixture_.device(
          exchanges_.front()->device_id.empty() ? "device1" : exchanges_.front()->device_id,
          exchanges_.front()->version)) {
  if (const auto date = exchanges_.front()->date) {
    fixture_.clock.advance(*date - fixture_.clock.now() - std::chrono::hours(1));
  }
  fixture_.server.offer_items(fixture_.mail_server);
  texts_ = &fixture_.mail_server.items(UserId::parse("anna@example.test").value());
  classify();
  make_folders();
  deliver_earlier_items();
  test::run(device_.folder_sync());
  folder_keys_["0"] = "0";
}

void Replica::classify() {
  for (const Exchange* exchange : exchanges_) {
    for (const auto* document : {&exchange->request, &exchange->answer}) {
      for (const Node* collection : collections_of(*document)) {
        std::string& known = classes_[id_of(*collection)];
        if (auto told = class_told_by(*collection); known.empty()) known = told;
      }
    }
    if (exchange->request && exchange->request->tag == wbxml::ping::Ping) {
      if (const Node* folders = exchange->request->find(wbxml::ping::Folders)) {
        for (const Node& folder : folders->children) {
          std::string& known = classes_[std::string(folder.text_of(wbxml::ping::Id))];
          if (known.empty()) known = folder.text_of(wbxml::ping::Class);
        }
      }
    }
  }
  for (auto& [id, name] : classes_) {
    if (name.empty()) name = "Email";
  }
}

void Replica::make_folders() {
  backend::MemoryMail& mail = fixture_.mail();
  // Exchange's hierarchy has no such roles: there they are folders of the user's.
  for (const FolderRole role : {FolderRole::junk, FolderRole::archive}) {
    if (const auto folder = mail.find_folder(role)) mail.remove_folder(*folder);
  }
  for (const Exchange* exchange : exchanges_) {
    if (!exchange->answer || exchange->answer->tag != hierarchy::FolderSync) continue;
    const Node* changes = exchange->answer->find(hierarchy::Changes);
    if (changes == nullptr) continue;
    for (const Node* add : changes->all(hierarchy::Add)) {
      const std::string id(add->text_of(hierarchy::ServerId));
      const std::string type(add->text_of(hierarchy::Type));
      if (make_collection(id, type)) continue;
      if (!is_mail_type(type)) {
        classes_[id] = "not mail";
        continue;
      }
      classes_[id] = "Email";
      if (mailboxes_.contains(id)) continue;
      const FolderRole role = role_of(type);
      const auto parent = mailboxes_.find(std::string(add->text_of(hierarchy::ParentId)));
      const auto known = role == FolderRole::none ? std::nullopt : mail.find_folder(role);
      mailboxes_.emplace(
          id, known ? *known
                    : mail.add_folder(
                          parent == mailboxes_.end() ? std::nullopt : std::optional(parent->second),
                          "Folder " + id));
    }
  }
  // Without a recorded hierarchy: the first mail folder that is synced is the Inbox.
  bool first = mailboxes_.empty();
  for (const auto& [id, name] : classes_) {
    if (collections_.contains(id) || make_collection_of(id, name)) continue;
    if (name != "Email" || mailboxes_.contains(id)) continue;
    mailboxes_.emplace(id, first ? *mail.find_folder(FolderRole::inbox)
                                 : mail.add_folder(std::nullopt, "Folder " + id));
    first = false;
  }
}

void Replica::deliver_earlier_items() {
  test::run(device_.folder_sync());
  const auto listed = test::run(fixture_.mail().folders());
  for (const auto& [id, key] : mailboxes_) {
    const auto folder = std::ranges::find(listed, key, &backend::MailFolder::key);
    for (const auto& [ours, known] : device_.folders()) {
      if (folder != listed.end() && known.name == folder->name) folders_[id] = ours;
    }
  }
  for (const auto& listed_collection : test::run(texts_->collections())) {
    for (const auto& [id, collection] : collections_) {
      if (collection.key != listed_collection.key) continue;
      for (const auto& [ours, known] : device_.folders()) {
        if (known.name == listed_collection.name) folders_[id] = ours;
      }
    }
  }
  std::set<std::string> added;
  for (const Exchange* exchange : exchanges_) {
    // What the device adds is not there before.
    for (const Node* collection : collections_of(exchange->answer)) {
      const Node* responses = collection->find(airsync::Responses);
      if (responses == nullptr) continue;
      for (const Node* add : responses->all(airsync::Add)) {
        added.emplace(add->text_of(airsync::ServerId));
      }
    }
  }
  for (const Exchange* exchange : exchanges_) {
    const auto note = [&](const Node& collection, const Node* commands) {
      const std::string id = id_of(collection);
      if (commands == nullptr || !offered(id)) return;
      for (const Node& command : commands->children) {
        const std::string item(command.text_of(airsync::ServerId));
        if (item.empty()) continue;
        if (added.insert(item).second && command.tag != airsync::Add) {
          deliver(id, item, Node(airsync::ApplicationData));
        }
      }
    };
    for (const Node* collection : collections_of(exchange->request)) {
      note(*collection, collection->find(airsync::Commands));
    }
    for (const Node* collection : collections_of(exchange->answer)) {
      note(*collection, collection->find(airsync::Commands));
    }
  }
}

bool Replica::offered(const std::string& collection) const { return folders_.contains(collection); }

std::string Replica::our_folder(const std::string& recorded) const {
  const auto found = folders_.find(recorded);
  return found == folders_.end() ? recorded : found->second;
}

void Replica::deliver(const std::string& collection, const std::string& id, const Node& data) {
  if (collections_.contains(collection)) {
    if (!items_.contains(id)) write_text(collection, id, data);
    return;
  }
  if (uids_.contains(id)) return;
  const FolderKey& folder = mailboxes_.at(collection);
  const Uid uid =
      fixture_.mail().deliver(folder, message_like(data), flags_like(data), received_like(data));
  const auto status = test::run(fixture_.mail().status(folder));
  uids_[id] = uid;
  items_[id] = sync::format_mail_id(our_folder(collection), status->uid_validity, uid);
}

void Replica::play(ReplayResult& result) {
  for (std::size_t i = 0; i < exchanges_.size(); ++i) {
    const Exchange& exchange = *exchanges_[i];
    if (exchange.status == 0 || exchange.method != "POST") {
      ++result.skipped;
      continue;
    }
    const std::size_t before = result.differences.size();
    try {
      play_one(i, result);
    } catch (const Fault& fault) {
      result.differences.push_back({"fault", exchange.command, fault.what(), {}});
    } catch (const client::Violation& violation) {
      result.differences.push_back({"violation", exchange.command, violation.what(), {}});
    }
    for (std::size_t d = before; d < result.differences.size(); ++d) {
      result.differences[d].where = exchange.capture + " " + exchange.number;
    }
  }
  compare_items(result);
}

void Replica::compare_items(ReplayResult& result) const {
  const std::string where = exchanges_.front()->capture + " (the whole of it)";
  const std::string path = "Sync/Collections/Collection/Commands/Add";
  const auto tell = [&](const char* kind, const auto& these, const auto& those) {
    for (const auto& [collection, items] : these) {
      const auto others = those.find(collection);
      for (const std::string& item : items) {
        if (others != those.end() && others->second.contains(item)) continue;
        result.differences.push_back({kind, path, item, where});
      }
    }
  };
  tell("extra", ours_sent_, theirs_sent_);
  tell("missing", theirs_sent_, ours_sent_);
}

void Replica::play_one(std::size_t index, ReplayResult& result) {
  const Exchange& exchange = *exchanges_[index];
  if (exchange.date) fixture_.clock.advance(*exchange.date - fixture_.clock.now());
  if (exchange.command == "Provision" || exchange.status == 449) set_policy(index);
  std::optional<Node> request;
  if (exchange.request) {
    request = our_request(exchange);
    if (!request) {
      ++result.skipped;
      return;
    }
  }
  if (is_about_other_classes(exchange)) {
    ++result.skipped;
    return;
  }
  mirror(index);
  const client::Answer answer = test::run(fixture_.server.send(wire(exchange, request)));
  fixture_.server.while_parked.clear();
  ++result.played;
  compare(exchange, answer, result);
}

bool Replica::is_about_other_classes(const Exchange& exchange) const {
  if (!exchange.answer || exchange.answer->tag != wbxml::ping::Ping) return false;
  const Node* folders = exchange.answer->find(wbxml::ping::Folders);
  return folders != nullptr && std::ranges::none_of(folders->children, [&](const Node& folder) {
           return offered(folder.text);
         });
}

void Replica::set_policy(std::size_t index) {
  command::Settings settings = fixture_.server.settings();
  policy::Policy policy;
  policy.settings.mode = policy::Mode::strict;
  for (std::size_t i = index; i < exchanges_.size(); ++i) {
    const auto& answer = exchanges_[i]->answer;
    if (!answer || answer->tag != wbxml::provision::Provision) continue;
    const Node* node = &*answer;
    for (const wbxml::Tag tag : {wbxml::provision::Policies, wbxml::provision::Policy,
                                 wbxml::provision::Data, wbxml::provision::EASProvisionDoc}) {
      node = node == nullptr ? nullptr : node->find(tag);
    }
    if (node == nullptr && i == index) return;  // the acknowledgement of what is in force
    if (node == nullptr) continue;
    for (const Node& setting : node->children) {
      const std::string name = client::name_of(setting.tag);
      policy.settings.values[name.substr(name.find(':') + 1)] = setting.text;
    }
    break;
  }
  settings.policies.standard = std::make_shared<const policy::Policy>(std::move(policy));
  fixture_.server.set_settings(settings);
}

std::optional<std::size_t> Replica::next_sync_of(std::size_t after,
                                                 const std::string& collection) const {
  for (std::size_t i = after + 1; i < exchanges_.size(); ++i) {
    for (const Node* candidate : collections_of(exchanges_[i]->answer)) {
      if (id_of(*candidate) == collection) return i;
    }
  }
  return std::nullopt;
}

void Replica::mirror(std::size_t index) {
  const Exchange& exchange = *exchanges_[index];
  for (const Node* collection : collections_of(exchange.answer)) {
    mirror_collection(index, *collection);
  }
  if (!exchange.answer || exchange.answer->tag != wbxml::ping::Ping) return;
  const Node* folders = exchange.answer->find(wbxml::ping::Folders);
  if (folders == nullptr) return;
  for (const Node& folder : folders->children) {
    const auto later = next_sync_of(index, folder.text);
    if (!later || !offered(folder.text)) continue;
    fixture_.server.while_parked.emplace_back([this, at = *later, id = folder.text] {
      for (const Node* collection : collections_of(exchanges_[at]->answer)) {
        if (id_of(*collection) == id) mirror_collection(at, *collection);
      }
    });
  }
}

void Replica::mirror_collection(std::size_t index, const Node& collection) {
  const std::string id = id_of(collection);
  if (!offered(id)) return;
  if (const Node* responses = collection.find(airsync::Responses)) mirror_removals(id, *responses);
  const Node* commands = collection.find(airsync::Commands);
  if (commands == nullptr) return;
  mirror_changes(id, *commands);
  if (mirrored_.contains({index, id})) return;
  // What Exchange sent in several windows was there before the first of them.
  std::vector<const Node*> adds;
  std::optional<std::size_t> at = index;
  const Node* window = &collection;
  while (at && window != nullptr && mirrored_.insert({*at, id}).second) {
    if (const Node* more = window->find(airsync::Commands)) {
      const auto some = more->all(airsync::Add);
      adds.insert(adds.end(), some.begin(), some.end());
    }
    if (!window->has(airsync::MoreAvailable)) break;
    at = next_sync_of(*at, id);
    window = nullptr;
    if (!at) break;
    for (const Node* candidate : collections_of(exchanges_[*at]->answer)) {
      if (id_of(*candidate) == id) window = candidate;
    }
  }
  // Our windows begin with the newest message.
  for (const Node* add : adds | std::views::reverse) {
    if (const Node* data = add->find(airsync::ApplicationData)) {
      deliver(id, std::string(add->text_of(airsync::ServerId)), *data);
    }
  }
}

/// What Exchange no longer found (8) is gone here too.
void Replica::mirror_removals(const std::string& collection, const Node& responses) {
  for (const Node& response : responses.children) {
    const auto uid = uids_.find(std::string(response.text_of(airsync::ServerId)));
    if (response.text_of(airsync::Status) != "8" || uid == uids_.end()) continue;
    fixture_.mail().remove(mailboxes_.at(collection), UidSet{{uid->second, uid->second}});
  }
}

void Replica::mirror_changes(const std::string& collection, const Node& commands) {
  if (collections_.contains(collection)) return mirror_texts(collection, commands);
  const FolderKey& folder = mailboxes_.at(collection);
  for (const Node& command : commands.children) {
    const auto uid = uids_.find(std::string(command.text_of(airsync::ServerId)));
    if (uid == uids_.end()) continue;
    const UidSet one{{uid->second, uid->second}};
    const Node* data = command.find(airsync::ApplicationData);
    if (command.tag == airsync::Delete) fixture_.mail().remove(folder, one);
    if (command.tag == airsync::Change && data != nullptr) {
      fixture_.mail().set_flags(folder, one, flags_like(*data));
    }
  }
}

}  // namespace godwit::test
