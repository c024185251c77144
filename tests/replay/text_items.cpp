// The half of Replica that keeps events, contacts, tasks and notes: made of what Exchange told a
// device about its own, by the same code that reads them from devices.
#include <stdexcept>

#include "command/item_kind.hpp"
#include "replay/replica.hpp"
#include "run.hpp"
#include "sync/item_state.hpp"
#include "wbxml/pages/airsync.hpp"

namespace godwit::test {

namespace airsync = wbxml::airsync;

namespace {

struct TypeRow {
  std::string_view type;  // [MS-ASCMD] Type (FolderSync)
  ItemClass item_class;
  FolderRole role;  // none: a user's own
};
constexpr TypeRow types[] = {{"7", ItemClass::tasks, FolderRole::tasks},
                             {"8", ItemClass::calendar, FolderRole::calendar},
                             {"9", ItemClass::contacts, FolderRole::contacts},
                             {"10", ItemClass::notes, FolderRole::notes},
                             {"13", ItemClass::calendar, FolderRole::none},
                             {"14", ItemClass::contacts, FolderRole::none},
                             {"15", ItemClass::tasks, FolderRole::none},
                             {"17", ItemClass::notes, FolderRole::none}};

}  // namespace

bool Replica::make_collection(const std::string& id, std::string_view type) {
  for (const TypeRow& row : types) {
    if (row.type != type) continue;
    if (collections_.contains(id)) return true;
    const FolderKey key =
        row.role != FolderRole::none
            ? texts_->find(row.role)
            : test::run(texts_->create_collection(row.item_class, "Folder " + id)).value();
    collections_.emplace(id, TextCollection{key, row.item_class});
    return true;
  }
  return false;
}

bool Replica::make_collection_of(const std::string& id, std::string_view item_class) {
  constexpr std::pair<std::string_view, std::string_view> names[] = {
      {"Tasks", "7"}, {"Calendar", "8"}, {"Contacts", "9"}, {"Notes", "10"}};
  for (const auto& [name, type] : names) {
    if (name == item_class) return make_collection(id, type);
  }
  return false;
}

std::string Replica::href_of(const std::string& collection, const std::string& id) const {
  const auto known = items_.find(id);
  if (known == items_.end()) return id;
  for (const auto& [href, text] : texts_->texts(collections_.at(collection).key)) {
    if (sync::format_item_id(our_folder(collection), href) == known->second) return href;
  }
  return id;
}

void Replica::write_text(const std::string& collection, const std::string& id, const Node& data) {
  const TextCollection& place = collections_.at(collection);
  const command::ItemKind& kind = *command::find_kind(place.item_class);
  Node told(airsync::ApplicationData);
  told.children = data.children;
  const std::string document = client::encode(told);
  const auto element = wbxml::parse(document);
  const command::ItemOptions options{
      exchanges_.front()->version,
      {},
      {.zone = convert::Zone::utc(), .now = fixture_.clock.now(), .addresses = {}},
      {}};
  const std::optional<std::vector<wbxml::Tag>> supported;
  const auto made = kind.edit({.text = "",
                               .data = &*element,
                               .options = options,
                               .supported = supported,
                               .base = std::nullopt,
                               .uid = id,
                               .id = {},
                               .instance_id = {},
                               .now = fixture_.clock.now()});
  if (!made) throw std::runtime_error(id + " cannot be made: " + made.error().message);
  const std::string href = href_of(collection, id);
  const auto there = test::run(texts_->fetch(place.key, {href})).value();
  std::optional<std::string> etag;
  if (!there.empty()) etag = there.front().etag;
  if (!test::run(texts_->put(place.key, href, made->text, {etag}))) {
    throw std::runtime_error(id + " cannot be written");
  }
  items_[id] = sync::format_item_id(our_folder(collection), href);
}

void Replica::mirror_texts(const std::string& collection, const Node& commands) {
  for (const Node& command : commands.children) {
    const std::string id(command.text_of(airsync::ServerId));
    const Node* data = command.find(airsync::ApplicationData);
    if (command.tag == airsync::Change && data != nullptr) write_text(collection, id, *data);
    if (command.tag == airsync::Delete) {
      static_cast<void>(test::run(
          texts_->remove(collections_.at(collection).key, href_of(collection, id), std::nullopt)));
    }
  }
}

void Replica::learn_added(const Node& ours, const Node& theirs) {
  const Node* our_list = ours.find(airsync::Responses);
  const Node* their_list = theirs.find(airsync::Responses);
  if (our_list == nullptr || their_list == nullptr) return;
  for (const Node* mine : our_list->all(airsync::Add)) {
    for (const Node* other : their_list->all(airsync::Add)) {
      if (mine->text_of(airsync::ClientId) != other->text_of(airsync::ClientId)) continue;
      items_[std::string(other->text_of(airsync::ServerId))] = mine->text_of(airsync::ServerId);
    }
  }
}

}  // namespace godwit::test
