#include "eas/sync.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "base/text.hpp"
#include "wbxml/pages/airsync.hpp"
#include "wbxml/pages/airsyncbase.hpp"
#include "wbxml/pages/email2.hpp"

namespace godwit::eas {
namespace {

namespace airsync = wbxml::airsync;
namespace airsyncbase = wbxml::airsyncbase;
using wbxml::Element;

std::unexpected<Error> broken(const char* what) { return fail(Errc::malformed, what); }

/// [MS-ASCMD] WindowSize: 0 and everything above 512 mean 512.
std::optional<std::uint32_t> read_window(const Element& parent) {
  const Element* element = parent.find(airsync::WindowSize);
  if (element == nullptr) return std::nullopt;
  const auto value = parse_number<std::uint32_t>(element->text).value_or(0);
  return value == 0 || value > window_items_max ? window_items_max : value;
}

Result<std::uint8_t> small_number(const Element& element, unsigned greatest) {
  const auto value = parse_number<unsigned>(trim(element.text));
  if (!value || *value > greatest) return broken("a number is out of range");
  return static_cast<std::uint8_t>(*value);
}

/// [MS-ASDTYPE] boolean, where Microsoft's tests want a refusal of anything else.
Result<bool> strict_boolean(const Element& element) {
  const auto text = trim(element.text);
  if (text == "1" || text.empty()) return true;
  if (text == "0") return false;
  return broken("not a boolean");
}

Result<std::vector<SyncOptions>> read_all_options(const Element& collection, Version version) {
  std::vector<SyncOptions> all;
  std::set<std::string> classes;
  for (const Element& child : collection.children) {
    if (child.tag != airsync::Options) continue;
    auto options = read_sync_options(child, version);
    if (!options) return pass(options);
    // [MS-ASCMD] Options: two blocks only as one for SMS and one for the default class.
    if (!classes.insert(options->item_class).second) return broken("two Options of one class");
    all.push_back(std::move(*options));
  }
  if (all.size() > 2) return broken("more than two Options");
  if (all.size() == 2 && !classes.contains("SMS")) return broken("two Options, none for SMS");
  return all;
}

Result<SyncCommand> read_command(const Element& element) {
  SyncCommand command{};
  if (element.tag == airsync::Add) {
    command.kind = SyncCommand::Kind::add;
    command.id = element.text_of(airsync::ClientId);
  } else {
    if (element.tag == airsync::Change) {
      command.kind = SyncCommand::Kind::change;
    } else if (element.tag == airsync::Delete) {
      command.kind = SyncCommand::Kind::remove;
    } else if (element.tag == airsync::Fetch) {
      command.kind = SyncCommand::Kind::fetch;
    } else {
      return broken("unknown command in Commands");
    }
    command.id = element.text_of(airsync::ServerId);
  }
  if (command.id.empty() || command.id.size() > 64) return broken("command without an id");
  command.item_class = element.text_of(airsync::Class);
  command.send = element.has(wbxml::email2::Send);
  command.instance_id = element.text_of(airsyncbase::InstanceId);
  command.data = element.find(airsync::ApplicationData);
  const bool needs_data =
      command.kind == SyncCommand::Kind::add || command.kind == SyncCommand::Kind::change;
  if (needs_data && command.data == nullptr && !command.send) return broken("no ApplicationData");
  return command;
}

/// [MS-ASCMD] Collection (Sync): its children come in this order.
constexpr auto collection_order =
    std::to_array({airsync::Class, airsync::SyncKey, airsync::CollectionId, airsync::Supported,
                   airsync::DeletesAsMoves, airsync::GetChanges, airsync::WindowSize,
                   airsync::ConversationMode, airsync::Options, airsync::Commands});

Result<> check_order(const Element& collection) {
  std::size_t reached = 0;
  for (const Element& child : collection.children) {
    const auto at = std::ranges::find(collection_order, child.tag);
    if (at == collection_order.end()) return broken("unknown element in Collection");
    const auto position = static_cast<std::size_t>(at - collection_order.begin());
    if (position < reached) return broken("children of Collection out of order");
    reached = position;
  }
  return {};
}

Result<> read_commands(const Element& element, SyncCollection& collection, std::size_t& total) {
  for (const Element& child : element.children) {
    if (++total > sync_commands_max) return broken("more than 200 commands");
    auto command = read_command(child);
    if (!command) return pass(command);
    collection.commands.push_back(std::move(*command));
  }
  return {};
}

Result<SyncCollection> read_collection(const Element& element, Version version,
                                       std::size_t& commands) {
  if (auto ordered = check_order(element); !ordered) return pass(ordered);
  SyncCollection collection;
  collection.item_class = element.text_of(airsync::Class);
  collection.sync_key = element.text_of(airsync::SyncKey);
  collection.id = element.text_of(airsync::CollectionId);
  if (collection.id.empty()) return broken("no CollectionId");
  if (collection.sync_key.empty()) return broken("no SyncKey");
  if (const Element* supported = element.find(airsync::Supported)) {
    collection.supported.emplace();
    for (const Element& each : supported->children) collection.supported->push_back(each.tag);
  }
  collection.deletes_as_moves = element.boolean(airsync::DeletesAsMoves).value_or(true);
  collection.get_changes = element.boolean(airsync::GetChanges);
  collection.window = read_window(element);
  if (const Element* mode = element.find(airsync::ConversationMode)) {
    collection.conversation_mode = trim(mode->text) == "0" ? 0 : 1;
  }
  if (element.has(airsync::Options)) {
    auto options = read_all_options(element, version);
    if (!options) return pass(options);
    collection.options = std::move(*options);
  }
  if (const Element* list = element.find(airsync::Commands)) {
    if (auto read = read_commands(*list, collection, commands); !read) return pass(read);
  }
  // [MS-ASCMD] Add (Sync): the recipient information cache is the server's own.
  const bool adds = std::ranges::find(collection.commands, SyncCommand::Kind::add,
                                      &SyncCommand::kind) != collection.commands.end();
  if (collection.id == "RI" && adds) return broken("Add to the recipient information cache");
  // [MS-ASCMD] SyncKey: key 0 asks for a state only.
  if (collection.is_initial() && collection.get_changes.value_or(false)) {
    return broken("GetChanges with SyncKey 0");
  }
  if (collection.is_initial() && !collection.commands.empty()) {
    return broken("commands with SyncKey 0");
  }
  return collection;
}

Result<> read_collections(const Element& list, Version version, SyncRequest& request) {
  std::size_t commands = 0;
  std::set<std::string> ids;
  for (const Element& child : list.children) {
    if (child.tag != airsync::Collection) return broken("unknown element in Collections");
    auto collection = read_collection(child, version, commands);
    if (!collection) return pass(collection);
    if (!ids.insert(collection->id).second) return broken("the same collection twice");
    request.collections.push_back(std::move(*collection));
  }
  return {};
}

}  // namespace

Result<BodyPreference> read_body_preference(const Element& element) {
  constexpr auto order = std::to_array({airsyncbase::Type, airsyncbase::TruncationSize,
                                        airsyncbase::AllOrNone, airsyncbase::Preview});
  BodyPreference preference;
  std::size_t next = 0;
  for (const Element& child : element.children) {
    const auto at =
        std::find(order.begin() + static_cast<std::ptrdiff_t>(next), order.end(), child.tag);
    if (at == order.end()) return broken("children of BodyPreference out of order");
    next = static_cast<std::size_t>(at - order.begin()) + 1;
    if (child.tag == airsyncbase::Type) {
      auto type = small_number(child, 4);
      if (!type || *type == 0) return broken("unknown body Type");
      preference.type = *type;
    } else if (child.tag == airsyncbase::TruncationSize) {
      preference.truncation_size = parse_number<std::uint64_t>(trim(child.text));
      if (!preference.truncation_size) return broken("TruncationSize is no number");
    } else if (child.tag == airsyncbase::AllOrNone) {
      auto value = strict_boolean(child);
      if (!value) return pass(value);
      preference.all_or_none = *value;
    } else {
      const auto characters = parse_number<unsigned>(trim(child.text));
      if (!characters || *characters > 255) return broken("Preview beyond 255 characters");
      preference.preview = static_cast<std::uint16_t>(*characters);
    }
  }
  if (!element.has(airsyncbase::Type)) return broken("BodyPreference without Type");
  return preference;
}

Result<SyncOptions> read_sync_options(const Element& element, Version version) {
  SyncOptions options;
  std::set<std::uint8_t> types;
  for (const Element& child : element.children) {
    if (child.tag == airsync::FilterType) {
      auto value = small_number(child, 255);
      if (!value) return pass(value);
      options.filter_type = *value;
    } else if (child.tag == airsync::Class) {
      options.item_class = child.text;
    } else if (child.tag == airsync::Conflict) {
      auto value = small_number(child, 1);
      if (!value) return pass(value);
      options.conflict = *value;
    } else if (child.tag == airsync::MIMESupport) {
      auto value = small_number(child, 2);
      if (!value) return pass(value);
      options.mime_support = *value;
    } else if (child.tag == airsync::MIMETruncation) {
      auto value = small_number(child, 8);
      if (!value) return pass(value);
      options.mime_truncation = *value;
    } else if (child.tag == airsyncbase::BodyPreference) {
      auto preference = read_body_preference(child);
      if (!preference) return pass(preference);
      if (!types.insert(preference->type).second) return broken("two BodyPreference of one Type");
      options.bodies.push_back(*preference);
    } else if (child.tag == airsyncbase::BodyPartPreference && version >= Version::v14_1) {
      auto preference = read_body_preference(child);
      if (!preference) return pass(preference);
      options.body_parts.push_back(*preference);
    }
  }
  return options;
}

Result<SyncRequest> read_sync(const Element& root, Version version) {
  SyncRequest request;
  request.partial = root.has(airsync::Partial);
  request.window = read_window(root);
  if (const Element* wait = root.find(airsync::Wait)) {
    request.wait_minutes = parse_number<std::int64_t>(trim(wait->text));
    if (!request.wait_minutes) return broken("Wait is no number");
  }
  if (const Element* heartbeat = root.find(airsync::HeartbeatInterval)) {
    request.heartbeat_seconds = parse_number<std::int64_t>(trim(heartbeat->text));
    if (!request.heartbeat_seconds) return broken("HeartbeatInterval is no number");
  }
  if (request.wait_minutes && request.heartbeat_seconds) {
    return broken("Wait together with HeartbeatInterval");
  }
  if (const Element* list = root.find(airsync::Collections)) {
    request.has_collections = true;
    if (auto read = read_collections(*list, version, request); !read) return pass(read);
  }
  if (!request.has_collections && !request.partial) return broken("Sync without Collections");
  return request;
}

}  // namespace godwit::eas
