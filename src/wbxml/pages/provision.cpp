#include "wbxml/pages/provision.hpp"

#include <array>

#include "wbxml/page.hpp"

namespace godwit::wbxml::provision {
namespace {

constexpr auto rows = std::to_array<TagInfo>({
    {Provision, "Provision", Content::container},
    {Policies, "Policies", Content::container},
    {Policy, "Policy", Content::container},
    {PolicyType, "PolicyType", Content::text},
    {PolicyKey, "PolicyKey", Content::text},
    {Data, "Data", Content::mixed},  // container for EAS WBXML; string for WAP XML (2.5)
    {Status, "Status", Content::text},
    {RemoteWipe, "RemoteWipe", Content::mixed},  // empty in response; container in request
    {EASProvisionDoc, "EASProvisionDoc", Content::container, 120},
    {DevicePasswordEnabled, "DevicePasswordEnabled", Content::text, 120},
    {AlphanumericDevicePasswordRequired, "AlphanumericDevicePasswordRequired", Content::text, 120},
    {RequireStorageCardEncryption, "RequireStorageCardEncryption", Content::text, 121},
    {PasswordRecoveryEnabled, "PasswordRecoveryEnabled", Content::text, 120},
    {DocumentBrowseEnabled, "DocumentBrowseEnabled", Content::text, 120, 255, true},
    {AttachmentsEnabled, "AttachmentsEnabled", Content::text, 120},
    {MinDevicePasswordLength, "MinDevicePasswordLength", Content::text, 120},
    {MaxInactivityTimeDeviceLock, "MaxInactivityTimeDeviceLock", Content::text, 120},
    {MaxDevicePasswordFailedAttempts, "MaxDevicePasswordFailedAttempts", Content::text, 120},
    {MaxAttachmentSize, "MaxAttachmentSize", Content::text, 120},
    {AllowSimpleDevicePassword, "AllowSimpleDevicePassword", Content::text, 120},
    {DevicePasswordExpiration, "DevicePasswordExpiration", Content::text, 120},
    {DevicePasswordHistory, "DevicePasswordHistory", Content::text, 120},
    {AllowStorageCard, "AllowStorageCard", Content::text, 121},
    {AllowCamera, "AllowCamera", Content::text, 121},
    {RequireDeviceEncryption, "RequireDeviceEncryption", Content::text, 121},
    {AllowUnsignedApplications, "AllowUnsignedApplications", Content::text, 121},
    {AllowUnsignedInstallationPackages, "AllowUnsignedInstallationPackages", Content::text, 121},
    {MinDevicePasswordComplexCharacters, "MinDevicePasswordComplexCharacters", Content::text, 121},
    {AllowWiFi, "AllowWiFi", Content::text, 121},
    {AllowTextMessaging, "AllowTextMessaging", Content::text, 121},
    {AllowPOPIMAPEmail, "AllowPOPIMAPEmail", Content::text, 121},
    {AllowBluetooth, "AllowBluetooth", Content::text, 121},
    {AllowIrDA, "AllowIrDA", Content::text, 121},
    {RequireManualSyncWhenRoaming, "RequireManualSyncWhenRoaming", Content::text, 121},
    {AllowDesktopSync, "AllowDesktopSync", Content::text, 121},
    {MaxCalendarAgeFilter, "MaxCalendarAgeFilter", Content::text, 121},
    {AllowHTMLEmail, "AllowHTMLEmail", Content::text, 121},
    {MaxEmailAgeFilter, "MaxEmailAgeFilter", Content::text, 121},
    {MaxEmailBodyTruncationSize, "MaxEmailBodyTruncationSize", Content::text, 121},
    {MaxEmailHTMLBodyTruncationSize, "MaxEmailHTMLBodyTruncationSize", Content::text, 121},
    {RequireSignedSMIMEMessages, "RequireSignedSMIMEMessages", Content::text, 121},
    {RequireEncryptedSMIMEMessages, "RequireEncryptedSMIMEMessages", Content::text, 121},
    {RequireSignedSMIMEAlgorithm, "RequireSignedSMIMEAlgorithm", Content::text, 121},
    {RequireEncryptionSMIMEAlgorithm, "RequireEncryptionSMIMEAlgorithm", Content::text, 121},
    {AllowSMIMEEncryptionAlgorithmNegotiation, "AllowSMIMEEncryptionAlgorithmNegotiation",
     Content::text, 121},
    {AllowSMIMESoftCerts, "AllowSMIMESoftCerts", Content::text, 121},
    {AllowBrowser, "AllowBrowser", Content::text, 121},
    {AllowConsumerEmail, "AllowConsumerEmail", Content::text, 121},
    {AllowRemoteDesktop, "AllowRemoteDesktop", Content::text, 121},
    {AllowInternetSharing, "AllowInternetSharing", Content::text, 121},
    {UnapprovedInROMApplicationList, "UnapprovedInROMApplicationList", Content::container, 121},
    {ApplicationName, "ApplicationName", Content::text, 121},
    {ApprovedApplicationList, "ApprovedApplicationList", Content::container, 121},
    {Hash, "Hash", Content::text, 121},
    {AccountOnlyRemoteWipe, "AccountOnlyRemoteWipe", Content::mixed,
     161},  // empty in response; container in request
});
static_assert(well_formed(rows, 14));

}  // namespace

constinit const Page page = make_page(14, "Provision", rows);

}  // namespace godwit::wbxml::provision
