#include "wbxml/pages/meeting_response.hpp"

#include <array>

#include "wbxml/page.hpp"

namespace godwit::wbxml::meeting_response {
namespace {

constexpr auto rows = std::to_array<TagInfo>({
    {CalendarId, "CalendarId", Content::text},
    {CollectionId, "CollectionId", Content::text},
    {MeetingResponse, "MeetingResponse", Content::container},
    {RequestId, "RequestId", Content::text},
    {Request, "Request", Content::container},
    {Result, "Result", Content::container},
    {Status, "Status", Content::text},
    {UserResponse, "UserResponse", Content::text},
    {Version, "Version", Content::text, 25, 255, true},
    {InstanceId, "InstanceId", Content::text, 141},
    {ProposedStartTime, "ProposedStartTime", Content::text, 161},
    {ProposedEndTime, "ProposedEndTime", Content::text, 161},
    {SendResponse, "SendResponse", Content::container, 160},
});
static_assert(well_formed(rows, 8));

}  // namespace

constinit const Page page = make_page(8, "MeetingResponse", rows);

}  // namespace godwit::wbxml::meeting_response
