#include "sim/scenario.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.hpp"
#include "convert/header.hpp"

namespace godwit::sim {
namespace {

constexpr std::array mail_types{2, 4, 5, 12};
constexpr int trash_type = 4;
constexpr int user_type = 12;
constexpr int ping_changes = 2;
constexpr int ping_expired = 1;
// Before 14.0 a phone is told by an HTTP status alone what became of a letter, and cannot know
// whether it is to send it again.
constexpr std::array other_versions{eas::Version::v14_1, eas::Version::v16_0, eas::Version::v14_0};

client::SyncOptions window(unsigned size) {
  client::SyncOptions options;
  options.window_size = size;
  return options;
}

}  // namespace

Scenario::Scenario(std::uint64_t seed, MakeSide make_side)
    : Trouble(seed, make_side), drafts_(world(), [this](unsigned below) { return pick(below); }) {
  world().add_phone(other_versions.at(seed % other_versions.size()));
  for (unsigned phone = world().phones(); phone-- > 0;) {
    world().take_phone(phone);
    world().run(world().device().folder_sync());
  }
  for (int i = 0; i < 5; ++i) deliver();
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
      Weighted{&Scenario::device_empties, 1},
      Weighted{&Scenario::device_sends, 10},
      Weighted{&Scenario::device_writes_draft, 4},
      Weighted{&Scenario::device_edits_draft, 10},
      Weighted{&Scenario::device_sends_draft, 5},
      Weighted{&Scenario::desktop_writes_draft, 2},
      Weighted{&Scenario::desktop_edits_draft, 3},
      Weighted{&Scenario::device_pings, 4},
      Weighted{&Scenario::repeat_lost, 8},
      Weighted{&Scenario::restart, 1},
      Weighted{&Scenario::time_passes, 3},
      Weighted{&Scenario::queue_works, 3},
      Weighted{&Scenario::other_phone, 4},
  };
  (this->*pick_weighted(actions))();
}

void Scenario::do_more() {
  if (chance(2)) drafts_.phone_edits();
  device_reads();
  device_removes();
}

void Scenario::give_up_lost() {
  open_letter_.reset();
  open_removal_.reset();
}

void Scenario::other_phone() {
  while (world().device().has_lost()) repeat_lost();
  give_up_lost();
  world().take_phone(pick(world().phones()));
}

void Scenario::administrator_repairs() {
  const auto [collection, item] = random_item();
  if (!item.empty()) repair(collection, true, item);
}

void Scenario::deliver() { world().deliver(fmt::format("mail {}", world().delivered())); }

std::optional<Scenario::Place> Scenario::random_message() {
  auto& mail = world().desktop();
  std::vector<Place> all;
  for (const auto& folder : world().run(mail.folders())) {
    const auto status = world().run(mail.status(folder.key));
    const auto uids = world().run(mail.search(folder.key, std::nullopt))->to_vector();
    if (uids.empty()) continue;
    all.push_back(
        {folder.key, status->uid_validity, uids[pick(static_cast<unsigned>(uids.size()))], ""});
  }
  if (all.empty()) return std::nullopt;
  Place place = all[pick(static_cast<unsigned>(all.size()))];
  const auto fetched = world().run(mail.fetch(place.folder, place.uid_validity, {place.uid}));
  place.identity = World::identity(fetched->front().header);
  return place;
}

void Scenario::desktop_flags() {
  const auto place = random_message();
  if (!place) return;
  backend::FlagChange change;
  if (chance(2)) change.seen = chance(2);
  if (chance(3)) change.flagged = chance(2);
  static_cast<void>(world().run(
      world().desktop().store_flags(place->folder, place->uid_validity, place->uid, change)));
}

void Scenario::desktop_removes() {
  const auto place = random_message();
  if (!place) return;
  may_be_gone_.insert(place->identity);
  drafts_.moved(place->identity);
  static_cast<void>(world().run(world().desktop().expunge(place->folder, place->uid_validity,
                                                          UidSet{{place->uid, place->uid}})));
}

void Scenario::desktop_moves() {
  const auto place = random_message();
  if (!place) return;
  const auto folders = world().run(world().desktop().folders());
  const FolderKey target = folders[pick(static_cast<unsigned>(folders.size()))].key;
  if (target == place->folder) return;
  drafts_.moved(place->identity);
  static_cast<void>(
      world().run(world().desktop().move(place->folder, place->uid_validity, place->uid, target)));
}

