#include "wbxml/pages/airsync.hpp"

#include <array>

#include "wbxml/page.hpp"

namespace godwit::wbxml::airsync {
namespace {

constexpr auto rows = std::to_array<TagInfo>({
    {Sync, "Sync", Content::container},
    {Responses, "Responses", Content::container},
    {Add, "Add", Content::container},
    {Change, "Change", Content::container},
    {Delete, "Delete", Content::container},
    {Fetch, "Fetch", Content::container},
    {SyncKey, "SyncKey", Content::text},
    {ClientId, "ClientId", Content::text},
    {ServerId, "ServerId", Content::text},
    {Status, "Status", Content::text},
    {Collection, "Collection", Content::container},
    {Class, "Class", Content::text},
    {Version, "Version", Content::text, 10, 255, true},
    {CollectionId, "CollectionId", Content::text},
    {GetChanges, "GetChanges", Content::text},
    {MoreAvailable, "MoreAvailable", Content::empty},
    {WindowSize, "WindowSize", Content::text},
    {Commands, "Commands", Content::container},
    {Options, "Options", Content::container},
    {FilterType, "FilterType", Content::text},
    {Truncation, "Truncation", Content::text, 25, 255, true},
    {RTFTruncation, "RTFTruncation", Content::text, 25, 255, true},
    {Conflict, "Conflict", Content::text},
    {Collections, "Collections", Content::container},
    {ApplicationData, "ApplicationData", Content::container},
    {DeletesAsMoves, "DeletesAsMoves", Content::text},
    {NotifyGUID, "NotifyGUID", Content::text, 25, 255, true},
    {Supported, "Supported", Content::container},
    {SoftDelete, "SoftDelete", Content::container},
    {MIMESupport, "MIMESupport", Content::text},
    {MIMETruncation, "MIMETruncation", Content::text},
    {Wait, "Wait", Content::text, 121},
    {Limit, "Limit", Content::text, 121},
    {Partial, "Partial", Content::empty, 121},
    {ConversationMode, "ConversationMode", Content::text, 140},
    {MaxItems, "MaxItems", Content::text, 140},
    {HeartbeatInterval, "HeartbeatInterval", Content::text, 140},
});
static_assert(well_formed(rows, 0));

}  // namespace

constinit const Page page = make_page(0, "AirSync", rows);

}  // namespace godwit::wbxml::airsync
