#include "admin/store_devices.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <utility>

#include "eas/version.hpp"

namespace godwit::admin {
namespace {

using store::Kind;

constexpr std::size_t page_records = 500;
constexpr int edit_attempts_max = 8;  // somebody else writes the record at the same time

std::string_view state_of(const policy::Device& device) {
  using policy::Wipe;
  const bool account = device.wipe_scope == policy::WipeScope::account;
  switch (device.wipe) {
    case Wipe::ordered:
    case Wipe::sent:
      return account ? "account wipe pending" : "wipe pending";
    case Wipe::done:
      return account ? "account wiped" : "wiped";
    case Wipe::failed:
      return account ? "account wipe failed" : "wipe failed";
    case Wipe::none:
      break;
  }
  if (device.blocked) return "blocked";
  if (device.allowed) return "allowed";
  switch (device.standing) {
    case policy::Standing::unknown:
    case policy::Standing::allowed:
      return "allowed";
    case policy::Standing::blocked:
      return "blocked by rule";
    case policy::Standing::quarantined:
      return "quarantined";
    case policy::Standing::too_many:
      return "one device too many";
  }
  std::unreachable();
}

/// What has to be settled before anything else is.
Result<> wiped(const policy::Device& device) {
  return fail(Errc::conflict,
              fmt::format("its state is \"{}\"; release it first, which lets it in again",
                          state_of(device)));
}

std::string moment(Time time) {
  if (time == Time{}) return {};
  return fmt::format("{:%Y-%m-%d %H:%M:%S} UTC", std::chrono::floor<std::chrono::seconds>(time));
}

std::string names_of_profiles(const policy::Device& device, std::string_view id,
                              const profile::Profiles& profiles) {
  const auto version = eas::version_of_byte(device.version);
  const auto names = profiles.names_of(
      policy::client_of(device, id, version ? eas::to_string(*version) : std::string_view()));
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : " ") + name;
  return out;
}

/// For `show`; what is not known is left out.
std::vector<std::pair<std::string, std::string>> facts_of(const policy::Device& device,
                                                          std::string_view id,
                                                          const profile::Profiles& profiles) {
  std::vector<std::pair<std::string, std::string>> all{
      {"model", device.model},
      {"name", device.friendly_name},
      {"os", device.os},
      {"language", device.os_language},
      {"imei", device.imei},
      {"phone_number", device.phone_number},
      {"operator", device.mobile_operator},
      {"first_seen", moment(device.first_seen)},
      {"address", device.address},
      {"policy", device.policy_key == 0 ? std::string("none acknowledged") : device.policy_name},
      {"decision", device.blocked   ? "blocked"
                   : device.allowed ? "allowed"
                                    : "by rules"},
      {"rule", device.standing_why},
      {"profiles", names_of_profiles(device, id, profiles)},
      {"profile_given", device.profile},
      {"wipe_by", device.wipe_by},
      {"wipe_ordered", moment(device.wipe_ordered)},
      {"wipe_delivered", moment(device.wipe_delivered)},
      {"wipe_changed", moment(device.wipe_changed)},
  };
  std::erase_if(all, [](const auto& fact) { return fact.second.empty(); });
  return all;
}

/// [MS-ASPROV] AccountOnlyRemoteWipe came with 16.1.
bool wipes_account_alone(const policy::Device& device) {
  const auto version = eas::version_of_byte(device.version);
  return version && *version >= eas::Version::v16_1;
}

/// Older devices know only the wipe of everything, which is not what was asked for.
Result<> knows_account_wipe(const policy::Device& device) {
  const auto version = eas::version_of_byte(device.version);
  if (wipes_account_alone(device)) return {};
  return fail(Errc::unsupported,
              fmt::format("the device {}; removing the account alone needs 16.1: block it, or wipe "
                          "all of it",
                          version ? "speaks " + std::string(eas::to_string(*version))
                                  : "has not said which version it speaks"));
}

/// Of an entry of the audit log.
std::string details_of(const policy::Device& device) {
  std::string out(state_of(device));
  if (!device.profile.empty()) out += ", profile " + device.profile;
  return out;
}

/// Nothing for records whose names are no identifiers any more.
std::optional<Device> row(const store::Record& record) {
  auto user = UserId::parse(record.key.user);
  auto id = DeviceId::parse(record.key.name);
  if (!user || !id) return std::nullopt;
  Device device{.user = std::move(*user), .id = std::move(*id)};
  const auto stored = policy::unpack_device(record.value);
  if (!stored) {
    device.state = "damaged";
    return device;
  }
  device.type = stored->type;
  device.model = stored->friendly_name.empty() ? stored->model : stored->friendly_name;
  device.agent = stored->user_agent;
  if (const auto version = eas::version_of_byte(stored->version)) {
    device.version = eas::to_string(*version);
  }
  device.wipes_account_alone = wipes_account_alone(*stored);
  device.state = state_of(*stored);
  if (stored->last_seen != Time{}) device.seen = stored->last_seen;
  return device;
}

}  // namespace

