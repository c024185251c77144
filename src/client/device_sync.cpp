#include <algorithm>

#include "base/text.hpp"
#include "client/device_run.hpp"
#include "wbxml/pages/airsync.hpp"
#include "wbxml/pages/airsyncbase.hpp"
#include "wbxml/pages/email2.hpp"

namespace godwit::client {

namespace page = wbxml::airsync;

namespace {

constexpr std::size_t commands_max = 200;  // [MS-ASCMD] limits of commands in one Sync
constexpr unsigned empty_more_max = 8;     // MoreAvailable without a change: a loop begins
constexpr unsigned window_default = 100;   // [MS-ASCMD] WindowSize: absent means 100
constexpr unsigned window_most = 512;

unsigned effective_window(const std::optional<unsigned>& window) {
  if (!window) return window_default;
  return *window == 0 || *window > window_most ? window_most : *window;
}

Node command_request(const Command& command) {
  switch (command.kind) {
    case Command::Kind::add: {
      Node out(page::Add);
      if (!command.item_class.empty()) out.add(Node(page::Class, command.item_class));
      out.add(Node(page::ClientId, command.client_id));
      if (command.send) out.add(Node(wbxml::email2::Send));
      return out.add(Node(page::ApplicationData, command.data));
    }
    case Command::Kind::change: {
      Node out(page::Change, {Node(page::ServerId, command.server_id)});
      if (!command.instance_id.empty()) {
        out.add(Node(wbxml::airsyncbase::InstanceId, command.instance_id));
      }
      if (command.send) out.add(Node(wbxml::email2::Send));
      return out.add(Node(page::ApplicationData, command.data));
    }
    case Command::Kind::remove: {
      Node out(page::Delete, {Node(page::ServerId, command.server_id)});
      if (command.instance_id.empty()) return out;
      return out.add(Node(wbxml::airsyncbase::InstanceId, command.instance_id));
    }
    case Command::Kind::fetch:
      return Node(page::Fetch, {Node(page::ServerId, command.server_id)});
  }
  std::unreachable();
}

std::string_view answer_key(const Command& command) {
  return command.kind == Command::Kind::add ? command.client_id : command.server_id;
}

/// What may not change about a message that keeps its ServerId over a restart.
bool same_message(const Item& a, const Item& b) {
  for (const std::string_view property : {"Subject", "DateReceived"}) {
    const auto left = a.find(property);
    const auto right = b.find(property);
    if (left != a.end() && right != b.end() && left->second != right->second) return false;
  }
  return true;
}

}  // namespace

/// What a request said about a collection, for judging its answer.
struct Device::SentCollection {
  std::string id;
  std::string key;
  unsigned window = window_default;
  bool get_changes = true;
  std::vector<Command> commands;