std::vector<std::string> Scenario::mail_folders() {
  std::vector<std::string> ids;
  for (const auto& [id, folder] : world().device().folders()) {
    for (const int type : mail_types) {
      if (folder.type == type) ids.push_back(id);
    }
    if (id == drafts_.folder()) ids.push_back(id);
  }
  return ids;
}

std::vector<std::string> Scenario::synced_folders() {
  auto ids = mail_folders();
  std::erase_if(
      ids, [&](const std::string& id) { return world().device().collection(id).sync_key == "0"; });
  return ids;
}

std::pair<std::string, std::string> Scenario::random_item() {
  std::vector<std::pair<std::string, std::string>> all;
  for (const std::string& id : mail_folders()) {
    for (const auto& [server_id, item] : world().device().collection(id).items) {
      all.emplace_back(id, server_id);
    }
  }
  if (all.empty()) return {};
  return all[pick(static_cast<unsigned>(all.size()))];
}

void Scenario::device_reads() {
  const auto [collection, item] = random_item();
  if (!item.empty()) world().device().set_read(collection, item, chance(2));
}

void Scenario::device_removes() {
  const auto [collection, item] = random_item();
  if (item.empty()) return;
  if (collection == drafts_.folder()) drafts_.leaves(item);
  const auto* trash = world().device().folder_of_type(trash_type);
  if (trash != nullptr && trash->id == collection) forget_all_in(collection);
  if (trash != nullptr) note_own_move(collection, item, trash->id);
  world().device().remove(collection, item);
}

/// Everything of the folder may go for good: the mails' ids are not known to the device.
void Scenario::forget_all_in(const std::string& collection) {
  const auto boxes = world().mailboxes();
  const auto box = boxes.find(collection);
  if (box == boxes.end()) {
    // Renamed by a request that died before its outcome: the server finds it by its next listing.
    for (const std::string& identity : world().unlisted()) may_be_gone_.insert(identity);
    return;
  }
  for (const auto& [id, mail] : box->second.mails) {
    may_be_gone_.insert(World::identity(mail.header));
  }
}

void Scenario::device_moves() {
  const auto [collection, item] = random_item();
  const auto folders = mail_folders();
  if (item.empty() || folders.empty()) return;
  const std::string from = collection;
  const std::string name = item;
  const std::string& target = folders[pick(static_cast<unsigned>(folders.size()))];
  if (target == collection) return;
  if (collection == drafts_.folder()) {
    if (drafts_.edits(item)) return;
    drafts_.leaves(item);
  }
  note_own_move(collection, item, target);
  request(steps_of_change(), [&] { return world().device().move(name, from, target); });
}

/// A device's own doing does not end its Ping (engine.md §3), wherever the mail came to lie by it.
void Scenario::note_own_move(const std::string& collection, const std::string& item,
                             const std::string& target) {
  const auto& subject = world().device().collection(collection).items.at(item).at("Subject");
  for (const std::string& name : drafts_.moved(subject)) {
    own_moves_.insert({world().phone(), target, name});
  }
}

/// What the device has seen where it moved it to is somebody else's doing from then on.
void Scenario::forget_own_moves() {
  std::erase_if(own_moves_, [&](const OwnMove& move) {
    if (move.phone != world().phone()) return false;
    if (!world().device().folders().contains(move.target)) return true;
    return std::ranges::any_of(
        world().device().collection(move.target).items,
        [&](const auto& item) { return item.second.at("Subject") == move.subject; });
  });
}

void Scenario::request_syncs(const std::string& collection, unsigned size) {
  client::SyncOptions options = window(size);
  auto steps = steps_of_change();
  if (collection == drafts_.folder()) {
    const auto waiting = drafts_.waiting();
    if (waiting == Drafts::Waiting::edits) steps = steps_of_draft();
    if (waiting == Drafts::Waiting::sends) steps = steps_of_sent_draft();
    if (waiting != Drafts::Waiting::nothing && chance(8)) drafts_.interrupt_next();
    options.options = drafts_.options();
  }
  request(steps, [&] { return world().device().sync(collection, options); });
  world().drafts().between = nullptr;
}

