#include <array>

#include "console/policy_texts.hpp"

namespace godwit::console {
namespace {

constexpr auto labels = std::to_array<SettingLabel>({
    {"DevicePasswordEnabled", "Password needed"},
    {"AlphanumericDevicePasswordRequired", "Letters needed in the password"},
    {"MinDevicePasswordComplexCharacters", "Kinds of characters needed",
     "Of lower case, upper case, digits and symbols."},
    {"MinDevicePasswordLength", "Shortest password", "Characters."},
    {"AllowSimpleDevicePassword", "Simple passwords allowed", "Such as 1111 or 1234."},
    {"MaxDevicePasswordFailedAttempts", "Wrong passwords until the device erases itself"},
    {"MaxInactivityTimeDeviceLock", "Idle time until the device locks", "Seconds."},
    {"DevicePasswordExpiration", "Days until a new password is due", "0 = never."},
    {"DevicePasswordHistory", "Former passwords that may not come again", "0 = all may."},
    {"PasswordRecoveryEnabled", "Recovery password is kept here"},
    {"RequireDeviceEncryption", "Device has to be encrypted"},
    {"RequireStorageCardEncryption", "Storage card has to be encrypted"},
    {"AllowStorageCard", "Storage card allowed"},
    {"AllowCamera", "Camera allowed"},
    {"AllowTextMessaging", "Text messages allowed"},
    {"AllowRemoteDesktop", "Remote desktop allowed"},
    {"AllowDesktopSync", "Synchronization with a computer allowed"},
    {"AllowWiFi", "Wi-Fi allowed"},
    {"AllowBluetooth", "Bluetooth allowed"},
    {"AllowIrDA", "Infrared allowed"},
    {"AllowInternetSharing", "Sharing of its connection allowed"},
    {"RequireManualSyncWhenRoaming", "No push while roaming",
     "Abroad the device synchronizes only when it is told to."},
    {"AllowBrowser", "Browser allowed"},
    {"AllowConsumerEmail", "Private mail services allowed"},
    {"AllowPOPIMAPEmail", "POP and IMAP accounts allowed"},
    {"AllowUnsignedApplications", "Unsigned applications allowed"},
    {"AllowUnsignedInstallationPackages", "Unsigned installation packages allowed"},
    {"UnapprovedInROMApplicationList", "Built-in programs that may not run", "A file name a line."},
    {"ApprovedApplicationList", "Programs that alone may run",
     "The SHA-1 of each, in Base64, a line each."},
    {"AttachmentsEnabled", "Attachments may be downloaded"},
    {"MaxAttachmentSize", "Largest attachment", "Bytes."},
    {"AllowHTMLEmail", "HTML mail allowed"},
    {"MaxEmailAgeFilter", "Mail on the device, at most"},
    {"MaxCalendarAgeFilter", "Past appointments on the device, at most"},
    {"MaxEmailBodyTruncationSize", "Plain text of a mail, at most",
     "-1 = the whole, 0 = the head alone."},
    {"MaxEmailHTMLBodyTruncationSize", "HTML text of a mail, at most",
     "-1 = the whole, 0 = the head alone."},
    {"RequireSignedSMIMEMessages", "Mail has to be signed"},
    {"RequireEncryptedSMIMEMessages", "Mail has to be encrypted"},
    {"RequireSignedSMIMEAlgorithm", "Algorithm of signatures"},
    {"RequireEncryptionSMIMEAlgorithm", "Algorithm of encryption"},
    {"AllowSMIMEEncryptionAlgorithmNegotiation", "Another algorithm where a recipient needs it"},
    {"AllowSMIMESoftCerts", "Certificates in software allowed"},
});

constexpr PolicyWords words{
    .texts =
        {
            .create = "New policy",
            .edit = "Edit",
            .copy = "Copy to edit",
            .remove = "Remove",
            .of_configuration = "It is of the configuration file, and changed there.",
            .overridden =
                "The configuration file has a policy of that name, which is the one that counts.",
            .saved = "The policy was saved. Devices that wait learn of it at once.",
            .removed = "The policy was removed. Devices that wait learn of it at once.",

            .create_title = "New policy",
            .edit_title = "Edit {}",
            .name = "Name",
            .name_hint = "Letters, digits, dots, dashes: how people call it.",
            .name_missing = "The policy needs a name.",
            .name_taken = "There is a policy of that name already.",
            .mode = "How strictly",
            .mode_off = "Off",
            .mode_loose = "Loose",
            .mode_strict = "Strict",
            .accept = "Also let in",
            .accept_partial = "Phones that apply it in part",
            .accept_external = "Phones that somebody else manages",
            .whose = "For whom",
            .whose_hint =
                "Whom nobody names has the configuration’s standard. A policy can also be assigned "
                "to one user on the page of all policies.",
            .a_line_each = "One a line.",
            .settings = "What it asks for",
            .settings_hint =
                "What is left open is not sent, and each phone does as it likes. Phones of old "
                "protocol versions are sent what they know.",
            .said = "Set: {}",
            .look = "Look at what it changes",
            .wrong = "This cannot be saved yet:",
            .range_from = "A whole number from {}",
            .range_to = " to {}",
            .refused = "That did not work: {}",

            .look_title = "Save {}?",
            .changes = "Changes",
            .changes_none = "Nothing is different from what is saved.",
            .hit_users = "Users whom it hits",
            .hit_devices = "Devices that it hits",
            .hit_asked = "Devices that fetch their policy anew",
            .hit_waiting = "Devices that wait now, and are answered at once",
            .not_sent = "Not sent to devices of version {}",
            .now = "Now",
            .then = "Then",
            .fetches = "Fetches it anew",
            .yes_at_once = "Yes, at once",
            .rows_more = "And {} more.",
            .save = "Save",
            .change_again = "Change again",
            .remove_title = "Remove {}?",
            .remove_assigned =
                "The policy is assigned to users. Assign them another one first, then remove it.",

            .stale =
                "Somebody else has changed this policy in the meantime. Nothing was saved. Here is "
                "what you had typed; if you save it, it replaces what is there now.",
            .stale_gone =
                "Somebody else has removed this policy in the meantime. Nothing was saved. If you "
                "save what you had typed, the policy is there again.",
            .stale_now = "What is there now",
            .stale_remove =
                "The policy was changed in the meantime. Look at it again before you remove it.",

            .group_password = "Password",
            .group_device = "Device",
            .group_connections = "Connections",
            .group_applications = "Programs and accounts",
            .group_mail = "Mail and calendar",
            .group_smime = "Signed and encrypted mail (S/MIME)",

            .left_open = "Left open",
            .yes = "Yes",
            .no = "No",
            .no_limit = "No limit",
            .empty_list = "An empty list",
            .nothing_said = "none",
            .characters_one = "1 kind",
            .characters_two = "2 kinds",
            .characters_three = "3 kinds",
            .characters_four = "All 4 kinds",
            .bluetooth_hands_free = "Hands-free alone",
            .age_all = "All",
            .age_day = "1 day",
            .age_three_days = "3 days",
            .age_week = "1 week",
            .age_two_weeks = "2 weeks",
            .age_month = "1 month",
            .age_three_months = "3 months",
            .age_six_months = "6 months",
            .negotiation_none = "No other",
            .negotiation_strong = "A strong one",
            .negotiation_any = "Any",
        },
    .labels = labels,
};

}  // namespace

const PolicyWords& english_policy_words() { return words; }

}  // namespace godwit::console
