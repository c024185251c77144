/// What another server knew of a device, for one of its users. All text is of strangers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace godwit::migration {

enum class FormerWipe : std::uint8_t { none, pending, done };

struct FormerDevice {
  static constexpr std::size_t text_bytes_max = 256;

  std::string user;    // as that server names it
  std::string device;  // [MS-ASHTTP] DeviceId, in lower case
  std::string type, agent, model, imei, friendly_name, os, os_language, phone_number,
      mobile_operator;
  std::string version;  // "14.1"; empty: not known
  // Seconds since 1970; 0: not known.
  std::int64_t first_seen = 0;
  std::int64_t last_seen = 0;
  std::uint32_t policy_key = 0;  // 0: none
  std::string policy_name;
  FormerWipe wipe = FormerWipe::none;
  bool wipe_account_only = false;
  std::string wipe_by;
  std::int64_t wipe_ordered = 0;
  std::int64_t wipe_done = 0;
};

}  // namespace godwit::migration