void Scenario::syncs_draft() {
  if (chance(2) && !drafts_.folder().empty()) request_syncs(drafts_.folder(), 1 + pick(5));
}

void Scenario::device_writes_draft() {
  drafts_.phone_writes();
  syncs_draft();
}

void Scenario::device_edits_draft() {
  drafts_.phone_edits();
  syncs_draft();
}

void Scenario::device_sends_draft() {
  drafts_.phone_sends();
  syncs_draft();
}

void Scenario::device_syncs() {
  const auto folders = mail_folders();
  if (folders.empty()) return;
  request_syncs(folders[pick(static_cast<unsigned>(folders.size()))], 1 + pick(5));
}

void Scenario::device_syncs_all() {
  for (const std::string& id : mail_folders()) {
    // An earlier answer may have taken it away.
    if (world().device().folders().contains(id)) request_syncs(id, 20);
  }
}

void Scenario::device_lists_folders() {
  request(steps_of_change(), [&] { return world().device().folder_sync(); });
}

void Scenario::device_changes_folders() {
  std::vector<std::string> own;
  for (const auto& [id, folder] : world().device().folders()) {
    if (folder.type == user_type && folder.name.starts_with("made")) own.push_back(id);
  }
  const bool make = own.size() < 3;
  const std::string name = fmt::format("made {}", folders_made_++);
  if (make) {
    request(steps_of_change(),
            [&] { return world().device().folder_create("0", name, user_type); });
    return;
  }
  const std::string id = own[pick(static_cast<unsigned>(own.size()))];
  if (chance(2)) {
    request(steps_of_change(), [&] { return world().device().folder_update(id, "0", name); });
    return;
  }
  while (world().device().has_lost()) repeat_lost();
  if (!world().device().folders().contains(id)) return;
  forget_all_in(id);
  const auto outcome =
      request(steps_of_change(), [&] { return world().device().folder_delete(id); });
  if (outcome.lost) open_removal_ = id;
}

void Scenario::device_empties() {
  std::vector<std::string> some;
  for (const auto& [id, folder] : world().device().folders()) {
    if (folder.type == user_type || folder.type == trash_type) some.push_back(id);
  }
  if (some.empty()) return;
  const std::string id = some[pick(static_cast<unsigned>(some.size()))];
  while (world().device().has_lost()) repeat_lost();
  forget_all_in(id);
  before_request(steps_of_change(), Fate::alone);
  const auto outcome = world().run(world().device().empty_folder(id, false));
  if (outcome.lost) open_removal_ = id;
  after_request();
}

void Scenario::device_sends() {
  if (world().device().has_lost()) repeat_lost();
  auto waiting = outbox_.waiting();
  std::erase_if(waiting, [&](std::size_t each) { return writers_.at(each) != world().phone(); });
  std::size_t number = 0;
  if (!waiting.empty() && chance(2)) {
    number = waiting[pick(static_cast<unsigned>(waiting.size()))];
  } else {
    Outbox::Wishes wishes;
    wishes.save = !chance(4);
    wishes.own_message_id = chance(2);
    wishes.two_outside = chance(4);
    wishes.to_self = world().side().delivers_to_self() && chance(4);
    const auto [collection, item] = random_item();
    if (!item.empty() && !chance(4)) {
      wishes.kind = chance(2) ? Outbox::Kind::reply : Outbox::Kind::forward;
      wishes.replace = chance(3);
      wishes.folder_id = collection;
      wishes.item_id = item;
    }
    number = outbox_.write(world().side().address(), wishes);
    writers_[number] = world().phone();
    ++counted().letters;
  }
  const auto outcome = request(steps_of_sending(), [&] {
    open_letter_ = number;
    return send(world().device(), outbox_.letter(number));
  });
  note_letter(outcome);
}

void Scenario::note_letter(const client::Outcome& outcome) {
  if (!open_letter_) return;
  outbox_.note(*open_letter_, outcome);
  if (!outcome.lost) open_letter_.reset();
}

