#include "wbxml/pages/ping.hpp"

#include <array>

#include "wbxml/page.hpp"

namespace godwit::wbxml::ping {
namespace {

constexpr auto rows = std::to_array<TagInfo>({
    {Ping, "Ping", Content::container},
    {AutdState, "AutdState", Content::text, 25, 255, true},
    {Status, "Status", Content::text},
    {HeartbeatInterval, "HeartbeatInterval", Content::text},
    {Folders, "Folders", Content::container},
    {Folder, "Folder", Content::mixed},  // container in request; string in response
    {Id, "Id", Content::text},
    {Class, "Class", Content::text},
    {MaxFolders, "MaxFolders", Content::text},
});
static_assert(well_formed(rows, 13));

}  // namespace

constinit const Page page = make_page(13, "Ping", rows);

}  // namespace godwit::wbxml::ping