  const Command* command(Command::Kind kind, std::string_view name) const {
    const auto found = std::ranges::find_if(commands, [&](const Command& candidate) {
      return candidate.kind == kind && answer_key(candidate) == name;
    });
    return found == commands.end() ? nullptr : &*found;
  }
};

struct Device::SentSync {
  std::vector<SentCollection> collections;
};

Node Device::collection_request(const std::string& id, const SyncOptions& options, SentSync& sent) {
  Collection& held = collection(id);
  Node out(page::Collection);
  // [MS-ASCMD] Class (Sync): up to 12.1 alone.
  if (settings_.version <= eas::Version::v12_1) out.add(Node(page::Class, item_class(id)));
  out.add(Node(page::SyncKey, held.sync_key)).add(Node(page::CollectionId, id));
  SentCollection record{.id = id,
                        .key = held.sync_key,
                        .window = effective_window(options.window_size),
                        .get_changes = options.get_changes.value_or(held.sync_key != "0"),
                        .commands = {}};
  if (options.deletes_as_moves) {
    out.add(Node(page::DeletesAsMoves, *options.deletes_as_moves ? "1" : "0"));
  }
  if (options.get_changes) out.add(Node(page::GetChanges, *options.get_changes ? "1" : "0"));
  if (options.window_size) out.add(Node(page::WindowSize, std::to_string(*options.window_size)));
  if (options.options) out.add(Node(page::Options, *options.options));
  if (options.send_pending && held.sync_key != "0" && !held.pending.empty()) {
    Node commands(page::Commands);
    for (const Command& command : held.pending) {
      if (record.commands.size() == commands_max) break;
      commands.add(command_request(command));
      record.commands.push_back(command);
    }
    out.add(std::move(commands));
  }
  sent.collections.push_back(std::move(record));
  return out;
}

Task<SyncOutcome> Device::sync(std::string collection, SyncOptions options) {
  return sync_many({{std::move(collection), std::move(options)}}, {});
}

Task<SyncOutcome> Device::sync_many(std::vector<std::pair<std::string, SyncOptions>> collections,
                                    SyncRequest request) {
  auto sent = std::make_shared<SentSync>();  // shared with the operation, which may be repeated
  Node body(page::Sync);
  if (!collections.empty()) {
    Node list(page::Collections);
    for (const auto& [id, options] : collections) list.add(collection_request(id, options, *sent));
    body.add(std::move(list));
  }
  std::chrono::seconds patience{60};
  if (request.wait_minutes) {
    body.add(Node(page::Wait, std::to_string(*request.wait_minutes)));
    patience += std::chrono::minutes(*request.wait_minutes);
  }
  if (request.heartbeat_seconds) {
    body.add(Node(page::HeartbeatInterval, std::to_string(*request.heartbeat_seconds)));
    patience += std::chrono::seconds(*request.heartbeat_seconds);
  }
  if (request.window_size) body.add(Node(page::WindowSize, std::to_string(*request.window_size)));
  if (request.partial) body.add(Node(page::Partial));
  if (request.partial && last_sync_) {
    for (const SentCollection& earlier : last_sync_->collections) {
      const bool named = std::ranges::find(sent->collections, earlier.id, &SentCollection::id) !=
                         sent->collections.end();
      if (!named) sent->collections.push_back(earlier);
    }
  }
  Wire wire = document("Sync", body);
  wire.patience = patience;
  co_return co_await run_sync(std::move(wire), std::move(sent));
}

Task<SyncOutcome> Device::empty_sync() {
  auto sent = std::make_shared<SentSync>();
  if (last_sync_) *sent = *last_sync_;
  // What an empty request repeats has no commands left, and the keys of now.
  for (SentCollection& record : sent->collections) {
    record.commands.clear();
    record.key = collection(record.id).sync_key;
  }
  Wire wire = wire_of(line("Sync"), {}, {});
  wire.patience = std::chrono::hours(1);
  return run_sync(std::move(wire), std::move(sent));
}

Task<SyncOutcome> Device::run_sync(Wire wire, std::shared_ptr<SentSync> sent) {
  return run<SyncOutcome>(std::move(wire), [this, sent](const Answer& answer, SyncOutcome& out) {
    out = SyncOutcome{};
    last_sync_ = sent;
    apply_sync(answer, *sent, out);
  });
}

Task<SyncOutcome> Device::sync_all(std::string id, SyncOptions options) {
  SyncOutcome total;
  for (;;) {
    const bool initial = collection(id).sync_key == "0";
    SyncOutcome step = co_await sync(id, options);
    if (step.lost || !step.ok()) co_return step;
    if (step.empty) break;
    const CollectionOutcome& now = step.collections[id];
    CollectionOutcome& sum = total.collections[id];
    sum.status = now.status;
    sum.responses.insert(now.responses.begin(), now.responses.end());
    for (const auto& [from, to] :
         {std::pair(&now.added, &sum.added), std::pair(&now.changed, &sum.changed),
          std::pair(&now.removed, &sum.removed), std::pair(&now.soft_deleted, &sum.soft_deleted)}) {
      to->insert(to->end(), from->begin(), from->end());
    }
    options.options.reset();  // the server remembers them
    const bool restarted = now.status == 3 && !initial;
    if (now.status != 1 && !restarted) break;
    if (!initial && !restarted && !now.more_available) break;
  }
  total.http_status = 200;
  total.status = 1;
  co_return total;
}

void Device::apply_sync(const Answer& answer, const SentSync& sent, SyncOutcome& outcome) {
  const auto root = read(answer, page::Sync, page::Status, outcome);
  if (!root) {
    if (answer.status != 200 || !answer.body.empty()) return;
    // [MS-ASCMD] Empty Sync Response: nothing changed, the keys stay; never in reply to commands.
    outcome.status = 1;
    outcome.empty = true;
    for (const SentCollection& record : sent.collections) {
      if (!record.commands.empty()) violate("sync.empty_answer_to_commands", record.id);
      if (record.key == "0") violate("sync.empty_answer_to_initial", record.id);
    }
    if (settings_.version < eas::Version::v12_1) {
      violate("sync.empty_answer_too_early", "an empty answer at 12.0");
    }
    return;
  }
  if (root->has(page::Limit)) outcome.limit = parse_number<unsigned>(root->text_of(page::Limit));
  const Node* collections = root->find(page::Collections);
  if (root->has(page::Status) && outcome.status != 1 && collections != nullptr) {
    violate("sync.status_with_collections", std::to_string(outcome.status));
  }
  if (collections == nullptr) return;
  for (const Node& child : collections->children) {
    const std::string id(child.text_of(page::CollectionId));
    const auto record = std::ranges::find(sent.collections, id, &SentCollection::id);
    if (record == sent.collections.end()) {
      violate("sync.unasked_collection", id);
      continue;
    }
    if (outcome.collections.contains(id)) violate("sync.collection_twice", id);
    apply_collection(child, *record, outcome.collections[id]);
  }
}

void Device::apply_collection(const Node& answer, const SentCollection& sent,
                              CollectionOutcome& out) {
  Collection& held = collection(sent.id);
  out.status = number(answer, page::Status);
  out.more_available = answer.has(page::MoreAvailable);
  const std::string key(answer.text_of(page::SyncKey));
  if (answer.has(page::SyncKey) && key.empty()) violate("sync.empty_key", sent.id);
  if (out.status != 1) {
    if (out.status == 3) restart(held);
    if (answer.has(page::Commands)) violate("sync.changes_with_failure", sent.id);
    return;
  }
  if (key.empty() || key == "0") return violate("sync.no_key", sent.id);
  const Node* commands = answer.find(page::Commands);
  if (sent.key == "0") {
    if (commands != nullptr || out.more_available) violate("sync.initial_with_items", sent.id);
    held.items.clear();
  } else if (key == sent.key && (commands != nullptr || !sent.commands.empty())) {
    violate("sync.key_not_advanced", sent.id);
  }
  held.sync_key = key;
  // Answered commands are done; those without an entry succeeded.
  std::erase_if(held.pending, [&](const Command& command) {
    return std::ranges::find(sent.commands, command.number, &Command::number) !=
           sent.commands.end();
  });
  for (const Command& command : sent.commands) {
    const auto item = held.items.find(command.server_id);
    if (item == held.items.end()) continue;
    if (!command.instance_id.empty()) {
      merge_occurrence(item->second, command.instance_id, command.data);
    } else if (command.kind == Command::Kind::change) {
      merge_properties(item->second, Node(page::ApplicationData, command.data));
    } else if (command.kind == Command::Kind::remove) {
      held.items.erase(item);  // it came anew after its user had removed it
    }
  }
  if (const Node* responses = answer.find(page::Responses)) {
    apply_responses(*responses, sent, held, out);
  }
  tell_commands(sent, out);
  for (const Command& command : sent.commands) {
    const bool wants = command.kind == Command::Kind::add || command.kind == Command::Kind::fetch;
    if (wants && !out.responses.contains(std::string(answer_key(command)))) {
      violate("sync.command_unanswered", std::string(answer_key(command)));
    }
  }
  if (commands != nullptr) {
    if (!sent.get_changes && sent.key != "0") violate("sync.unasked_changes", sent.id);
    apply_commands(*commands, sent, held, out);
  }
  held.empty_more = out.more_available && out.changes() == 0 ? held.empty_more + 1 : 0;
  if (held.empty_more > empty_more_max) violate("sync.more_available_loops", sent.id);
  if (out.changes() > sent.window) {
    violate("sync.window_exceeded",
            std::to_string(out.changes()) + " changes, asked for " + std::to_string(sent.window));
  }
}

void Device::tell_commands(const SentCollection& sent, const CollectionOutcome& out) const {
  if (!settings_.on_command) return;
  for (const Command& command : sent.commands) {
    const auto answered = out.responses.find(std::string(answer_key(command)));
    std::optional<int> status = answered == out.responses.end() ? 1 : answered->second;
    const auto of_the_item = std::ranges::count_if(sent.commands, [&](const Command& each) {
      return each.kind == command.kind && answer_key(each) == answer_key(command);
    });
    if (status != 1 && of_the_item > 1) status.reset();
    settings_.on_command(sent.id, command, status);
  }
}

void Device::apply_responses(const Node& responses, const SentCollection& sent, Collection& held,
                             CollectionOutcome& out) {
  std::set<std::pair<Command::Kind, std::string>> answered;
  for (const Node& response : responses.children) {
    const int status = number(response, page::Status);
    const std::string server_id(response.text_of(page::ServerId));
    const bool is_add = response.tag == page::Add;
    const std::string name = is_add ? std::string(response.text_of(page::ClientId)) : server_id;
    const Command::Kind kind = is_add                         ? Command::Kind::add
                               : response.tag == page::Change ? Command::Kind::change
                               : response.tag == page::Delete ? Command::Kind::remove
                                                              : Command::Kind::fetch;
    const Command* command = sent.command(kind, name);
    if (command == nullptr) {
      violate("responses.unasked", name_of(response.tag) + " " + name);
      continue;
    }
    // A request may change one item, or remove occurrences of it, twice; nothing else comes twice.
    const bool may_come_again = kind == Command::Kind::change || !command->instance_id.empty();
    if (!answered.emplace(kind, name).second && !may_come_again) violate("responses.twice", name);
    const auto told = out.responses.emplace(name, status).first;
    if (status != 1) told->second = status;
    // A draft that was sent at once is none.
    if (is_add && status == 1 && !(command->send && server_id.empty())) {
      if (server_id.empty()) violate("responses.add_without_id", name);
      if (held.items.contains(server_id)) violate("add.repeats_held_item", server_id);
      merge_properties(held.items[server_id], Node(page::ApplicationData, command->data));
      out.server_ids[name] = server_id;
    }
    const bool stays = kind == Command::Kind::remove && status != 1 && status != 8;
    if (stays && command->instance_id.empty()) {
      held.items[server_id] = command->before;
    }
    const bool gone = kind == Command::Kind::change && status == 8 && command->instance_id.empty();
    if (gone) lose(held, server_id);
    const Node* data = response.find(page::ApplicationData);
    if (data == nullptr) continue;
    if (kind == Command::Kind::fetch) merge_properties(out.fetched[server_id], *data);
    if (const Node* files = data->find(wbxml::airsyncbase::Attachments)) {
      for (const Node* file : files->all(wbxml::airsyncbase::Attachment)) {
        held.added_files[std::string(file->text_of(wbxml::airsyncbase::ClientId))] =
            file->text_of(wbxml::airsyncbase::FileReference);
      }
    }
  }
}

/// Not there any more; the server's own removal may still come. What its user edited meanwhile
/// stays in sight: the next request says so.
void Device::lose(Collection& held, const std::string& id) {
  const bool edited = std::ranges::any_of(held.pending, [&](const Command& command) {
    return command.kind == Command::Kind::change && command.server_id == id;
  });
  if (edited ? held.items.contains(id) : held.items.erase(id) > 0) expected_removals_.insert(id);
}

void Device::apply_commands(const Node& commands, const SentCollection& sent, Collection& held,
                            CollectionOutcome& out) {
  for (const Node& command : commands.children) {
    const std::string id(command.text_of(page::ServerId));
    const Node* data = command.find(page::ApplicationData);
    const auto item = held.items.find(id);
    if (command.tag == page::Add) {
      if (item != held.items.end() && expected_removals_.erase(id) == 0) {
        violate("add.repeats_held_item", id);
      }
      if (data == nullptr) return violate("add.no_data", id);
      Item& fresh = held.items[id] = {};
      merge_properties(fresh, *data);
      const auto earlier = held.before_restart.find(id);
      if (earlier != held.before_restart.end() && !same_message(earlier->second, fresh)) {
        violate("add.id_names_another_item", id);
      }
      out.added.push_back(id);
    } else if (command.tag == page::Change) {
      if (data == nullptr) return violate("change.no_data", id);
      if (item == held.items.end()) {
        // The user removed it after this request was made; the next one says so.
        const bool waits = std::ranges::any_of(held.pending, [&](const Command& other) {
          return other.kind == Command::Kind::remove && other.server_id == id;
        });
        if (!waits) violate("change.names_unheld_item", id);
        continue;
      }
      // Of mail its flags alone are sent; everything else comes whole.
      if (item_class(sent.id) != "Email") item->second.clear();
      merge_properties(item->second, *data);
      out.changed.push_back(id);
    } else {
      const auto waits = std::erase_if(held.pending, [&](const Command& command) {
        return command.kind == Command::Kind::remove && command.server_id == id;
      });
      const bool removed_here = waits > 0 || sent.command(Command::Kind::remove, id) != nullptr ||
                                out.responses.contains(id) || expected_removals_.erase(id) > 0;
      if (item == held.items.end() && !removed_here) violate("delete.names_unheld_item", id);
      held.items.erase(id);
      (command.tag == page::SoftDelete ? out.soft_deleted : out.removed).push_back(id);
    }
  }
}

void Device::restart(Collection& held) const {
  held.sync_key = "0";
  held.before_restart = std::move(held.items);
  held.items.clear();
  // [MS-ASCMD] Status 3: the device starts over; what was not accepted is lost with the old state.
  held.pending.clear();
  held.empty_more = 0;
}

}  // namespace godwit::client