/// A Ping beside another request, and what it says held against what there is.
void Scenario::device_pings() {
  const auto folders = synced_folders();
  if (folders.empty() || world().pings()) return;
  if (world().device().has_lost()) repeat_lost();
  ++counted().pings;
  forget_own_moves();
  constexpr unsigned heartbeat = 600;
  auto end = world().ping(folders, heartbeat);
  if (!end && chance(2)) {
    const std::string& id = folders[pick(static_cast<unsigned>(folders.size()))];
    if (chance(2)) {
      request_syncs(id, 5);
    } else {
      device_moves();
    }
    end = world().ping_end();
    if (!world().pings()) return;  // ended by the newer request or by a kill
  }
  if (!end) {
    world().clock().advance(std::chrono::seconds(heartbeat + 1));
    end = world().ping_end();
    if (!end) return complain("a Ping did not end in time");
    if (end->status == ping_expired) check_quiet(folders);
  } else if (end->status == ping_changes && end->folders.empty()) {
    complain("a Ping names no folder");
  }
}

/// The Ping slept: nothing can have come that the device does not know.
void Scenario::check_quiet(const std::vector<std::string>& folders) {
  give_up_lost();
  for (const std::string& id : folders) {
    if (!world().device().folders().contains(id)) continue;
    // A Sync that leaves out what was asked for before is not the same request without an answer.
    const bool drafts = id == drafts_.folder();
    if (drafts && drafts_.waiting() != Drafts::Waiting::nothing) continue;
    client::SyncOptions options = window(5);
    options.send_pending = false;  // what the device removes comes to the trash
    const auto outcome = world().run(world().device().sync(id, options));
    const auto found = outcome.collections.find(id);
    if (found == outcome.collections.end()) continue;
    const auto& items = world().device().collection(id).items;
    for (const std::string& added : found->second.added) {
      const OwnMove move{world().phone(), id, items.at(added).at("Subject")};
      if (own_moves_.contains(move) || drafts_.wrote(move.subject)) continue;
      complain(fmt::format("a Ping slept over {}", added));
    }
  }
  after_request();
}

void Scenario::repeat_lost() {
  if (!world().device().has_lost()) return;
  const auto letter = std::exchange(open_letter_, std::nullopt);
  const auto removal = std::exchange(open_removal_, std::nullopt);
  // Most phones repeat; some give up and go on with the old key and more commands.
  if (chance(3)) {
    world().device().forget_lost();
    return;
  }
  // What came since may go with the rest: a folder goes whole, and after ten minutes the emptying
  // of a folder is another one.
  if (removal) forget_all_in(*removal);
  const auto steps = letter ? steps_of_sending() : steps_of_change();
  if (chance(3)) {
    world().killer().arm(steps[pick(static_cast<unsigned>(steps.size()))], 1);
  }
  const auto outcome = world().run(world().device().repeat_lost());
  open_letter_ = letter;
  note_letter(outcome);
  if (outcome.lost) open_removal_ = removal;
  after_request();
}

void Scenario::queue_works() {
  if (chance(4)) world().killer().arm(chance(2) ? Step::hop_before : Step::hop_after, 1);
  if (chance(6)) world().killer().arm(Step::disk, 1 + pick(40));
  try {
    world().run(world().queue().work());
  } catch (const Fault&) {
    if (!world().killer().dead()) throw;
  }
  if (!world().killer().dead()) world().internet().settled();
  after_request();
}

std::string Scenario::settle_and_check() {
  world().killer().disarm();
  // A new process, with nothing watched: what a server tells late is not waited for.
  world().restart();
  world().internet().be_kind();
  open_letter_.reset();
  for (const std::size_t number : outbox_.waiting()) {
    world().take_phone(writers_.at(number));
    outbox_.note(number, world().run(send(world().device(), outbox_.letter(number))));
  }
  for (unsigned phone = 0; phone < world().phones(); ++phone) {
    world().take_phone(phone);
    static_cast<void>(settle_folders(false));
  }
  constexpr int queue_rounds = 50;
  for (int i = 0; i < queue_rounds && !world().run(world().queue().list()).empty(); ++i) {
    world().clock().advance(std::chrono::hours(2));
    world().run(world().queue().work());
  }
  if (!world().run(world().queue().list()).empty()) return "the queue does not become empty";
  constexpr int rounds = 3;
  for (int round = 0; round < rounds; ++round) {
    for (unsigned phone = 0; phone < world().phones(); ++phone) {
      world().take_phone(phone);
      const std::string wrong = settle_folders(round == rounds - 1);
      if (!wrong.empty()) return fmt::format("phone {}: {}", phone + 1, wrong);
    }
  }
  return complaint().empty() ? compare() : complaint();
}

