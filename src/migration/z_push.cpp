#include "migration/z_push.hpp"

#include <algorithm>
#include <limits>
#include <optional>

#include "base/text.hpp"
#include "migration/php_value.hpp"

namespace godwit::migration {
namespace {

// SYNC_PROVISION_RWSTATUS_*. Those of the account alone are of servers made from Z-Push.
constexpr std::int64_t pending = 2, requested = 4, wiped = 8;
constexpr std::int64_t pending_account = 16, requested_account = 32, wiped_account = 64;

/// Of an object that keeps its data in an array: written by itself (an id, and the data), or member
/// by member.
std::optional<PhpValue> data_of(const PhpValue& object) {
  if (object.kind() == PhpKind::object) return object.find("data");
  if (object.kind() != PhpKind::custom || object.size() == 0) return std::nullopt;
  return object.member(0).second.find(1);
}

std::string text_of(const PhpValue& data, std::string_view name) {
  const auto found = data.find(name);
  if (!found || (found->kind() != PhpKind::text && found->kind() != PhpKind::integer)) return {};
  return std::string(trim(utf8_prefix(utf8_clean(found->text()), FormerDevice::text_bytes_max)));
}

/// A moment; 0 for what is none, and for what no clock says.
std::int64_t seconds_of(const PhpValue& data, std::string_view name) {
  constexpr std::int64_t year_10000 = 253'402'300'800;
  const auto found = data.find(name);
  const auto number = found ? found->integer() : std::nullopt;
  return number && *number > 0 && *number < year_10000 ? *number : 0;
}

std::string either(const PhpValue& data, std::string_view name, std::string_view other) {
  auto text = text_of(data, name);
  return text.empty() ? text_of(data, other) : text;
}

void read_wipe(const PhpValue& data, FormerDevice& device) {
  const auto found = data.find("wipestatus");
  const auto status = found ? found->integer().value_or(0) : 0;
  device.wipe_account_only =
      status == pending_account || status == requested_account || status == wiped_account;
  if (status == wiped || status == wiped_account) {
    device.wipe = FormerWipe::done;
  } else if (status == pending || status == requested || device.wipe_account_only) {
    device.wipe = FormerWipe::pending;
  }
  if (device.wipe == FormerWipe::none) return;
  // Z-Push gives the order on to other users by names that are spelt another way.
  device.wipe_by = either(data, "wiperequestedby", "wiperequestby");
  device.wipe_ordered =
      std::max(seconds_of(data, "wiperequestedon"), seconds_of(data, "wiperequeston"));
  device.wipe_done = device.wipe == FormerWipe::done ? seconds_of(data, "wipeactionon") : 0;
}

FormerDevice device_of(std::string_view user, std::string_view id, const PhpValue& data) {
  FormerDevice device;
  device.user = user;
  device.device = ascii_lower(id);
  device.type = text_of(data, "devicetype");
  device.agent = text_of(data, "useragent");
  device.model = text_of(data, "devicemodel");
  device.imei = text_of(data, "deviceimei");
  device.friendly_name = text_of(data, "devicefriendlyname");
  device.os = text_of(data, "deviceos");
  device.os_language = text_of(data, "deviceoslanguage");
  device.phone_number = text_of(data, "devicephonenumber");
  device.mobile_operator = text_of(data, "devicemobileoperator");
  device.version = text_of(data, "asversion");
  device.first_seen = seconds_of(data, "firstsynctime");
  device.last_seen = seconds_of(data, "lastupdatetime");
  const auto key = data.find("policykey");
  const auto number = key ? key->integer().value_or(0) : 0;
  if (number > 0 && number <= std::numeric_limits<std::uint32_t>::max()) {
    device.policy_key = static_cast<std::uint32_t>(number);
  }
  device.policy_name = text_of(data, "policyname");
  read_wipe(data, device);
  return device;
}

/// An order for one user of a device reaches it by whichever user comes first. Of the account
/// alone, it is that user's.
void share_wipes(std::vector<FormerDevice>& devices) {
  const auto ordered = std::ranges::find_if(devices, [](const FormerDevice& device) {
    return device.wipe != FormerWipe::none && !device.wipe_account_only;
  });
  if (ordered == devices.end()) return;
  const FormerDevice& from = *ordered;  // not among those that change
  for (FormerDevice& device : devices) {
    if (device.wipe != FormerWipe::none) continue;
    device.wipe = FormerWipe::pending;
    device.wipe_by = from.wipe_by;
    device.wipe_ordered = from.wipe_ordered;
  }
}

}  // namespace

Result<std::vector<FormerDevice>> z_push_devices(std::string_view id, std::string_view state) {
  const auto document = PhpDocument::parse(state, {.bytes_max = z_push_state_bytes_max});
  if (!document) return pass(document);
  const auto data = data_of(document->root());
  const auto users = data ? data->find("devices") : std::nullopt;
  if (!users || users->kind() != PhpKind::array) {
    return fail(Errc::malformed, "it holds no devices as Z-Push 2 keeps them");
  }
  std::vector<FormerDevice> devices;
  for (std::size_t i = 0; i < users->size(); ++i) {
    const auto [name, object] = users->member(i);
    const auto of_user = data_of(object);
    if (!of_user) return fail(Errc::malformed, "a user's part is not as Z-Push 2 keeps it");
    if (name.text().empty() || name.text().size() > FormerDevice::text_bytes_max) {
      return fail(Errc::malformed, "a user without a name, or of too long a one");
    }
    devices.push_back(device_of(name.text(), id, *of_user));
  }
  share_wipes(devices);
  return devices;
}

std::string_view z_push_device_of(std::string_view path) {
  constexpr std::string_view end = "-devicedata";
  if (!path.ends_with(end)) return {};
  path.remove_suffix(end.size());
  const auto folder = path.rfind('/');
  return folder == std::string_view::npos ? path : path.substr(folder + 1);
}

}  // namespace godwit::migration
