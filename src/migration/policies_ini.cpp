#include "migration/policies_ini.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"

namespace godwit::migration {
namespace {

using Names = std::pair<std::string_view, std::string_view>;
constexpr auto elements = std::to_array<Names>({
    {"devpwenabled", "DevicePasswordEnabled"},
    {"alphanumpwreq", "AlphanumericDevicePasswordRequired"},
    {"devencenabled", "RequireStorageCardEncryption"},
    {"pwrecoveryenabled", "PasswordRecoveryEnabled"},
    {"attenabled", "AttachmentsEnabled"},
    {"mindevpwlenngth", "MinDevicePasswordLength"},
    {"maxinacttimedevlock", "MaxInactivityTimeDeviceLock"},
    {"maxdevpwfailedattempts", "MaxDevicePasswordFailedAttempts"},
    {"maxattsize", "MaxAttachmentSize"},
    {"allowsimpledevpw", "AllowSimpleDevicePassword"},
    {"devpwexpiration", "DevicePasswordExpiration"},
    {"devpwhistory", "DevicePasswordHistory"},
    {"allowstoragecard", "AllowStorageCard"},
    {"allowcam", "AllowCamera"},
    {"reqdevenc", "RequireDeviceEncryption"},
    {"allowunsignedapps", "AllowUnsignedApplications"},
    {"allowunsigninstallpacks", "AllowUnsignedInstallationPackages"},
    {"mindevcomplexchars", "MinDevicePasswordComplexCharacters"},
    {"allowwifi", "AllowWiFi"},
    {"allowtextmessaging", "AllowTextMessaging"},
    {"allowpopimapemail", "AllowPOPIMAPEmail"},
    {"allowbluetooth", "AllowBluetooth"},
    {"allowirda", "AllowIrDA"},
    {"reqmansyncroam", "RequireManualSyncWhenRoaming"},
    {"allowdesktopsync", "AllowDesktopSync"},
    {"maxcalagefilter", "MaxCalendarAgeFilter"},
    {"allowhtmlemail", "AllowHTMLEmail"},
    {"maxemailagefilter", "MaxEmailAgeFilter"},
    {"maxemailbodytruncsize", "MaxEmailBodyTruncationSize"},
    {"maxemailhtmlbodytruncsize", "MaxEmailHTMLBodyTruncationSize"},
    {"reqsignedsmimemessages", "RequireSignedSMIMEMessages"},
    {"reqencsmimemessages", "RequireEncryptedSMIMEMessages"},
    {"reqsignedsmimealgorithm", "RequireSignedSMIMEAlgorithm"},
    {"reqencsmimealgorithm", "RequireEncryptionSMIMEAlgorithm"},
    {"allowsmimeencalgneg", "AllowSMIMEEncryptionAlgorithmNegotiation"},
    {"allowsmimesoftcerts", "AllowSMIMESoftCerts"},
    {"allowbrowser", "AllowBrowser"},
    {"allowconsumeremail", "AllowConsumerEmail"},
    {"allowremotedesk", "AllowRemoteDesktop"},
    {"allowinternetsharing", "AllowInternetSharing"},
});

/// Without quotes, or what begins a comment; the words that PHP takes for numbers are those.
std::string value_of(std::string_view text) {
  text = trim(text);
  if (!text.empty() && (text.front() == '"' || text.front() == '\'')) {
    const auto end = text.find(text.front(), 1);
    return std::string(text.substr(1, end == std::string_view::npos ? end : end - 1));
  }
  text = trim(text.substr(0, text.find(';')));
  for (const char* yes : {"on", "yes", "true"}) {
    if (iequals(text, yes)) return "1";
  }
  for (const char* no : {"off", "no", "false"}) {
    if (iequals(text, no)) return "0";
  }
  return iequals(text, "none") || iequals(text, "null") ? std::string() : std::string(text);
}

}  // namespace

Result<std::vector<FormerPolicy>> read_policies_ini(std::string_view text) {
  if (text.size() > policies_bytes_max) return fail(Errc::too_large, "too large for policies");
  std::vector<FormerPolicy> policies;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    const auto line = trim(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (line.empty() || line.starts_with(';') || line.starts_with('#')) continue;
    if (line.starts_with('[')) {
      const auto close = line.find(']');
      if (close == std::string_view::npos) {
        return fail(Errc::malformed, fmt::format("line {}: a section without an end", number));
      }
      policies.push_back({std::string(trim(line.substr(1, close - 1))), {}});
      continue;
    }
    const auto equals = line.find('=');
    if (equals == std::string_view::npos || policies.empty()) {
      return fail(Errc::malformed, fmt::format("line {}: no setting of a policy", number));
    }
    const auto name = trim(line.substr(0, equals));
    const auto known = std::ranges::find(elements, name, &Names::first);
    policies.back().settings.push_back(
        {std::string(name), known == elements.end() ? std::string() : std::string(known->second),
         value_of(line.substr(equals + 1))});
  }
  return policies;
}

}  // namespace godwit::migration
