/// What is known of a device: who it says it is, whether it is provisioned, and what the admin
/// ordered. Kept as one record of the store (store::Kind::device).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "profile/profiles.hpp"

namespace godwit::policy {

/// Remote wipe, ordered by an admin, asked for and acknowledged by the device ([MS-ASPROV]
/// RemoteWipe).
enum class Wipe : std::uint8_t { none, ordered, sent, done, failed };
/// All data of the device, or this account's only (16.1).
enum class WipeScope : std::uint8_t { device, account };

/// What the rules said of the device last.
enum class Standing : std::uint8_t { unknown, allowed, blocked, quarantined, too_many };

struct Device {
  std::string type;
  std::string user_agent;
  std::uint8_t version = 0;  // eas::Version of the last request
  // [MS-ASCMD] DeviceInformation
  std::string model, imei, friendly_name, os, os_language, phone_number, mobile_operator;
  Time first_seen{};
  Time last_seen{};                        // to the day, so that a request does not cost a write
  std::uint32_t policy_key = 0;            // permanent; 0 = not provisioned
  std::uint32_t temporary_policy_key = 0;  // outstanding, for one acknowledgement
  std::string policy_digest;               // of the policy that `policy_key` acknowledged
  bool blocked = false;
  Wipe wipe = Wipe::none;
  WipeScope wipe_scope = WipeScope::device;
  Time wipe_changed{};

  std::string temporary_policy_digest;  // of the document that went with `temporary_policy_key`
  std::string policy_name;              // of the policy that `policy_key` acknowledged
  std::string address;                  // where its last request came from; to the day
  bool allowed = false;                 // by an administrator: no rule and no quarantine applies
  Standing standing = Standing::unknown;
  std::string standing_why;    // which rule; for people
  bool standing_told = false;  // administrator and user were told of the quarantine
  std::string wipe_by;         // who ordered it
  Time wipe_ordered{};
  Time wipe_delivered{};
  std::string profile;  // that an administrator gave it; empty: as profiles say
  friend bool operator==(const Device&, const Device&) = default;
};

/// Ordered and not yet done: the device gets nothing else. One that failed is asked again until it
/// succeeds or an admin takes the order back.
bool wipe_stands(const Device& device);
/// An administrator's word, or a wipe, stands above rules.
bool is_settled(const Device& device);

/// What client profiles look at. Views of the device and of what is given; `version` as people
/// write it: "16.1".
profile::Client client_of(const Device& device, std::string_view id, std::string_view version);

std::string pack(const Device& device);
Result<Device> unpack_device(std::string_view bytes);

}  // namespace godwit::policy
