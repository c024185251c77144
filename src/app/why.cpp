#include "app/why.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "app/device_folders.hpp"
#include "app/mail_places.hpp"
#include "app/set_aside.hpp"
#include "base/fault.hpp"
#include "command/device_admission.hpp"
#include "eas/version.hpp"
#include "sync/folder_table.hpp"
#include "sync/item_chunks.hpp"
#include "sync/mail_state.hpp"
#include "sync/relationship.hpp"
#include "sync/server_id.hpp"

namespace godwit::app {
namespace {

using admin::Finding;
using Code = Finding::Code;
using store::Kind;
using sync::ItemEntry;

constexpr std::size_t set_aside_max = 20;  // named at a time
constexpr std::uint32_t repeats_odd = 2;   // more than a bad network alone makes

std::string day_of(Time time) {
  return fmt::format("{:%Y-%m-%d}", std::chrono::floor<std::chrono::days>(time));
}

/// As admin::text_of knows it.
std::string window_of(std::uint8_t filter_type) { return fmt::format("window.{}", filter_type); }

class Inquiry {
 public:
  Inquiry(WhyPlaces places, UserId user, DeviceId device)
      : places_(places), user_(std::move(user)), device_(std::move(device)) {}

  Task<Result<std::vector<Finding>>> run(std::string item, std::optional<backend::Account> asking) {
    const auto record = co_await places_.store.get(key(Kind::device, device_.str()));
    if (!record) {
      co_return fail(Errc::not_found,
                     "this user has no such device: it has never signed in here, or was forgotten");
    }
    const auto device = policy::unpack_device(record->value);
    if (!device) {
      stop("device", Code::device_damaged);
      co_return std::move(found_);
    }
    look_at_device(*device);
    is_own_ = asking.has_value();
    const backend::Account account =
        asking ? *std::move(asking) : co_await places_.engine.account_of(user_);
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
  using Arguments = std::vector<std::string>;
  void add(Finding::Outcome outcome, std::string step, Code code, Arguments arguments) {
    found_.push_back({std::move(step), outcome, code, std::move(arguments)});
  }
  void good(std::string step, Code code, Arguments arguments = {}) {
    add(Finding::Outcome::good, std::move(step), code, std::move(arguments));
  }
  void note(std::string step, Code code, Arguments arguments = {}) {
    add(Finding::Outcome::note, std::move(step), code, std::move(arguments));
  }
  void stop(std::string step, Code code, Arguments arguments = {}) {
    add(Finding::Outcome::stop, std::move(step), code, std::move(arguments));
  }

  void look_at_device(const policy::Device& device) {
    const auto version = eas::version_of_byte(device.version);
    Arguments facts{device.type.empty() ? "?" : device.type,
                    std::string(version ? eas::to_string(*version) : "?")};
    if (device.last_seen == Time{}) {
      stop("device", Code::device_never, std::move(facts));
      return;
    }
    facts.push_back(day_of(device.last_seen));
    if (places_.now - device.last_seen > std::chrono::days(2)) {
      stop("device", Code::device_silent, std::move(facts));
    } else {
      good("device", Code::device_asks, std::move(facts));
    }
  }

  Task<> look_at_access(const backend::Account& account) {
    const auth::Access access = co_await places_.engine.access_of(account);
    if (access.denied.empty()) co_return;
    std::string classes;
    for (const backend::DataClassName& each : backend::data_class_names) {
      if (!access.denied.contains(each.data_class)) continue;
      classes.append(classes.empty() ? "" : ",").append(each.name);
    }
    if (access.denied == backend::DataClasses::all()) {
      stop("access", Code::access_all, {access.rule});
    } else {
      note("access", Code::access_some, {access.rule, std::move(classes)});
    }
  }

  void look_at_decision(const policy::Device& device) {
    const bool by_rule = !device.standing_why.empty();
    const Arguments rule = by_rule ? Arguments{device.standing_why} : Arguments{};
    if (policy::wipe_stands(device)) {
      stop("decision", Code::wiping);
    } else if (device.wipe == policy::Wipe::done) {
      stop("decision", Code::wiped);
    } else if (device.blocked) {
      stop("decision", Code::blocked);
    } else if (command::is_quarantined(device)) {
      stop("decision", by_rule ? Code::quarantined_by_rule : Code::quarantined, rule);
    } else if (command::refusal_of(device)) {
      const bool too_many = device.standing == policy::Standing::too_many;
      stop("decision",
           too_many  ? Code::too_many_devices
           : by_rule ? Code::blocked_by_rule
                     : Code::blocked_by_default,
           rule);
    } else {
      good("decision", device.allowed ? Code::allowed : Code::let_in);
    }
  }

  Task<> look_at_policy(const policy::Device& device) {
    const auto assigned = co_await places_.store.get(key(Kind::policy, ""));
    const auto choice =
        co_await places_.engine.policy_of(user_, assigned ? assigned->value : std::string());
    const auto version = eas::version_of_byte(device.version).value_or(eas::Version::v16_1);
    const Arguments name{choice.policy->name};
    if (policy::must_provision(choice.policy->settings, device, version)) {
      stop("policy", device.policy_key == 0 ? Code::policy_not_acknowledged : Code::policy_changed,
           name);
    } else {
      good("policy",
           choice.policy->settings.mode == policy::Mode::off ? Code::policy_off
           : device.policy_key == 0                          ? Code::policy_loose
                                                             : Code::policy_acknowledged,
           name);
    }
  }

  Task<> look_at_folders() {
    hierarchy_ = co_await load_device_hierarchy(places_.store, user_, device_);
    if (!hierarchy_.asked) {
      stop("folders", Code::no_folders);
    } else {
      good("folders", Code::folders_known, {std::to_string(hierarchy_.known.size())});
    }
  }

  void look_at_waiting() {
    const bool waits = places_.hub.has_parked(user_);
    note("waiting", waits ? Code::waits : Code::waits_not);
  }

  std::string folder_name(std::string_view id) const {
    const sync::FolderRow* row = hierarchy_.table.find(id);
    return row == nullptr ? std::string(id) : row->name;
  }

  Task<> list_relationships() {
    const auto folders = co_await device_folders(places_.store, hierarchy_, user_, device_);
    for (const admin::DeviceFolder& folder : folders) {
      if (!folder.is_synchronized) continue;
      good("folder", Code::folder_counts,
           {folder.name, std::to_string(folder.held), std::to_string(folder.owed)});
      if (folder.repeats > repeats_odd) {
        stop("folder", Code::folder_repeats, {folder.name, std::to_string(folder.repeats)});
      }
    }
    if (std::ranges::none_of(folders, &admin::DeviceFolder::is_synchronized)) {
      stop("folder", Code::no_folder_synchronized);
    }
    co_await list_set_aside();
  }

  Task<> list_set_aside() {
    const auto items =
        co_await set_aside_items(places_.store, hierarchy_, user_, device_, set_aside_max);
    for (const SetAside& item : items) {
      stop("item", Code::item_aside,
           {item.id, folder_name(item.id.substr(0, item.id.find(':'))), item.why});
      found_.back().about = item.id;
    }
  }

  Task<> look_for(const backend::Account& account, std::string item) {
    const std::string collection = item.substr(0, item.find(':'));
    const sync::FolderRow* row = hierarchy_.table.find(collection);
    if (row != nullptr && row->item_class != ItemClass::email) {
      if (co_await look_at_folder(*row)) co_await look_at_text(*row, item);
      co_return;
    }
    std::vector<MailPlace> places;
    std::string problem;
    try {
      const auto mail = places_.mail.open(account);
      places = co_await find_mail(*mail, hierarchy_.table, item);
    } catch (const Fault& fault) {
      problem = fault.what();
    }
    if (!problem.empty()) {
      // Whoever uses the mailbox is not told of the server's insides.
      note("mailbox", is_own_ ? Code::mailbox_down : Code::mailbox_closed, {problem});
      const auto id = sync::parse_mail_id(item);
      if (id && row != nullptr) places.push_back({*row, id->uid_validity, id->uid});
    } else if (places.empty()) {
      stop("mailbox", Code::mailbox_missing);
    }
    for (const MailPlace& place : places) {
      if (problem.empty()) good("mailbox", Code::mailbox_has, {place.row.name});
      if (co_await look_at_folder(place.row)) co_await look_at_mail(place);
    }
  }

  /// Whether the device has a relationship to it.
  Task<bool> look_at_folder(sync::FolderRow row) {
    const auto& known = hierarchy_.known;
    if (std::ranges::find(known, row.id, &sync::ShownFolder::id) == known.end()) {
      stop("folder", Code::folder_unknown, {row.name});
      co_return false;
    }
    const auto record =
        co_await places_.store.get(key(Kind::collection, device_.str() + '/' + row.id));
    auto relationship = record ? sync::unpack_relationship(record->value)
                               : Result<sync::Relationship>(fail(Errc::not_found, ""));
    if (!relationship) {
      stop("folder", Code::folder_off, {row.name});
      co_return false;
    }
    relationship_ = *std::move(relationship);
    if (relationship_.repeats > repeats_odd) {
      note("folder", Code::folder_repeats, {row.name, std::to_string(relationship_.repeats)});
    }
    good("folder", Code::folder_on, {row.name});
    co_return true;
  }

  Task<> look_at_mail(MailPlace place) {
    const auto state = sync::unpack_mail_state(newest_state(relationship_));
    if (!state || !state->started) {
      note("item", Code::folder_begun);
      co_return;
    }
    if (state->cursor.status.uid_validity != place.uid_validity) {
      note("item", Code::folder_made_anew);
      co_return;
    }
    const std::string id = sync::format_mail_id(place.row.id, place.uid_validity, place.uid);
    if (state->again.contains(place.uid)) {
      note("item", Code::item_again);
    } else if (state->aside.contains(place.uid)) {
      co_await say_set_aside(place.row, id);
    } else if (state->todo.contains(place.uid)) {
      UidSet before = state->todo;
      if (place.uid > 1) before.remove(1, place.uid - 1);
      note("item", Code::item_next, {std::to_string(before.count() - 1)});
    } else if (state->held.contains(place.uid)) {
      say_held(place.uid);
    } else if (place.uid >= state->cursor.status.uid_next) {
      note("item", Code::item_new);
    } else if (state->floor) {
      stop("item", Code::item_before_day, {window_of(state->filter_type), day_of(*state->floor)});
    } else {
      stop("item", Code::item_not_sent);
    }
    found_.back().about = id;
  }

  void say_held(Uid uid) {
    const auto confirmed = sync::unpack_mail_state(relationship_.acknowledged_state);
    const bool is_confirmed = relationship_.acknowledged != 0 && confirmed &&
                              confirmed->held.contains(uid) && !confirmed->todo.contains(uid);
    if (is_confirmed) {
      good("item", Code::item_confirmed);
    } else {
      note("item", Code::item_unconfirmed);
    }
  }

  Task<> say_set_aside(sync::FolderRow row, std::string id) {
    const auto record = co_await places_.store.get(key(Kind::set_aside, device_.str() + '/' + id));
    if (record) {
      stop("item", Code::item_aside, {id, row.name, record->value});
    } else {
      stop("item", Code::item_aside_unknown, {id, row.name});
    }
  }

  Task<> look_at_text(sync::FolderRow row, std::string id) {
    auto state = sync::unpack_item_state(newest_state(relationship_));
    if (!state || !state->started) {
      note("item", Code::folder_begun);
      co_return;
    }
    sync::ItemChunks chunks(places_.store, user_.str(), device_.str() + '/' + row.id);
    co_await chunks.load_ids(*state, {id});
    const auto found = std::ranges::find_if(state->items, [&](const auto& each) {
      return sync::format_item_id(row.id, each.first) == id;
    });
    if (found == state->items.end()) {
      stop("item", Code::item_missing);
      found_.back().about = row.id;
      co_return;
    }
    if (state->again.contains(id)) {
      note("item", Code::item_again);
      co_return;
    }
    switch (found->second.status) {
      case ItemEntry::Status::aside:
        co_await say_set_aside(row, id);
        break;
      case ItemEntry::Status::todo:
        note("item", Code::item_to_come);
        break;
      case ItemEntry::Status::held:
        good("item", Code::item_there);
        break;
      case ItemEntry::Status::dirty:
        note("item", Code::item_older);
        break;
      case ItemEntry::Status::gone:
        stop("item", Code::item_removed);
        break;
      case ItemEntry::Status::outside:
      case ItemEntry::Status::soft:
        stop("item", Code::item_before_window, {window_of(state->filter_type)});
        break;
    }
    found_.back().about = id;
  }

  WhyPlaces places_;
  UserId user_;
  DeviceId device_;
  bool is_own_ = false;  // the user asks
  DeviceHierarchy hierarchy_;
  sync::Relationship relationship_;
  std::vector<Finding> found_;
};

}  // namespace

Task<Result<std::vector<Finding>>> why(WhyPlaces places, UserId user, DeviceId device,
                                       std::string item, std::optional<backend::Account> asking) {
  Inquiry inquiry(places, std::move(user), std::move(device));
  co_return co_await inquiry.run(std::move(item), std::move(asking));
}

}  // namespace godwit::app
