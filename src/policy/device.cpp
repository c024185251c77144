#include "policy/device.hpp"

#include "base/pack.hpp"

namespace godwit::policy {
namespace {

constexpr std::uint64_t format = 2;  // 1 ends before the temporary policy's digest

std::uint64_t stamp(Time time) {
  return static_cast<std::uint64_t>(time.time_since_epoch().count());
}
Time time_of(std::uint64_t stamp) {
  return Time(std::chrono::milliseconds(static_cast<std::int64_t>(stamp)));
}

/// What format 2 added.
void read_second(Unpacker& in, Device& device) {
  device.temporary_policy_digest = in.text();
  device.policy_name = in.text();
  device.address = in.text();
  device.allowed = in.boolean();
  device.standing = static_cast<Standing>(in.number());
  device.standing_why = in.text();
  device.standing_told = in.boolean();
  device.wipe_by = in.text();
  device.wipe_ordered = time_of(in.number());
  device.wipe_delivered = time_of(in.number());
  // The first such records end here, or with an empty text.
  if (!in.at_end()) device.profile = in.text();
}

}  // namespace

bool wipe_stands(const Device& device) {
  return device.wipe == Wipe::ordered || device.wipe == Wipe::sent || device.wipe == Wipe::failed;
}

bool is_settled(const Device& device) {
  return device.allowed || device.blocked || device.wipe != Wipe::none;
}

profile::Client client_of(const Device& device, std::string_view id, std::string_view version) {
  return {.type = device.type,
          .agent = device.user_agent,
          .model = device.model,
          .system = device.os,
          .id = id,
          .version = version,
          .given = device.profile};
}

std::string pack(const Device& device) {
  Packer out;
  out.number(format);
  for (const std::string* text :
       {&device.type, &device.user_agent, &device.model, &device.imei, &device.friendly_name,
        &device.os, &device.os_language, &device.phone_number, &device.mobile_operator,
        &device.policy_digest}) {
    out.text(*text);
  }
  out.number(device.version);
  out.number(stamp(device.first_seen)).number(stamp(device.last_seen));
  out.number(device.policy_key).number(device.temporary_policy_key);
  out.boolean(device.blocked);
  out.number(static_cast<std::uint64_t>(device.wipe));
  out.number(static_cast<std::uint64_t>(device.wipe_scope));
  out.number(stamp(device.wipe_changed));
  out.text(device.temporary_policy_digest).text(device.policy_name).text(device.address);
  out.boolean(device.allowed).number(static_cast<std::uint64_t>(device.standing));
  out.text(device.standing_why).boolean(device.standing_told).text(device.wipe_by);
  out.number(stamp(device.wipe_ordered)).number(stamp(device.wipe_delivered));
  if (!device.profile.empty()) out.text(device.profile);
  return std::move(out).bytes();
}

Result<Device> unpack_device(std::string_view bytes) {
  Unpacker in(bytes);
  const std::uint64_t written = in.number();
  if (written == 0 || written > format) {
    return fail(Errc::unsupported, "device of another format");
  }
  Device device;
  for (std::string* text : {&device.type, &device.user_agent, &device.model, &device.imei,
                            &device.friendly_name, &device.os, &device.os_language,
                            &device.phone_number, &device.mobile_operator, &device.policy_digest}) {
    *text = in.text();
  }
  device.version = in.number_as<std::uint8_t>();
  device.first_seen = time_of(in.number());
  device.last_seen = time_of(in.number());
  device.policy_key = in.number_as<std::uint32_t>();
  device.temporary_policy_key = in.number_as<std::uint32_t>();
  device.blocked = in.boolean();
  device.wipe = static_cast<Wipe>(in.number());
  device.wipe_scope = static_cast<WipeScope>(in.number());
  device.wipe_changed = time_of(in.number());
  if (written >= 2) read_second(in, device);
  if (auto whole = in.finish(); !whole) return pass(whole);
  return device;
}

}  // namespace godwit::policy
