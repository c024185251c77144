#include "app/why.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/fault.hpp"
#include "command/device_admission.hpp"
#include "eas/version.hpp"
#include "sync/folder_table.hpp"
#include "sync/hierarchy.hpp"
#include "sync/item_chunks.hpp"
#include "sync/mail_state.hpp"
#include "sync/relationship.hpp"
#include "sync/server_id.hpp"

namespace godwit::app {
namespace {

using admin::Finding;
using store::Kind;
using sync::ItemEntry;

constexpr std::size_t set_aside_max = 20;  // named at a time
constexpr std::size_t relationships_max = 1000;

std::string day_of(Time time) {
  return fmt::format("{:%Y-%m-%d}", std::chrono::floor<std::chrono::days>(time));
}

/// [MS-ASCMD] FilterType.
std::string_view window_of(std::uint8_t filter_type) {
  constexpr auto names = std::to_array<std::string_view>(
      {"everything", "one day", "three days", "one week", "two weeks", "one month", "three months",
       "six months", "unfinished tasks"});
  return filter_type < names.size() ? names[filter_type] : "a window";
}

/// A mail that was found.
struct Place {
  sync::FolderRow row;
  std::uint32_t uid_validity = 0;
  Uid uid = 0;
};

class Inquiry {
 public:
  Inquiry(WhyPlaces places, UserId user, DeviceId device)
      : places_(places), user_(std::move(user)), device_(std::move(device)) {}

  Task<Result<std::vector<Finding>>> run(std::string item) {
    const auto record = co_await places_.store.get(key(Kind::device, device_.str()));
    if (!record) {
      co_return fail(Errc::not_found,
                     "this user has no such device: it has never signed in here, or was forgotten");
    }
    const auto device = policy::unpack_device(record->value);
    if (!device) {
      stop("device", "its record is damaged: `godwit device forget`, and it starts over");
      co_return std::move(found_);
    }
    look_at_device(*device);
    const backend::Account account = co_await places_.engine.account_of(user_);
    co_await look_at_access(account);
    look_at_decision(*device);
    co_await look_at_policy(*device);
    co_await look_at_folders();
    if (item.empty()) {
      co_await list_relationships();
    } else {
      co_await look_for(account, std::move(item));
    }
    look_at_waiting();
    co_return std::move(found_);
  }

 private:
  store::Key key(Kind kind, std::string name) const { return {user_.str(), kind, std::move(name)}; }
  void add(Finding::Outcome outcome, std::string step, std::string text) {
    found_.push_back({std::move(step), outcome, std::move(text)});
  }
  void good(std::string step, std::string text) {
    add(Finding::Outcome::good, std::move(step), std::move(text));
  }
  void note(std::string step, std::string text) {
    add(Finding::Outcome::note, std::move(step), std::move(text));
  }
  void stop(std::string step, std::string text) {
    add(Finding::Outcome::stop, std::move(step), std::move(text));
  }

  void look_at_device(const policy::Device& device) {
    const auto version = eas::version_of_byte(device.version);
    std::string text = fmt::format("{}, ActiveSync {}", device.type.empty() ? "?" : device.type,
                                   version ? eas::to_string(*version) : "?");
    if (device.last_seen != Time{}) text += ", last request on " + day_of(device.last_seen);
    const bool silent = places_.now - device.last_seen > std::chrono::days(2);
    if (silent) {
      stop("device", text +
                         ": it does not ask; look at its network, its battery settings and "
                         "whether the account is still on it");
    } else {
      good("device", std::move(text));
    }
  }

  Task<> look_at_access(const backend::Account& account) {
    const auth::Access access = co_await places_.engine.access_of(account);
    if (access.denied.empty()) co_return;
    std::string classes;
    for (const backend::DataClassName& each : backend::data_class_names) {
      if (!access.denied.contains(each.data_class)) continue;
      classes.append(classes.empty() ? "" : ", ").append(each.name);
    }
    const bool all = access.denied == backend::DataClasses::all();
    std::string text = fmt::format("the rule '{}' of [[access]] keeps the user from {}",
                                   access.rule, all ? "everything" : classes);
    if (all) {
      stop("access", std::move(text));
    } else {
      note("access", std::move(text));
    }
  }

