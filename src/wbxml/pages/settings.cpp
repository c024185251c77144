#include "wbxml/pages/settings.hpp"

#include <array>

#include "wbxml/page.hpp"

namespace godwit::wbxml::settings {
namespace {

constexpr auto rows = std::to_array<TagInfo>({
    {Settings, "Settings", Content::container, 120},
    {Status, "Status", Content::text, 120},
    {Get, "Get", Content::container, 120},
    {Set, "Set", Content::container, 120},
    {Oof, "Oof", Content::container, 120},
    {OofState, "OofState", Content::text, 120},
    {StartTime, "StartTime", Content::text, 120},
    {EndTime, "EndTime", Content::text, 120},
    {OofMessage, "OofMessage", Content::container, 120},
    {AppliesToInternal, "AppliesToInternal", Content::empty, 120},
    {AppliesToExternalKnown, "AppliesToExternalKnown", Content::empty, 120},
    {AppliesToExternalUnknown, "AppliesToExternalUnknown", Content::empty, 120},
    {Enabled, "Enabled", Content::text, 120},
    {ReplyMessage, "ReplyMessage", Content::text, 120},
    {BodyType, "BodyType", Content::text, 120},
    {DevicePassword, "DevicePassword", Content::container, 120},
    {Password, "Password", Content::text, 120},
    {DeviceInformation, "DeviceInformation", Content::container, 120},
    {Model, "Model", Content::text, 120},
    {IMEI, "IMEI", Content::text, 120},
    {FriendlyName, "FriendlyName", Content::text, 120},
    {OS, "OS", Content::text, 120},
    {OSLanguage, "OSLanguage", Content::text, 120},
    {PhoneNumber, "PhoneNumber", Content::text, 120},
    {UserInformation, "UserInformation", Content::container, 120},
    {EmailAddresses, "EmailAddresses", Content::container, 120},
    {SMTPAddress, "SMTPAddress", Content::text, 120},
    {UserAgent, "UserAgent", Content::text, 121},
    {EnableOutboundSMS, "EnableOutboundSMS", Content::text, 140},
    {MobileOperator, "MobileOperator", Content::text, 140},
    {PrimarySmtpAddress, "PrimarySmtpAddress", Content::text, 141},
    {Accounts, "Accounts", Content::container, 141},
    {Account, "Account", Content::container, 141},
    {AccountId, "AccountId", Content::text, 141},
    {AccountName, "AccountName", Content::text, 141},
    {UserDisplayName, "UserDisplayName", Content::text, 141},
    {SendDisabled, "SendDisabled", Content::text, 141},
    {RightsManagementInformation, "RightsManagementInformation", Content::container, 141},
});
static_assert(well_formed(rows, 18));

}  // namespace

constinit const Page page = make_page(18, "Settings", rows);

}  // namespace godwit::wbxml::settings
