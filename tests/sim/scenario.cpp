#include "sim/scenario.hpp"

#include <fmt/format.h>

#include <array>
#include <optional>

#include "convert/header.hpp"
#include "run.hpp"

namespace godwit::sim {
namespace {

constexpr std::array mail_types{2, 4, 5, 12};
constexpr int trash_type = 4;
constexpr int user_type = 12;

client::SyncOptions window(unsigned size) {
  client::SyncOptions options;
  options.window_size = size;
  return options;
}

}  // namespace

Scenario::Scenario(std::uint64_t seed) : world_(seed), random_(seed) {
  test::run(world_.device().folder_sync());
  for (int i = 0; i < 5; ++i) deliver();
}

void Scenario::run(unsigned steps) {
  for (unsigned i = 0; i < steps; ++i) step();
}

void Scenario::step() {
  struct Weighted {
    Action action;
    unsigned weight;
  };
  static constexpr std::array actions{
      Weighted{&Scenario::deliver, 12},
      Weighted{&Scenario::desktop_flags, 10},
      Weighted{&Scenario::desktop_removes, 3},
      Weighted{&Scenario::desktop_moves, 4},
      Weighted{&Scenario::device_reads, 14},
      Weighted{&Scenario::device_removes, 8},
      Weighted{&Scenario::device_moves, 6},
      Weighted{&Scenario::device_syncs, 30},
      Weighted{&Scenario::device_syncs_all, 3},
      Weighted{&Scenario::device_lists_folders, 4},
      Weighted{&Scenario::device_changes_folders, 4},
      Weighted{&Scenario::repeat_lost, 8},
      Weighted{&Scenario::restart, 1},
      Weighted{&Scenario::time_passes, 3},
  };
  unsigned total = 0;
  for (const Weighted& each : actions) total += each.weight;
  unsigned at = pick(total);
  for (const Weighted& each : actions) {
    if (at < each.weight) return (this->*each.action)();
    at -= each.weight;
  }
}

void Scenario::before_request() {
  if (world_.device().has_lost()) repeat_lost();
  if (chance(5)) {
    world_.device().lose_next_answer();
    ++lost_answers_;
  }
  if (chance(4)) world_.killer().arm(static_cast<Step>(pick(step_count)), 1 + pick(2));
}

void Scenario::after_request() {
  world_.killer().disarm();
  if (world_.killer().dead()) ++restarts_;
  world_.bring_back();
}

void Scenario::deliver() { world_.deliver(fmt::format("mail {}", world_.delivered().size())); }

std::optional<Scenario::Place> Scenario::random_message() {
  auto& mail = world_.desktop();
  std::vector<Place> all;
  for (const auto& folder : test::run(mail.folders())) {
    const auto status = test::run(mail.status(folder.key));
    const auto uids = test::run(mail.search(folder.key, std::nullopt))->to_vector();
    if (uids.empty()) continue;
    all.push_back(
        {folder.key, status->uid_validity, uids[pick(static_cast<unsigned>(uids.size()))], ""});
  }
  if (all.empty()) return std::nullopt;
  Place place = all[pick(static_cast<unsigned>(all.size()))];
  const auto fetched = test::run(mail.fetch(place.folder, place.uid_validity, {place.uid}));
  const convert::Header header(fetched->front().header);
  place.message_id = convert::first_message_id(header.get("Message-ID"));
  return place;
}

void Scenario::desktop_flags() {
  const auto place = random_message();
  if (!place) return;
  backend::FlagChange change;
  if (chance(2)) change.seen = chance(2);
  if (chance(3)) change.flagged = chance(2);
  static_cast<void>(test::run(
      world_.desktop().store_flags(place->folder, place->uid_validity, place->uid, change)));
}

void Scenario::desktop_removes() {
  const auto place = random_message();
  if (!place) return;
  may_be_gone_.insert(place->message_id);
  static_cast<void>(test::run(world_.desktop().expunge(place->folder, place->uid_validity,
                                                       UidSet{{place->uid, place->uid}})));
}

void Scenario::desktop_moves() {
  const auto place = random_message();
  if (!place) return;
  const auto folders = test::run(world_.desktop().folders());
  const FolderKey target = folders[pick(static_cast<unsigned>(folders.size()))].key;
  if (target == place->folder) return;
  static_cast<void>(
      test::run(world_.desktop().move(place->folder, place->uid_validity, place->uid, target)));
}

std::vector<std::string> Scenario::mail_folders() {
  std::vector<std::string> ids;
  for (const auto& [id, folder] : world_.device().folders()) {
    for (const int type : mail_types) {
      if (folder.type == type) ids.push_back(id);
    }
  }
  return ids;
}

std::pair<std::string, std::string> Scenario::random_item() {
  std::vector<std::pair<std::string, std::string>> all;
  for (const std::string& id : mail_folders()) {
    for (const auto& [server_id, item] : world_.device().collection(id).items) {
      all.emplace_back(id, server_id);
    }
  }
  if (all.empty()) return {};
  return all[pick(static_cast<unsigned>(all.size()))];
}

void Scenario::device_reads() {
  const auto [collection, item] = random_item();
  if (!item.empty()) world_.device().set_read(collection, item, chance(2));
}

void Scenario::device_removes() {
  const auto [collection, item] = random_item();
  if (item.empty()) return;
  const auto* trash = world_.device().folder_of_type(trash_type);
  if (trash != nullptr && trash->id == collection) forget_all_in(collection);
  world_.device().remove(collection, item);
}

/// Everything of the folder may go for good: the mails' ids are not known to the device.
void Scenario::forget_all_in(const std::string& collection) {
  for (const auto& [id, content] : world_.mailboxes()) {
    if (id != collection) continue;
    for (const auto& [server_id, read] : content.read) {
      static_cast<void>(read);
      const auto dot = server_id.rfind('.');
      const auto uid = static_cast<Uid>(std::stoul(server_id.substr(dot + 1)));
      const auto folder = FolderKey::parse(content.key);
      const auto status = test::run(world_.desktop().status(*folder));
      const auto fetched = test::run(world_.desktop().fetch(*folder, status->uid_validity, {uid}));
      for (const Message& message : *fetched) {
        const convert::Header header(message.header);
        may_be_gone_.insert(convert::first_message_id(header.get("Message-ID")));
      }
    }
  }
}

void Scenario::device_moves() {
  const auto [collection, item] = random_item();
  const auto folders = mail_folders();
  if (item.empty() || folders.empty()) return;
  const std::string& target = folders[pick(static_cast<unsigned>(folders.size()))];
  if (target == collection) return;
  before_request();
  static_cast<void>(test::run(world_.device().move(item, collection, target)));
  after_request();
}

void Scenario::device_syncs() {
  const auto folders = mail_folders();
  if (folders.empty()) return;
  const std::string& id = folders[pick(static_cast<unsigned>(folders.size()))];
  before_request();
  note(test::run(world_.device().sync(id, window(1 + pick(5)))));
  after_request();
}

void Scenario::device_syncs_all() {
  for (const std::string& id : mail_folders()) {
    before_request();
    note(test::run(world_.device().sync(id, window(20))));
    after_request();
  }
}

void Scenario::device_lists_folders() {
  before_request();
  static_cast<void>(test::run(world_.device().folder_sync()));
  after_request();
}

void Scenario::device_changes_folders() {
  std::vector<std::string> own;
  for (const auto& [id, folder] : world_.device().folders()) {
    if (folder.type == user_type && folder.name.starts_with("made")) own.push_back(id);
  }
  const bool make = own.size() < 3;
  const std::string name = fmt::format("made {}", folders_made_++);
  before_request();
  if (make) {
    static_cast<void>(test::run(world_.device().folder_create("0", name, user_type)));
  } else {
    const std::string& id = own[pick(static_cast<unsigned>(own.size()))];
    if (chance(2)) {
      static_cast<void>(test::run(world_.device().folder_update(id, "0", name)));
    } else {
      forget_all_in(id);
      static_cast<void>(test::run(world_.device().folder_delete(id)));
    }
  }
  after_request();
}

void Scenario::repeat_lost() {
  if (!world_.device().has_lost()) return;
  // Most phones repeat; some give up and go on with the old key and more commands.
  if (chance(3)) {
    world_.device().forget_lost();
    return;
  }
  if (chance(3)) world_.killer().arm(static_cast<Step>(pick(step_count)), 1);
  static_cast<void>(test::run(world_.device().repeat_lost()));
  after_request();
}

void Scenario::restart() {
  world_.restart();
  ++restarts_;
}

void Scenario::time_passes() { world_.clock().advance(std::chrono::minutes(1 + pick(600))); }

std::string Scenario::settle_and_check() {
  world_.killer().disarm();
  world_.bring_back();
  constexpr int rounds = 3;
  for (int round = 0; round < rounds; ++round) {
    if (world_.device().has_lost()) static_cast<void>(test::run(world_.device().repeat_lost()));
    static_cast<void>(test::run(world_.device().folder_sync()));
    for (const std::string& id : mail_folders()) {
      const auto outcome = test::run(world_.device().sync_all(id, window(50)));
      note(outcome);
      if (!outcome.ok() && round == rounds - 1) {
        return fmt::format("folder {} does not sync: HTTP {}, status {}", id, outcome.http_status,
                           outcome.status);
      }
    }
  }
  return complaint_.empty() ? compare() : complaint_;
}

/// Nothing here rebuilds a mailbox: a key that was given must be good.
void Scenario::note(const client::SyncOutcome& outcome) {
  for (const auto& [id, collection] : outcome.collections) {
    if (collection.status == 3) complaint_ = fmt::format("a key of folder {} is stale", id);
  }
}

std::string Scenario::compare() {
  for (const auto& [id, count] : world_.copies()) {
    if (count > 1) return fmt::format("mail {} is there {} times", id, count);
  }
  const auto copies = world_.copies();
  for (const std::string& id : world_.delivered()) {
    if (!copies.contains(id) && !may_be_gone_.contains(id))
      return fmt::format("mail {} is lost", id);
  }
  const auto boxes = world_.mailboxes();
  for (const std::string& id : mail_folders()) {
    const auto box = boxes.find(id);
    if (box == boxes.end()) return fmt::format("the device holds a folder {} that is gone", id);
    const auto& items = world_.device().collection(id).items;
    for (const auto& [server_id, read] : box->second.read) {
      const auto item = items.find(server_id);
      if (item == items.end()) return fmt::format("the device misses {}", server_id);
      if (item->second.at("Read") != (read ? "1" : "0")) {
        return fmt::format("{} is read at one side only", server_id);
      }
    }
    for (const auto& [server_id, item] : items) {
      if (!box->second.read.contains(server_id)) {
        return fmt::format("the device holds {}, which is gone", server_id);
      }
    }
  }
  return {};
}

}  // namespace godwit::sim