  void look_at_decision(const policy::Device& device) {
    const std::string rule = device.standing_why.empty() ? "devices.otherwise"
                                                         : "the rule '" + device.standing_why + "'";
    if (policy::wipe_stands(device)) {
      stop("decision",
           "a wipe is ordered, and nothing else is answered; `godwit device release` "
           "takes it back");
    } else if (device.wipe == policy::Wipe::done) {
      stop("decision", "it was wiped; `godwit device release` lets it in again");
    } else if (device.blocked) {
      stop("decision", "an administrator blocked it; `godwit device unblock`");
    } else if (command::is_quarantined(device)) {
      stop("decision", fmt::format("it is in quarantine by {}; `godwit quarantine allow {} {}`",
                                   rule, user_.view(), device_.view()));
    } else if (command::refusal_of(device)) {
      stop("decision", device.standing == policy::Standing::too_many
                           ? "the user has too many devices: `godwit device forget` makes room"
                           : rule + " blocks it");
    } else {
      good("decision", device.allowed ? "an administrator let it in" : "it is let in");
    }
  }

  Task<> look_at_policy(const policy::Device& device) {
    const auto assigned = co_await places_.store.get(key(Kind::policy, ""));
    const auto choice =
        co_await places_.engine.policy_of(user_, assigned ? assigned->value : std::string());
    const auto version = eas::version_of_byte(device.version).value_or(eas::Version::v16_1);
    const std::string name = fmt::format("policy '{}'", choice.policy->name);
    if (policy::must_provision(choice.policy->settings, device, version)) {
      stop("policy",
           name + (device.policy_key == 0 ? " was never acknowledged, and nothing goes without it"
                                          : " changed: the device has to fetch it first"));
    } else {
      good("policy", choice.policy->settings.mode == policy::Mode::off ? name + " asks for nothing"
                     : device.policy_key == 0 ? name + " is loose; the device has not asked for it"
                                              : name + " is acknowledged");
    }
  }

  Task<> look_at_folders() {
    const auto table = co_await places_.store.get(key(Kind::folders, ""));
    if (auto rows = table ? sync::unpack_folder_table(table->value) : sync::FolderTable()) {
      table_ = *std::move(rows);
    }
    const auto record = co_await places_.store.get(key(Kind::hierarchy, device_.str()));
    const auto known = record ? sync::unpack_relationship(record->value)
                              : Result<sync::Relationship>(fail(Errc::not_found, ""));
    if (!known) {
      stop("folders", "it has not asked for its folders yet");
      co_return;
    }
    if (auto state = sync::unpack_hierarchy(newest_state(*known))) {
      folders_ = std::move(state->folders);
    }
    good("folders", fmt::format("it knows {} folders", folders_.size()));
  }

  void look_at_waiting() {
    const bool waits = places_.hub.has_parked(user_);
    note("waiting", waits ? "it waits for changes now, and is told at once"
                          : "it does not wait for changes now: it learns of them when it asks");
  }

  std::string folder_name(std::string_view id) const {
    const sync::FolderRow* row = table_.find(id);
    return row == nullptr ? std::string(id) : row->name;
  }

  Task<> list_relationships() {
    const auto records = co_await places_.store.list(user_.str(), Kind::collection,
                                                     device_.str() + '/', "", relationships_max);
    for (const store::Record& record : records) {
      const std::string id = record.key.name.substr(device_.view().size() + 1);
      const auto relationship = sync::unpack_relationship(record.value);
      if (relationship) list_relationship(id, *relationship);
    }
    if (records.empty()) stop("folder", "it synchronizes no folder");
    co_await list_set_aside();
  }

