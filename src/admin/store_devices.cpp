#include "admin/store_devices.hpp"

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
      return device.blocked ? "blocked" : "allowed";
  }
  std::unreachable();
}

/// [MS-ASPROV] AccountOnlyRemoteWipe came with 16.1: older devices know only the wipe of
/// everything, which is not what was asked for.
Result<> knows_account_wipe(const policy::Device& device) {
  const auto version = eas::version_of_byte(device.version);
  if (version && *version >= eas::Version::v16_1) return {};
  return fail(Errc::unsupported,
              fmt::format("the device {}; removing the account alone needs 16.1: block it, or wipe "
                          "all of it",
                          version ? "speaks " + std::string(eas::to_string(*version))
                                  : "has not said which version it speaks"));
}

/// Nothing for records whose names are no identifiers any more.
std::optional<Device> row(const store::Record& record) {
  auto user = UserId::parse(record.key.user);
  auto id = DeviceId::parse(record.key.name);
  if (!user || !id) return std::nullopt;
  Device device{std::move(*user), std::move(*id), {}, {}, {}, {}, {}, {}};
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
  const auto kept = co_await store_.get({user.str(), Kind::device_password, device.str()});
  if (kept) found->recovery_password = Secret(kept->value);
  co_return std::move(*found);
}

Task<Result<>> StoreDevices::edit(UserId user, DeviceId device, Edit change) {
  const store::Key key{user.str(), Kind::device, device.str()};
  for (int attempt = 0; attempt < edit_attempts_max; ++attempt) {
    const auto record = co_await store_.get(key);
    if (!record) co_return fail(Errc::not_found, "this user has no such device");
    auto stored = policy::unpack_device(record->value);
    if (!stored) co_return pass(stored);
    const Result<> changed = change(*stored, clock_.now());
    if (!changed) co_return pass(changed);
    std::vector<store::Write> batch;
    batch.push_back({key, record->revision, pack(*stored)});
    if (co_await store_.commit(std::move(batch))) {
      changed_(user, device);
      co_return Result<>{};
    }
  }
  co_return fail(Errc::conflict, "the device's record changes all the time; try again");
}

Task<Result<>> StoreDevices::wipe(UserId user, DeviceId device, policy::WipeScope scope) {
  Edit order = [scope](policy::Device& stored, Time now) -> Result<> {
    if (stored.wipe == policy::Wipe::done) {
      return fail(Errc::conflict, "it is wiped already; unblock lets it in again");
    }
    if (scope == policy::WipeScope::account) {
      if (const auto known = knows_account_wipe(stored); !known) return known;
    }
    stored.wipe = policy::Wipe::ordered;
    stored.wipe_scope = scope;
    stored.wipe_changed = now;
    return {};
  };
  return edit(std::move(user), std::move(device), std::move(order));
}

Task<Result<>> StoreDevices::unblock(UserId user, DeviceId device) {
  return edit(std::move(user), std::move(device), [](policy::Device& stored, Time now) -> Result<> {
    stored.blocked = false;
    if (stored.wipe != policy::Wipe::none) stored.wipe_changed = now;
    stored.wipe = policy::Wipe::none;
    return {};
  });
}

Task<Result<>> StoreDevices::block(UserId user, DeviceId device) {
  return edit(std::move(user), std::move(device), [](policy::Device& stored, Time) -> Result<> {
    stored.blocked = true;
    return {};
  });
}

Task<Result<>> StoreDevices::resync(UserId user, DeviceId device) {
  const auto known = co_await store_.get({user.str(), Kind::device, device.str()});
  if (!known) co_return fail(Errc::not_found, "this user has no such device");
  // Without its relationships every key the device holds is unknown: it starts over.
  std::vector<store::Write> batch;
  batch.push_back({{user.str(), Kind::hierarchy, device.str()}, std::nullopt, std::nullopt});
  batch.push_back({{user.str(), Kind::last_change, device.str()}, std::nullopt, std::nullopt});
  const std::string prefix = device.str() + "/";
  for (const Kind kind : {Kind::collection, Kind::item_chunk, Kind::set_aside, Kind::intent}) {
    std::string after;
    for (;;) {
      const auto page = co_await store_.list(user.str(), kind, prefix, after, page_records);
      for (const store::Record& record : page) {
        batch.push_back({record.key, std::nullopt, std::nullopt});
      }
      if (page.size() < page_records) break;
      after = page.back().key.name;
    }
  }
  const bool done = co_await store_.commit(std::move(batch));
  if (!done) co_return fail(Errc::conflict, "the device synchronizes right now; try again");
  changed_(user, device);
  co_return Result<>{};
}

}  // namespace godwit::admin
