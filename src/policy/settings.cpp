#include "policy/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/text.hpp"
#include "wbxml/pages/provision.hpp"

namespace godwit::policy {
namespace {

namespace tag = wbxml::provision;
using eas::Version;

// [MS-ASPROV] EASProvisionDoc, in the order of its schema. What 12.0 devices do not know is
// since 12.1.
constexpr auto rows = std::to_array<Setting>({
    {"DevicePasswordEnabled", tag::DevicePasswordEnabled, Version::v12_0, 0, 1, false, {}},
    {"AlphanumericDevicePasswordRequired",
     tag::AlphanumericDevicePasswordRequired,
     Version::v12_0,
     0,
     1,
     false,
     {}},
    {"PasswordRecoveryEnabled", tag::PasswordRecoveryEnabled, Version::v12_0, 0, 1, false, {}},
    {"RequireStorageCardEncryption",
     tag::RequireStorageCardEncryption,
     Version::v12_1,
     0,
     1,
     false,
     {}},
    {"AttachmentsEnabled", tag::AttachmentsEnabled, Version::v12_0, 0, 1, false, {}},
    {"MinDevicePasswordLength", tag::MinDevicePasswordLength, Version::v12_0, 1, 16, true, {}},
    {"MaxInactivityTimeDeviceLock",
     tag::MaxInactivityTimeDeviceLock,
     Version::v12_0,
     0,
     UINT32_MAX,
     true,
     {}},
    {"MaxDevicePasswordFailedAttempts",
     tag::MaxDevicePasswordFailedAttempts,
     Version::v12_0,
     4,
     16,
     true,
     {}},
    {"MaxAttachmentSize", tag::MaxAttachmentSize, Version::v12_0, 0, UINT32_MAX, true, {}},
    {"AllowSimpleDevicePassword", tag::AllowSimpleDevicePassword, Version::v12_0, 0, 1, false, {}},
    {"DevicePasswordExpiration",
     tag::DevicePasswordExpiration,
     Version::v12_0,
     0,
     UINT32_MAX,
     true,
     {}},
    {"DevicePasswordHistory", tag::DevicePasswordHistory, Version::v12_0, 0, UINT32_MAX, false, {}},
    {"AllowStorageCard", tag::AllowStorageCard, Version::v12_1, 0, 1, false, {}},
    {"AllowCamera", tag::AllowCamera, Version::v12_1, 0, 1, false, {}},
    {"RequireDeviceEncryption", tag::RequireDeviceEncryption, Version::v12_1, 0, 1, false, {}},
    {"AllowUnsignedApplications", tag::AllowUnsignedApplications, Version::v12_1, 0, 1, false, {}},
    {"AllowUnsignedInstallationPackages",
     tag::AllowUnsignedInstallationPackages,
     Version::v12_1,
     0,
     1,
     false,
     {}},
    {"MinDevicePasswordComplexCharacters",
     tag::MinDevicePasswordComplexCharacters,
     Version::v12_1,
     1,
     4,
     false,
     {}},
    {"AllowWiFi", tag::AllowWiFi, Version::v12_1, 0, 1, false, {}},
    {"AllowTextMessaging", tag::AllowTextMessaging, Version::v12_1, 0, 1, false, {}},
    {"AllowPOPIMAPEmail", tag::AllowPOPIMAPEmail, Version::v12_1, 0, 1, false, {}},
    {"AllowBluetooth", tag::AllowBluetooth, Version::v12_1, 0, 2, false, {}},
    {"AllowIrDA", tag::AllowIrDA, Version::v12_1, 0, 1, false, {}},
    {"RequireManualSyncWhenRoaming",
     tag::RequireManualSyncWhenRoaming,
     Version::v12_1,
     0,
     1,
     false,
     {}},
    {"AllowDesktopSync", tag::AllowDesktopSync, Version::v12_1, 0, 1, false, {}},
    {"MaxCalendarAgeFilter", tag::MaxCalendarAgeFilter, Version::v12_1, 0, 7, false, {}},
    {"AllowHTMLEmail", tag::AllowHTMLEmail, Version::v12_1, 0, 1, false, {}},
    {"MaxEmailAgeFilter", tag::MaxEmailAgeFilter, Version::v12_1, 0, 5, false, {}},
    {"MaxEmailBodyTruncationSize",
     tag::MaxEmailBodyTruncationSize,
     Version::v12_1,
     -1,
     INT32_MAX,
     false,
     {}},
    {"MaxEmailHTMLBodyTruncationSize",
     tag::MaxEmailHTMLBodyTruncationSize,
     Version::v12_1,
     -1,
     INT32_MAX,
     false,
     {}},
    {"RequireSignedSMIMEMessages",
     tag::RequireSignedSMIMEMessages,
     Version::v12_1,
     0,
     1,
     false,
     {}},
    {"RequireEncryptedSMIMEMessages",
     tag::RequireEncryptedSMIMEMessages,
     Version::v12_1,
     0,
     1,
     false,
     {}},
    {"RequireSignedSMIMEAlgorithm",
     tag::RequireSignedSMIMEAlgorithm,
     Version::v12_1,
     0,
     1,
     false,
     {}},
    {"RequireEncryptionSMIMEAlgorithm",
     tag::RequireEncryptionSMIMEAlgorithm,
     Version::v12_1,
     0,
     4,
     false,
     {}},
    {"AllowSMIMEEncryptionAlgorithmNegotiation",
     tag::AllowSMIMEEncryptionAlgorithmNegotiation,
     Version::v12_1,
     0,
     2,
     false,
     {}},
    {"AllowSMIMESoftCerts", tag::AllowSMIMESoftCerts, Version::v12_1, 0, 1, false, {}},
    {"AllowBrowser", tag::AllowBrowser, Version::v12_1, 0, 1, false, {}},
    {"AllowConsumerEmail", tag::AllowConsumerEmail, Version::v12_1, 0, 1, false, {}},
    {"AllowRemoteDesktop", tag::AllowRemoteDesktop, Version::v12_1, 0, 1, false, {}},
    {"AllowInternetSharing", tag::AllowInternetSharing, Version::v12_1, 0, 1, false, {}},
    {"UnapprovedInROMApplicationList", tag::UnapprovedInROMApplicationList, Version::v12_1, 0, 0,
     false, wbxml::provision::ApplicationName},
    {"ApprovedApplicationList", tag::ApprovedApplicationList, Version::v12_1, 0, 0, false,
     wbxml::provision::Hash},
});

const Setting* find_setting(std::string_view name) {
  const auto at = std::ranges::find(rows, name, &Setting::name);
  return at == rows.end() ? nullptr : &*at;
}

/// Names of a list setting, separated by line ends.
std::vector<std::string_view> lines(std::string_view text) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    const auto end = text.find('\n');
    if (const auto line = trim(text.substr(0, end)); !line.empty()) out.push_back(line);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  return out;
}

}  // namespace