Task<std::vector<Device>> StoreDevices::list(std::optional<UserId> user) {
  std::vector<Device> devices;
  store::Key after{user ? user->str() : std::string(), Kind::device, ""};
  for (;;) {
    std::vector<store::Record> page;
    if (user) {
      page = co_await store_.list(user->str(), Kind::device, "", after.name, page_records);
    } else {
      page = co_await store_.list_all(Kind::device, after, page_records);
    }
    for (const store::Record& record : page) {
      if (auto device = row(record)) devices.push_back(std::move(*device));
    }
    if (page.size() < page_records) co_return devices;
    after = page.back().key;
  }
}

Task<Result<Device>> StoreDevices::show(UserId user, DeviceId device) {
  const auto record = co_await store_.get({user.str(), Kind::device, device.str()});
  if (!record) co_return fail(Errc::not_found, "this user has no such device");
  auto found = row(*record);
  if (!found) co_return fail(Errc::malformed, "the device's record has no good name");
  if (const auto stored = policy::unpack_device(record->value)) {
    found->facts = facts_of(*stored, record->key.name, *profiles_());
  }
  const auto kept = co_await store_.get({user.str(), Kind::device_password, device.str()});
  if (kept) found->recovery_password = Secret(kept->value);
  co_return std::move(*found);
}

store::Write StoreDevices::entry(const Order& order, std::string action, std::string details) {
  return audit_.write({.action = std::move(action),
                       .by = order.by.name,
                       .address = order.by.address,
                       .user = order.user.str(),
                       .device = order.device.str(),
                       .details = std::move(details)});
}

Task<Result<>> StoreDevices::edit(Order order, std::string action, Edit change) {
  const store::Key key{order.user.str(), Kind::device, order.device.str()};
  for (int attempt = 0; attempt < edit_attempts_max; ++attempt) {
    const auto record = co_await store_.get(key);
    if (!record) co_return fail(Errc::not_found, "this user has no such device");
    auto stored = policy::unpack_device(record->value);
    if (!stored) co_return pass(stored);
    const Result<> changed = change(*stored, order, clock_.now());
    if (!changed) co_return pass(changed);
    std::vector<store::Write> batch;
    batch.push_back({key, record->revision, pack(*stored)});
    batch.push_back(entry(order, action, details_of(*stored)));
    if (co_await store_.commit(std::move(batch))) {
      changed_(order.user, order.device);
      co_return Result<>{};
    }
  }
  co_return fail(Errc::conflict, "the device's record changes all the time; try again");
}

Task<Result<>> StoreDevices::wipe(Order order, policy::WipeScope scope) {
  Edit change = [scope](policy::Device& stored, const Order& by, Time now) -> Result<> {
    if (stored.wipe == policy::Wipe::done) {
      return fail(Errc::conflict, "it is wiped already; release lets it in again");
    }
    if (scope == policy::WipeScope::account) {
      if (const auto known = knows_account_wipe(stored); !known) return known;
    }
    stored.wipe = policy::Wipe::ordered;
    stored.wipe_scope = scope;
    stored.wipe_changed = stored.wipe_ordered = now;
    stored.wipe_delivered = Time{};
    stored.wipe_by = by.by.name;
    return {};
  };
  const bool account = scope == policy::WipeScope::account;
  return edit(std::move(order), account ? "device.wipe_account" : "device.wipe", std::move(change));
}