std::string Scenario::settle_folders(bool last) {
  if (world().device().has_lost()) static_cast<void>(world().run(world().device().repeat_lost()));
  static_cast<void>(world().run(world().device().folder_sync()));
  for (const std::string& id : mail_folders()) {
    const auto outcome = world().run(world().device().sync_all(id, window(50)));
    check_keys();
    if (!outcome.ok() && last) {
      return fmt::format("folder {} does not sync: HTTP {}, status {}", id, outcome.http_status,
                         outcome.status);
    }
  }
  return {};
}

std::string Scenario::compare() {
  const auto copies = world().copies();
  for (const auto& [id, count] : copies) {
    if (count > 1 && !drafts_.may_be_doubled(id)) {
      return fmt::format("{} is there {} times", id, count);
    }
  }
  for (unsigned number = 0; number < world().delivered(); ++number) {
    const std::string id = fmt::format("mail {}", number);
    if (!copies.contains(id) && !may_be_gone_.contains(id)) return id + " is lost";
  }
  std::string wrong = outbox_.compare(world().internet(), copies, may_be_gone_, world().reported());
  if (wrong.empty()) wrong = drafts_.compare(copies, may_be_gone_);
  if (!wrong.empty()) return wrong;
  const auto boxes = world().mailboxes();
  for (unsigned phone = 0; phone < world().phones(); ++phone) {
    world().take_phone(phone);
    for (const std::string& id : mail_folders()) {
      const auto box = boxes.find(id);
      if (box == boxes.end()) return fmt::format("the device holds a folder {} that is gone", id);
      std::string unequal =
          id == drafts_.folder() ? compare_drafts(box->second) : compare_folder(id, box->second);
      if (!unequal.empty()) return fmt::format("phone {}: {}", phone + 1, unequal);
    }
  }
  return {};
}

/// The phone that edited a draft goes on to name it by the id it knew (docs/adr/0013).
std::string Scenario::compare_drafts(const World::Content& content) {
  std::multiset<std::string> there, held;
  std::set<std::string> subjects;
  for (const auto& [id, mail] : content.mails) {
    const convert::Header header(mail.header);
    const std::string subject(trim(header.get("Subject")));
    there.insert(fmt::format("{}, read {}, flagged {}", subject, mail.seen, mail.flagged));
    subjects.insert(subject);
  }
  for (const auto& [id, item] : world().device().collection(drafts_.folder()).items) {
    const auto read = item.find("Read");  // a draft of its own is read
    const auto flag = item.find("Flag/Status");
    held.insert(fmt::format(
        "{}, read {}, flagged {}", drafts_.stands_for(item.at("Subject"), subjects),
        read == item.end() || read->second == "1", flag != item.end() && flag->second == "2"));
  }
  for (const std::string& each : there) {
    if (held.count(each) < there.count(each)) return "the device misses " + each;
  }
  for (const std::string& each : held) {
    if (there.count(each) < held.count(each)) return "the device holds, and nobody else, " + each;
  }
  return drafts_.compare_contents();
}

std::string Scenario::compare_folder(const std::string& id, const World::Content& content) {
  const auto& items = world().device().collection(id).items;
  for (const auto& [server_id, mail] : content.mails) {
    const auto item = items.find(server_id);
    if (item == items.end()) return fmt::format("the device misses {}", server_id);
    if (item->second.at("Read") != (mail.seen ? "1" : "0")) {
      return fmt::format("{} is read at one side only", server_id);
    }
    const auto flag = item->second.find("Flag/Status");
    const bool flagged = flag != item->second.end() && flag->second == "2";
    if (flagged != mail.flagged) {
      return fmt::format("{} is flagged at one side only", server_id);
    }
  }
  for (const auto& [server_id, item] : items) {
    if (!content.mails.contains(server_id)) {
      return fmt::format("the device holds {}, which is gone", server_id);
    }
  }
  return {};
}

}  // namespace godwit::sim
