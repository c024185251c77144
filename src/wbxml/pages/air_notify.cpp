#include "wbxml/pages/air_notify.hpp"

#include <array>

#include "wbxml/page.hpp"

namespace godwit::wbxml::air_notify {
namespace {

constexpr auto rows = std::to_array<TagInfo>({
    {Notify, "Notify", Content::container, 25, 255, true},
    {Notification, "Notification", Content::text, 25, 255, true},
    {Version, "Version", Content::text, 25, 255, true},
    {LifeTime, "LifeTime", Content::text, 25, 255, true},
    {DeviceInfo, "DeviceInfo", Content::container, 25, 255, true},
    {Enable, "Enable", Content::text, 25, 255, true},
    {Folder, "Folder", Content::text, 25, 255, true},
    {ServerId, "ServerId", Content::text, 25, 255, true},
    {DeviceAddress, "DeviceAddress", Content::text, 25, 255, true},
    {ValidCarrierProfiles, "ValidCarrierProfiles", Content::text, 25, 255, true},
    {CarrierProfile, "CarrierProfile", Content::text, 25, 255, true},
    {Status, "Status", Content::text, 25, 255, true},
    {Responses, "Responses", Content::container, 25, 255, true},
    {Devices, "Devices", Content::container, 25, 255, true},
    {Device, "Device", Content::container, 25, 255, true},
    {Id, "Id", Content::text, 25, 255, true},
    {Expiry, "Expiry", Content::text, 25, 255, true},
    {NotifyGUID, "NotifyGUID", Content::text, 25, 255, true},
    {DeviceFriendlyName, "DeviceFriendlyName", Content::text, 25, 255, true},
});
static_assert(well_formed(rows, 3));

}  // namespace

constinit const Page page = make_page(3, "AirNotify", rows);

}  // namespace godwit::wbxml::air_notify