Task<Result<>> StoreDevices::release(Order order) {
  return edit(std::move(order), "device.release",
              [](policy::Device& stored, const Order&, Time now) -> Result<> {
                if (stored.wipe == policy::Wipe::none) {
                  return fail(Errc::conflict, "no wipe was ordered; see unblock and allow");
                }
                stored.wipe = policy::Wipe::none;
                stored.wipe_changed = now;
                stored.blocked = false;
                return {};
              });
}

Task<Result<>> StoreDevices::allow(Order order) {
  return edit(std::move(order), "device.allow",
              [](policy::Device& stored, const Order&, Time) -> Result<> {
                if (stored.wipe != policy::Wipe::none) return wiped(stored);
                stored.allowed = true;
                stored.blocked = false;
                return {};
              });
}

Task<Result<>> StoreDevices::unblock(Order order) {
  return edit(std::move(order), "device.unblock",
              [](policy::Device& stored, const Order&, Time) -> Result<> {
                if (stored.wipe != policy::Wipe::none) return wiped(stored);
                stored.allowed = stored.blocked = false;
                return {};
              });
}

Task<Result<>> StoreDevices::block(Order order) {
  return edit(std::move(order), "device.block",
              [](policy::Device& stored, const Order&, Time) -> Result<> {
                stored.blocked = true;
                stored.allowed = false;
                return {};
              });
}

Task<Result<>> StoreDevices::set_profile(Order order, std::string name) {
  if (!name.empty() && profiles_()->find(name) == nullptr) {
    co_return fail(Errc::not_found,
                   "there is no such profile; `godwit profile list` names those there are");
  }
  Edit change = [name = std::move(name)](policy::Device& stored, const Order&, Time) -> Result<> {
    stored.profile = name;
    return {};
  };
  co_return co_await edit(std::move(order), "device.profile", std::move(change));
}

Task<std::vector<store::Write>> StoreDevices::relationships(const Order& order) {
  const std::string user = order.user.str();
  std::vector<store::Write> batch;
  for (const Kind kind : {Kind::hierarchy, Kind::last_change}) {
    batch.push_back({{user, kind, order.device.str()}, std::nullopt, std::nullopt});
  }
  const std::string prefix = order.device.str() + "/";
  for (const Kind kind : {Kind::collection, Kind::item_chunk, Kind::set_aside, Kind::intent}) {
    std::string after;
    for (;;) {
      const auto page = co_await store_.list(user, kind, prefix, after, page_records);
      for (const store::Record& record : page) {
        batch.push_back({record.key, std::nullopt, std::nullopt});
      }
      if (page.size() < page_records) break;
      after = page.back().key.name;
    }
  }
  co_return batch;
}

Task<Result<>> StoreDevices::resync(Order order) {
  const auto known = co_await store_.get({order.user.str(), Kind::device, order.device.str()});
  if (!known) co_return fail(Errc::not_found, "this user has no such device");
  // Without its relationships every key the device holds is unknown: it starts over.
  auto batch = co_await relationships(order);
  batch.push_back(entry(order, "device.resync", {}));
  const bool done = co_await store_.commit(std::move(batch));
  if (!done) co_return fail(Errc::conflict, "the device synchronizes right now; try again");
  changed_(order.user, order.device);
  co_return Result<>{};
}

Task<Result<>> StoreDevices::forget(Order order) {
  const store::Key key{order.user.str(), Kind::device, order.device.str()};
  const auto record = co_await store_.get(key);
  if (!record) co_return fail(Errc::not_found, "this user has no such device");
  // A record that cannot be read is forgotten, too.
  const auto stored = policy::unpack_device(record->value);
  if (stored && stored->wipe != policy::Wipe::none) co_return wiped(*stored);
  auto batch = co_await relationships(order);
  batch.push_back({key, record->revision, std::nullopt});
  for (const Kind kind : {Kind::device_password, Kind::request_cache}) {
    store::Key other{order.user.str(), kind, order.device.str()};
    batch.push_back({std::move(other), std::nullopt, std::nullopt});
  }
  batch.push_back(entry(order, "device.forget", stored ? stored->type : std::string()));
  const bool done = co_await store_.commit(std::move(batch));
  if (!done) co_return fail(Errc::conflict, "the device synchronizes right now; try again");
  changed_(order.user, order.device);
  co_return Result<>{};
}

}  // namespace godwit::admin