  void list_relationship(const std::string& id, const sync::Relationship& relationship) {
    const sync::FolderRow* row = table_.find(id);
    const bool is_mail = row == nullptr || row->item_class == ItemClass::email;
    std::size_t held = 0;
    std::size_t owed = 0;
    if (is_mail) {
      const auto state = sync::unpack_mail_state(newest_state(relationship));
      if (!state) return;
      held = state->held.count();
      owed = state->todo.count();
    } else {
      const auto state = sync::unpack_item_state(newest_state(relationship));
      if (!state) return;
      held = state->count(ItemEntry::Status::held) + state->count(ItemEntry::Status::dirty);
      owed = state->count(ItemEntry::Status::todo);
    }
    good("folder",
         fmt::format("{}: {} items on the device, {} to come", folder_name(id), held, owed));
    if (relationship.repeats > 2) {
      stop("folder", fmt::format("{}: the device asked for the same answer {} times: something in "
                                 "it may stop it, or its network",
                                 folder_name(id), relationship.repeats));
    }
  }

  Task<> list_set_aside() {
    const auto records = co_await places_.store.list(user_.str(), Kind::set_aside,
                                                     device_.str() + '/', "", set_aside_max);
    for (const store::Record& record : records) {
      const std::string id = record.key.name.substr(device_.view().size() + 1);
      stop("item", fmt::format("{} in {} is set aside: {}", id,
                               folder_name(id.substr(0, id.find(':'))), record.value));
    }
  }

  Task<> look_for(const backend::Account& account, std::string item) {
    const std::string collection = item.substr(0, item.find(':'));
    const sync::FolderRow* row = table_.find(collection);
    if (row != nullptr && row->item_class != ItemClass::email) {
      if (co_await look_at_folder(*row)) co_await look_at_text(*row, item);
      co_return;
    }
    std::vector<Place> places;
    std::string problem;
    try {
      places = co_await find_mail(account, item);
    } catch (const Fault& fault) {
      problem = fault.what();
    }
    if (!problem.empty()) {
      note("mailbox", "it cannot be asked without the user's password: " + problem);
      const auto id = sync::parse_mail_id(item);
      if (id && row != nullptr) places.push_back({*row, id->uid_validity, id->uid});
    } else if (places.empty()) {
      stop("mailbox", "it has no such message in the folders that devices are shown");
    }
    for (const Place& place : places) {
      if (problem.empty()) good("mailbox", fmt::format("it is there, in {}", place.row.name));
      if (co_await look_at_folder(place.row)) co_await look_at_mail(place);
    }
  }

  /// By ServerId or Message-ID; those that are there.
  Task<std::vector<Place>> find_mail(const backend::Account& account, const std::string& item) {
    std::vector<Place> out;
    const auto mail = places_.mail.open(account);
    if (const auto id = sync::parse_mail_id(item)) {
      const sync::FolderRow* row = table_.find(id->collection);
      const auto key = row == nullptr ? Result<FolderKey>(fail(Errc::not_found, ""))
                                      : FolderKey::parse(row->key);
      if (!key) co_return out;
      const auto states = co_await mail->fetch_state(*key, id->uid_validity, {id->uid});
      if (states && !states->empty()) out.push_back({*row, id->uid_validity, id->uid});
      co_return out;
    }
    for (const sync::FolderRow& row : table_.rows) {
      const auto key = FolderKey::parse(row.key);
      if (row.item_class != ItemClass::email || !key || !row.selectable) continue;
      const auto uids = co_await mail->find_message_id(*key, 1, item);
      if (!uids || uids->empty()) continue;
      const auto status = co_await mail->status(*key);
      if (status) out.push_back({row, status->uid_validity, uids->highest()});
    }
    co_return out;
  }

  /// Whether the device has a relationship to it.
  Task<bool> look_at_folder(sync::FolderRow row) {
    const bool known =
        std::ranges::find(folders_, row.id, &sync::ShownFolder::id) != folders_.end();
    if (!known) {
      stop("folder",
           fmt::format("the device does not know {}: it is told with its next FolderSync, "
                       "unless the user is kept from it",
                       row.name));
      co_return false;
    }
    const auto record =
        co_await places_.store.get(key(Kind::collection, device_.str() + '/' + row.id));
    auto relationship = record ? sync::unpack_relationship(record->value)
                               : Result<sync::Relationship>(fail(Errc::not_found, ""));
    if (!relationship) {
      stop("folder",
           fmt::format("the device does not synchronize {}: switch it on there", row.name));
      co_return false;
    }
    relationship_ = *std::move(relationship);
    if (relationship_.repeats > 2) {
      note("folder", fmt::format("the device asked for the same answer of {} {} times", row.name,
                                 relationship_.repeats));
    }
    good("folder", fmt::format("the device synchronizes {}", row.name));
    co_return true;
  }

