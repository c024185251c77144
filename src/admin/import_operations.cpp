#include <algorithm>
#include <array>
#include <limits>
#include <nlohmann/json.hpp>

#include "admin/arguments.hpp"
#include "admin/importer.hpp"
#include "base/fault.hpp"
#include "base/text.hpp"
#include "eas/version.hpp"

namespace godwit::admin {
namespace {

using nlohmann::json;

constexpr std::size_t devices_max = 200;
constexpr std::size_t text_bytes_max = 256;
constexpr std::size_t device_id_max = 32;

struct Field {
  std::string_view name;
  std::string policy::Device::* member;
};
constexpr auto fields = std::to_array<Field>({{"type", &policy::Device::type},
                                              {"agent", &policy::Device::user_agent},
                                              {"model", &policy::Device::model},
                                              {"imei", &policy::Device::imei},
                                              {"friendly_name", &policy::Device::friendly_name},
                                              {"os", &policy::Device::os},
                                              {"os_language", &policy::Device::os_language},
                                              {"phone_number", &policy::Device::phone_number},
                                              {"mobile_operator", &policy::Device::mobile_operator},
                                              {"wipe_by", &policy::Device::wipe_by},
                                              {"policy_name", &policy::Device::policy_name}});

Result<Time> moment(const json& row, std::string_view name) {
  constexpr std::uint64_t year_10000 = 253'402'300'800;
  const auto seconds = number(row, name);
  if (!seconds) return pass(seconds);
  if (*seconds >= year_10000) return fail(Errc::out_of_range, "a moment is too far away");
  return Time(std::chrono::seconds(*seconds));
}

Result<> read_wipe(const json& row, policy::Device& device) {
  const auto state = text(row, "wipe", false);
  if (!state) return pass(state);
  if (*state == "pending") {
    device.wipe = policy::Wipe::ordered;
  } else if (*state == "done") {
    device.wipe = policy::Wipe::done;
  } else if (!state->empty()) {
    return fail(Errc::malformed, "'wipe' is pending or done");
  }
  const auto account = flag(row, "wipe_account_only");
  if (!account) return pass(account);
  if (*account) device.wipe_scope = policy::WipeScope::account;
  return {};
}

Result<policy::Device> read_device(const json& row) {
  policy::Device device;
  for (const auto& [name, member] : fields) {
    const auto value = text(row, name, false);
    if (!value) return pass(value);
    device.*member = trim(utf8_prefix(utf8_clean(*value), text_bytes_max));
  }
  const auto version = text(row, "version", false);
  if (!version) return pass(version);
  if (const auto known = eas::parse_version(*version)) {
    device.version = std::to_underlying(*known);
  }
  const auto key = number(row, "policy_key");
  if (!key) return pass(key);
  if (*key > std::numeric_limits<std::uint32_t>::max()) {
    return fail(Errc::out_of_range, "'policy_key' is no key");
  }
  // Without the digest of a policy: where one is asked for here, the device fetches it.
  device.policy_key = static_cast<std::uint32_t>(*key);
  for (const auto& [name, member] : {std::pair{"first_seen", &policy::Device::first_seen},
                                     std::pair{"last_seen", &policy::Device::last_seen},
                                     std::pair{"wipe_ordered", &policy::Device::wipe_ordered},
                                     std::pair{"wipe_done", &policy::Device::wipe_changed}}) {
    const auto time = moment(row, name);
    if (!time) return pass(time);
    device.*member = *time;
  }
  if (device.wipe_changed == Time{}) device.wipe_changed = device.wipe_ordered;
  if (const auto wipe = read_wipe(row, device); !wipe) return pass(wipe);
  return device;
}

/// [MS-ASHTTP] DeviceId, as the request line takes it.
bool is_id(std::string_view id) {
  constexpr std::string_view characters = "abcdefghijklmnopqrstuvwxyz0123456789-_";
  return id.size() <= device_id_max && id.find_first_not_of(characters) == std::string_view::npos;
}

std::string_view name_of(Taken taken) {
  constexpr auto names =
      std::to_array<std::string_view>({"added", "updated", "wipe", "wiped", "kept", "unchanged"});
  return names.at(std::to_underlying(taken));
}

struct Wanted {
  std::string from;
  bool dry_run = false;
};

Task<Result<Taken>> import_one(Operations::Parts& parts, Importer& importer, const json& row,
                               const Wanted& wanted) {
  if (!row.is_object()) co_return fail(Errc::malformed, "a device is an object");
  auto name = device_name(row);
  if (!name) co_return pass(name);
  if (!is_id(name->id.view())) co_return fail(Errc::malformed, "this is no id of a device");
  auto device = read_device(row);
  if (!device) co_return pass(device);
  FormerDevice former{
      {std::move(name->user), std::move(name->id), parts.caller}, *std::move(device), wanted.from};
  co_return co_await importer.take_over(std::move(former), wanted.dry_run);
}

Task<Result<json>> device_import(Operations::Parts& parts, json arguments) {
  const auto place = of_store(parts.importer);
  if (!place) co_return pass(place);
  auto from = text(arguments, "from");
  if (!from) co_return pass(from);
  const auto dry_run = flag(arguments, "dry_run");
  if (!dry_run) co_return pass(dry_run);
  const Wanted wanted{std::string(utf8_prefix(*from, text_bytes_max)), *dry_run};
  const json rows = arguments.value("devices", json());
  if (!rows.is_array() || rows.size() > devices_max) {
    co_return fail(Errc::malformed, "argument 'devices' is a list of at most 200");
  }
  json done = json::array();
  for (const json& row : rows) {
    const auto taken = co_await import_one(parts, **place, row, wanted);
    if (taken) {
      done.push_back({{"outcome", name_of(*taken)}});
    } else {
      done.push_back({{"outcome", "failed"}, {"why", taken.error().message}});
    }
  }
  co_return json{{"devices", std::move(done)}};
}

constexpr auto operations = std::to_array<Operation>({{"device.import", &device_import}});

}  // namespace

std::span<const Operation> import_operations() { return operations; }

}  // namespace godwit::admin
