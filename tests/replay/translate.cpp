// The half of Replica that speaks: requests in our keys and ids, answers held against Exchange's.

#include <algorithm>

#include "base/text.hpp"
#include "replay/replica.hpp"
#include "run.hpp"
#include "wbxml/pages/airsync.hpp"
#include "wbxml/pages/airsyncbase.hpp"
#include "wbxml/pages/folder_hierarchy.hpp"
#include "wbxml/pages/ping.hpp"
#include "wbxml/pages/provision.hpp"

namespace godwit::test {

namespace airsync = wbxml::airsync;
namespace hierarchy = wbxml::folder_hierarchy;

namespace {

constexpr std::string_view wbxml_type = "application/vnd.ms-sync.wbxml";

void set_text(client::Node& node, wbxml::Tag tag, std::string text) {
  for (client::Node& child : node.children) {
    if (child.tag == tag) child.text = text;
  }
}

/// All texts of one tag, in document order.
void collect(const client::Node& node, wbxml::Tag tag, std::vector<std::string>& out) {
  if (node.tag == tag) out.push_back(node.text);
  for (const client::Node& child : node.children) collect(child, tag, out);
}

const client::Node* policy_of(const client::Node& root) {
  const client::Node* policies = root.find(wbxml::provision::Policies);
  return policies == nullptr ? nullptr : policies->find(wbxml::provision::Policy);
}

void note_adds(const client::Node& collection, const std::string& id,
               std::map<std::string, std::set<std::string>>& out) {
  const client::Node* commands = collection.find(airsync::Commands);
  if (commands == nullptr) return;
  for (const client::Node* add : commands->all(airsync::Add)) {
    out[id].emplace(add->text_of(airsync::ServerId));
  }
}

/// `5%3a1%3a0`: Exchange hands out references that are written for a query already.
std::string unescaped(std::string text) {
  for (std::size_t at = text.find("%3a"); at != std::string::npos; at = text.find("%3a")) {
    text.replace(at, 3, ":");
  }
  return text;
}

std::string look_up(const std::map<std::string, std::string>& map, const std::string& key) {
  const auto found = map.find(key);
  return found == map.end() ? key : found->second;
}

}  // namespace

std::string Replica::our_key(const std::string& collection, const std::string& recorded) {
  if (recorded == "0") return "0";
  const auto known = keys_.find(collection + "/" + recorded);
  if (known != keys_.end()) return known->second;
  // The recording begins in the middle: our device catches up first.
  const std::string ours = our_folder(collection);
  test::run(device_.sync_all(ours, {}));
  return keys_[collection + "/" + recorded] = device_.collection(ours).sync_key;
}

std::optional<client::Node> Replica::our_collection(const Node& collection) {
  const std::string id(collection.text_of(airsync::CollectionId));
  if (!offered(id)) return std::nullopt;
  Node out = translated(collection);
  set_text(out, airsync::SyncKey, our_key(id, std::string(collection.text_of(airsync::SyncKey))));
  return out;
}

client::Node Replica::translated(const Node& node) const {
  Node out = node;
  if (node.tag == airsync::ServerId) out.text = look_up(items_, node.text);
  if (node.tag == airsync::CollectionId || node.tag == wbxml::ping::Id ||
      node.tag == wbxml::ping::Folder || node.tag == hierarchy::ServerId ||
      node.tag == hierarchy::ParentId) {
    out.text = our_folder(node.text);
  }
  for (Node& child : out.children) child = translated(child);
  return out;
}

std::optional<client::Node> Replica::our_request(const Exchange& exchange) {
  const Node& request = *exchange.request;
  if (request.tag == airsync::Sync && request.has(airsync::Collections)) {
    Node out(airsync::Sync);
    for (const Node& child : request.children) {
      if (child.tag != airsync::Collections) {
        out.add(child);
        continue;
      }
      Node list(airsync::Collections);
      for (const Node& collection : child.children) {
        if (auto ours = our_collection(collection)) list.add(std::move(*ours));
      }
      if (list.children.empty()) return std::nullopt;
      out.add(std::move(list));
    }
    return out;
  }
  Node asked = request;
  for (Node& child : asked.children) {
    if (child.tag != wbxml::ping::Folders) continue;
    std::erase_if(child.children, [&](const Node& folder) {
      return !offered(std::string(folder.text_of(wbxml::ping::Id)));
    });
    if (child.children.empty()) return std::nullopt;
  }
  Node out = translated(asked);
  if (request.tag == hierarchy::FolderSync) {
    const std::string recorded(request.text_of(hierarchy::SyncKey));
    const auto known = folder_keys_.find(recorded);
    set_text(out, hierarchy::SyncKey,
             known == folder_keys_.end() ? device_.folder_key() : known->second);
  }
  if (request.tag == wbxml::provision::Provision) {
    const Node* policy = policy_of(request);
    if (policy != nullptr && policy->has(wbxml::provision::PolicyKey)) {
      const auto key = parse_number<std::uint32_t>(policy->text_of(wbxml::provision::PolicyKey));
      const auto known = policy_keys_.find(key.value_or(0));
      if (known != policy_keys_.end()) {
        set_text(out.children.back().children.front(), wbxml::provision::PolicyKey,
                 std::to_string(known->second));
      }
    }
  }
  return out;
}

client::Wire Replica::wire(const Exchange& exchange, const std::optional<Node>& request) {
  device_.set_version(exchange.version);
  device_.set_base64_query(exchange.base64_query);
  std::optional<std::uint32_t> key = exchange.policy_key;
  if (key && policy_keys_.contains(*key)) key = policy_keys_[*key];
  device_.set_policy_key(key);
  client::Wire out =
      device_.wire(exchange.command, request ? client::encode(*request) : "", wbxml_type);
  if (!exchange.attachment_name.empty()) {
    out.target += "&AttachmentName=" + look_up(references_, unescaped(exchange.attachment_name));
  }
  return out;
}

client::Node Replica::offered_part(const Node& theirs, std::vector<Difference>& dropped) const {
  Node out = theirs;
  const auto drop = [&](Node& list, const std::string& path, auto unwanted) {
    std::erase_if(list.children, [&](const Node& node) {
      if (!unwanted(node)) return false;
      dropped.push_back({"class", path, {}, {}});
      return true;
    });
  };
  for (Node& child : out.children) {
    if (child.tag == airsync::Collections) {
      drop(child, "Sync/Collections/Collection", [&](const Node& collection) {
        return !offered(std::string(collection.text_of(airsync::CollectionId)));
      });
    } else if (child.tag == hierarchy::Changes) {
      drop(child, "FolderSync/Changes/Add", [&](const Node& add) {
        return add.tag == hierarchy::Add && !offered(std::string(add.text_of(hierarchy::ServerId)));
      });
    } else if (child.tag == wbxml::ping::Folders) {
      drop(child, "Ping/Folders/Folder", [&](const Node& folder) { return !offered(folder.text); });
    }
  }
  return out;
}

void Replica::compare(const Exchange& exchange, const client::Answer& answer,
                      ReplayResult& result) {
  ++result.compared;
  const std::size_t before = result.differences.size();
  auto& out = result.differences;
  if (answer.status != exchange.status) {
    out.push_back(
        {"http",
         exchange.command,
         "ours " + std::to_string(answer.status) + ", theirs " + std::to_string(exchange.status),
         {}});
    return;
  }
  const auto ours = client::decode(answer.body);
  if (exchange.answer && ours) {
    learn(*ours, *exchange.answer);
    const Node theirs = offered_part(*exchange.answer, out);
    auto found = compare_shapes(*ours, translated(theirs));
    settle_adds(found);
    out.insert(out.end(), found.begin(), found.end());
  } else if (exchange.answer.has_value() != (!answer.body.empty() && ours.has_value()) &&
             exchange.command != "GetAttachment") {
    out.push_back(
        {"body", exchange.command, exchange.answer ? "ours is empty" : "theirs is empty", {}});
  }
  if (out.size() == before) ++result.alike;
}

void Replica::settle_adds(std::vector<Difference>& found) {
  std::erase_if(found, [](const Difference& difference) {
    return difference.path == "Sync/Collections/Collection/Commands/Add" &&
           (difference.kind == "extra" || difference.kind == "missing");
  });
}

void Replica::learn(const Node& ours, const Node& theirs) {
  if (theirs.tag == hierarchy::FolderSync) {
    folder_keys_[std::string(theirs.text_of(hierarchy::SyncKey))] =
        ours.text_of(hierarchy::SyncKey);
  }
  if (theirs.tag == wbxml::provision::Provision) {
    const Node* our_policy = policy_of(ours);
    const Node* their_policy = policy_of(theirs);
    if (our_policy == nullptr || their_policy == nullptr) return;
    const auto key = [](const Node& policy) {
      return parse_number<std::uint32_t>(policy.text_of(wbxml::provision::PolicyKey)).value_or(0);
    };
    policy_keys_[key(*their_policy)] = key(*our_policy);
  }
  const Node* our_list = ours.find(airsync::Collections);
  const Node* their_list = theirs.find(airsync::Collections);
  if (our_list == nullptr || their_list == nullptr) return;
  for (const Node& collection : their_list->children) {
    const std::string id(collection.text_of(airsync::CollectionId));
    for (const Node& candidate : our_list->children) {
      if (candidate.text_of(airsync::CollectionId) != our_folder(id)) continue;
      if (const auto key = candidate.text_of(airsync::SyncKey); !key.empty()) {
        keys_[id + "/" + std::string(collection.text_of(airsync::SyncKey))] = key;
      }
      learn_added(candidate, collection);
      note_adds(candidate, our_folder(id), ours_sent_);
      note_adds(translated(collection), our_folder(id), theirs_sent_);
      std::vector<std::string> our_references;
      std::vector<std::string> their_references;
      collect(candidate, wbxml::airsyncbase::FileReference, our_references);
      collect(collection, wbxml::airsyncbase::FileReference, their_references);
      for (std::size_t i = 0; i < std::min(our_references.size(), their_references.size()); ++i) {
        references_[unescaped(their_references[i])] = our_references[i];
      }
    }
  }
}

}  // namespace godwit::test
