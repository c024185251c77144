/// Code page 14, Provision ([MS-ASWBXML] Code Pages).
#pragma once

#include "wbxml/tag.hpp"

namespace godwit::wbxml {
struct Page;
}

namespace godwit::wbxml::provision {

inline constexpr Tag Provision{14, 0x05};
inline constexpr Tag Policies{14, 0x06};
inline constexpr Tag Policy{14, 0x07};
inline constexpr Tag PolicyType{14, 0x08};
inline constexpr Tag PolicyKey{14, 0x09};
inline constexpr Tag Data{14, 0x0A};
inline constexpr Tag Status{14, 0x0B};
inline constexpr Tag RemoteWipe{14, 0x0C};
inline constexpr Tag EASProvisionDoc{14, 0x0D};
inline constexpr Tag DevicePasswordEnabled{14, 0x0E};
inline constexpr Tag AlphanumericDevicePasswordRequired{14, 0x0F};
inline constexpr Tag RequireStorageCardEncryption{14, 0x10};
inline constexpr Tag PasswordRecoveryEnabled{14, 0x11};
inline constexpr Tag DocumentBrowseEnabled{14, 0x12};
inline constexpr Tag AttachmentsEnabled{14, 0x13};
inline constexpr Tag MinDevicePasswordLength{14, 0x14};
inline constexpr Tag MaxInactivityTimeDeviceLock{14, 0x15};
inline constexpr Tag MaxDevicePasswordFailedAttempts{14, 0x16};
inline constexpr Tag MaxAttachmentSize{14, 0x17};
inline constexpr Tag AllowSimpleDevicePassword{14, 0x18};
inline constexpr Tag DevicePasswordExpiration{14, 0x19};
inline constexpr Tag DevicePasswordHistory{14, 0x1A};
inline constexpr Tag AllowStorageCard{14, 0x1B};
inline constexpr Tag AllowCamera{14, 0x1C};
inline constexpr Tag RequireDeviceEncryption{14, 0x1D};
inline constexpr Tag AllowUnsignedApplications{14, 0x1E};
inline constexpr Tag AllowUnsignedInstallationPackages{14, 0x1F};
inline constexpr Tag MinDevicePasswordComplexCharacters{14, 0x20};
inline constexpr Tag AllowWiFi{14, 0x21};
inline constexpr Tag AllowTextMessaging{14, 0x22};
inline constexpr Tag AllowPOPIMAPEmail{14, 0x23};
inline constexpr Tag AllowBluetooth{14, 0x24};
inline constexpr Tag AllowIrDA{14, 0x25};
inline constexpr Tag RequireManualSyncWhenRoaming{14, 0x26};
inline constexpr Tag AllowDesktopSync{14, 0x27};
inline constexpr Tag MaxCalendarAgeFilter{14, 0x28};
inline constexpr Tag AllowHTMLEmail{14, 0x29};
inline constexpr Tag MaxEmailAgeFilter{14, 0x2A};
inline constexpr Tag MaxEmailBodyTruncationSize{14, 0x2B};
inline constexpr Tag MaxEmailHTMLBodyTruncationSize{14, 0x2C};
inline constexpr Tag RequireSignedSMIMEMessages{14, 0x2D};
inline constexpr Tag RequireEncryptedSMIMEMessages{14, 0x2E};
inline constexpr Tag RequireSignedSMIMEAlgorithm{14, 0x2F};
inline constexpr Tag RequireEncryptionSMIMEAlgorithm{14, 0x30};
inline constexpr Tag AllowSMIMEEncryptionAlgorithmNegotiation{14, 0x31};
inline constexpr Tag AllowSMIMESoftCerts{14, 0x32};
inline constexpr Tag AllowBrowser{14, 0x33};
inline constexpr Tag AllowConsumerEmail{14, 0x34};
inline constexpr Tag AllowRemoteDesktop{14, 0x35};
inline constexpr Tag AllowInternetSharing{14, 0x36};
inline constexpr Tag UnapprovedInROMApplicationList{14, 0x37};
inline constexpr Tag ApplicationName{14, 0x38};
inline constexpr Tag ApprovedApplicationList{14, 0x39};
inline constexpr Tag Hash{14, 0x3A};
inline constexpr Tag AccountOnlyRemoteWipe{14, 0x3B};

/// The table of this page.
extern const Page page;

}  // namespace godwit::wbxml::provision