  Task<> look_at_mail(Place place) {
    const auto state = sync::unpack_mail_state(newest_state(relationship_));
    if (!state || !state->started) {
      note("item", "the device has only begun with the folder: everything is still to come");
      co_return;
    }
    if (state->cursor.status.uid_validity != place.uid_validity) {
      note("item",
           "the mailbox was made anew: the device starts the folder over with its next "
           "Sync");
      co_return;
    }
    if (state->aside.contains(place.uid)) {
      co_await say_set_aside(sync::format_mail_id(place.row.id, place.uid_validity, place.uid));
    } else if (state->todo.contains(place.uid)) {
      UidSet before = state->todo;
      if (place.uid > 1) before.remove(1, place.uid - 1);
      note("item", fmt::format("it is to come with the next Syncs; {} newer ones come first",
                               before.count() - 1));
    } else if (state->held.contains(place.uid)) {
      say_held(place.uid);
    } else if (place.uid >= state->cursor.status.uid_next) {
      note("item", "it came after the device asked last: it is sent with its next Sync");
    } else if (state->floor) {
      stop("item",
           fmt::format("it lies before the window: the device asks for {}, from {:%Y-%m-%d} on",
                       window_of(state->filter_type), *state->floor));
    } else {
      stop("item", "the device was not sent it, or has removed it");
    }
  }

  void say_held(Uid uid) {
    const auto confirmed = sync::unpack_mail_state(relationship_.acknowledged_state);
    const bool is_confirmed = relationship_.acknowledged != 0 && confirmed &&
                              confirmed->held.contains(uid) && !confirmed->todo.contains(uid);
    if (is_confirmed) {
      good("item",
           "the device has it, and confirmed that: look there, also whether another view or "
           "a conversation hides it");
    } else {
      note("item", "it was in the last answer, which the device has not confirmed yet");
    }
  }

  Task<> say_set_aside(std::string id) {
    const auto record = co_await places_.store.get(key(Kind::set_aside, device_.str() + '/' + id));
    stop("item",
         fmt::format("{} is set aside: {}", id, record ? record->value : "no reason is kept"));
  }

  Task<> look_at_text(sync::FolderRow row, std::string id) {
    auto state = sync::unpack_item_state(newest_state(relationship_));
    if (!state || !state->started) {
      note("item", "the device has only begun with the folder: everything is still to come");
      co_return;
    }
    sync::ItemChunks chunks(places_.store, user_.str(), device_.str() + '/' + row.id);
    co_await chunks.load_ids(*state, {id});
    const auto found = std::ranges::find_if(state->items, [&](const auto& each) {
      return sync::format_item_id(row.id, each.first) == id;
    });
    if (found == state->items.end()) {
      stop("item", "the collection had no such item when the device asked last");
      co_return;
    }
    switch (found->second.status) {
      case ItemEntry::Status::aside:
        co_await say_set_aside(id);
        break;
      case ItemEntry::Status::todo:
        note("item", "it is to come with the next Syncs");
        break;
      case ItemEntry::Status::held:
        good("item", "the device has it");
        break;
      case ItemEntry::Status::dirty:
        note("item", "the device has an older state of it: the change comes with its next Sync");
        break;
      case ItemEntry::Status::gone:
        stop("item", "it was removed");
        break;
      case ItemEntry::Status::outside:
      case ItemEntry::Status::soft:
        stop("item", fmt::format("it lies before the window: the device asks for {}",
                                 window_of(state->filter_type)));
        break;
    }
  }

  WhyPlaces places_;
  UserId user_;
  DeviceId device_;
  sync::FolderTable table_;
  std::vector<sync::ShownFolder> folders_;
  sync::Relationship relationship_;
  std::vector<Finding> found_;
};

}  // namespace

Task<Result<std::vector<Finding>>> why(WhyPlaces places, UserId user, DeviceId device,
                                       std::string item) {
  Inquiry inquiry(places, std::move(user), std::move(device));
  co_return co_await inquiry.run(std::move(item));
}

}  // namespace godwit::app