std::vector<Setting> settings_of(Version version) {
  std::vector<Setting> known;
  std::ranges::copy_if(rows, std::back_inserter(known),
                       [&](const Setting& setting) { return setting.since <= version; });
  return known;
}

Result<> check_setting(std::string_view name, std::string_view value) {
  const Setting* setting = find_setting(name);
  if (setting == nullptr)
    return fail(Errc::not_found, fmt::format("there is no policy setting \"{}\"", name));
  if (setting->is_list()) return {};
  if (value.empty() && setting->may_be_empty) return {};
  const auto number = parse_number<std::int64_t>(value);
  if (!number || *number < setting->least || *number > setting->greatest) {
    return fail(
        Errc::out_of_range,
        fmt::format("{} is a number from {} to {}{}", name, setting->least, setting->greatest,
                    setting->may_be_empty ? ", or empty for no limit" : ""));
  }
  return {};
}

void write_policy(const Settings& settings, Version version, wbxml::Writer& out) {
  for (const Setting& setting : rows) {
    const auto value = settings.values.find(std::string(setting.name));
    if (value == settings.values.end() || setting.since > version) continue;
    if (!setting.is_list()) {
      out.text(setting.tag, value->second);
      continue;
    }
    out.open(setting.tag);
    for (const std::string_view line : lines(value->second)) out.text(setting.list_item, line);
    out.close();
  }
}

}  // namespace godwit::policy
