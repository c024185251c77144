#include "console/policy_fields.hpp"

#include <array>

namespace godwit::console {
namespace {

using T = PolicyTexts;
using Option = PolicyOption;

// [MS-ASPROV] says what each value means, under the name of its element.
constexpr auto flag = std::to_array<Option>({{"1", &T::yes}, {"0", &T::no}});
constexpr auto characters = std::to_array<Option>({{"1", &T::characters_one},
                                                   {"2", &T::characters_two},
                                                   {"3", &T::characters_three},
                                                   {"4", &T::characters_four}});
constexpr auto bluetooth =
    std::to_array<Option>({{"2", &T::yes}, {"1", &T::bluetooth_hands_free}, {"0", &T::no}});
constexpr auto mail_age = std::to_array<Option>({{"1", &T::age_day},
                                                 {"2", &T::age_three_days},
                                                 {"3", &T::age_week},
                                                 {"4", &T::age_two_weeks},
                                                 {"5", &T::age_month},
                                                 {"0", &T::age_all}});
constexpr auto calendar_age = std::to_array<Option>({{"4", &T::age_two_weeks},
                                                     {"5", &T::age_month},
                                                     {"6", &T::age_three_months},
                                                     {"7", &T::age_six_months},
                                                     {"0", &T::age_all}});
constexpr auto signatures = std::to_array<Option>({{"0", nullptr, "SHA-1"}, {"1", nullptr, "MD5"}});
constexpr auto encryption = std::to_array<Option>({{"0", nullptr, "Triple DES"},
                                                   {"1", nullptr, "DES"},
                                                   {"2", nullptr, "RC2, 128 bit"},
                                                   {"3", nullptr, "RC2, 64 bit"},
                                                   {"4", nullptr, "RC2, 40 bit"}});
constexpr auto negotiation = std::to_array<Option>(
    {{"2", &T::negotiation_any}, {"1", &T::negotiation_strong}, {"0", &T::negotiation_none}});
constexpr std::span<const Option> typed;

constexpr auto of_password = std::to_array<PolicyField>({
    {"DevicePasswordEnabled", flag},
    {"MinDevicePasswordLength", typed},
    {"AlphanumericDevicePasswordRequired", flag},
    {"MinDevicePasswordComplexCharacters", characters},
    {"AllowSimpleDevicePassword", flag},
    {"MaxInactivityTimeDeviceLock", typed},
    {"MaxDevicePasswordFailedAttempts", typed},
    {"DevicePasswordExpiration", typed},
    {"DevicePasswordHistory", typed},
    {"PasswordRecoveryEnabled", flag},
});
constexpr auto of_device = std::to_array<PolicyField>({
    {"RequireDeviceEncryption", flag},
    {"RequireStorageCardEncryption", flag},
    {"AllowStorageCard", flag},
    {"AllowCamera", flag},
    {"AllowTextMessaging", flag},
    {"AllowRemoteDesktop", flag},
    {"AllowDesktopSync", flag},
});
constexpr auto of_connections = std::to_array<PolicyField>({
    {"AllowWiFi", flag},
    {"AllowBluetooth", bluetooth},
    {"AllowIrDA", flag},
    {"AllowInternetSharing", flag},
    {"RequireManualSyncWhenRoaming", flag},
});
constexpr auto of_applications = std::to_array<PolicyField>({
    {"AllowBrowser", flag},
    {"AllowConsumerEmail", flag},
    {"AllowPOPIMAPEmail", flag},
    {"AllowUnsignedApplications", flag},
    {"AllowUnsignedInstallationPackages", flag},
    {"UnapprovedInROMApplicationList", typed},
    {"ApprovedApplicationList", typed},
});
constexpr auto of_mail = std::to_array<PolicyField>({
    {"MaxEmailAgeFilter", mail_age},
    {"MaxCalendarAgeFilter", calendar_age},
    {"AttachmentsEnabled", flag},
    {"MaxAttachmentSize", typed},
    {"AllowHTMLEmail", flag},
    {"MaxEmailBodyTruncationSize", typed},
    {"MaxEmailHTMLBodyTruncationSize", typed},
});
constexpr auto of_smime = std::to_array<PolicyField>({
    {"RequireSignedSMIMEMessages", flag},
    {"RequireSignedSMIMEAlgorithm", signatures},
    {"RequireEncryptedSMIMEMessages", flag},
    {"RequireEncryptionSMIMEAlgorithm", encryption},
    {"AllowSMIMEEncryptionAlgorithmNegotiation", negotiation},
    {"AllowSMIMESoftCerts", flag},
});

constexpr auto groups = std::to_array<PolicyGroup>({
    {&T::group_password, of_password},
    {&T::group_device, of_device},
    {&T::group_connections, of_connections},
    {&T::group_applications, of_applications},
    {&T::group_mail, of_mail},
    {&T::group_smime, of_smime},
});

}  // namespace

std::span<const PolicyGroup> policy_groups() { return groups; }

}  // namespace godwit::console
