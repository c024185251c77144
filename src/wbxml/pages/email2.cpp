#include "wbxml/pages/email2.hpp"

#include <array>

#include "wbxml/page.hpp"

namespace godwit::wbxml::email2 {
namespace {

constexpr auto rows = std::to_array<TagInfo>({
    {UmCallerID, "UmCallerID", Content::text, 140},
    {UmUserNotes, "UmUserNotes", Content::text, 140},
    {UmAttDuration, "UmAttDuration", Content::text, 140},
    {UmAttOrder, "UmAttOrder", Content::text, 140},
    {ConversationId, "ConversationId", Content::opaque, 140},
    {ConversationIndex, "ConversationIndex", Content::opaque, 140},
    {LastVerbExecuted, "LastVerbExecuted", Content::text, 140},
    {LastVerbExecutionTime, "LastVerbExecutionTime", Content::text, 140},
    {ReceivedAsBcc, "ReceivedAsBcc", Content::text, 140},
    {Sender, "Sender", Content::text, 140},
    {CalendarType, "CalendarType", Content::text, 140},
    {IsLeapMonth, "IsLeapMonth", Content::text, 140},
    {AccountId, "AccountId", Content::text, 141},
    {FirstDayOfWeek, "FirstDayOfWeek", Content::text, 141},
    {MeetingMessageType, "MeetingMessageType", Content::text, 141},
    {IsDraft, "IsDraft", Content::text, 160},
    {Bcc, "Bcc", Content::text, 160},
    {Send, "Send", Content::empty, 160},
});
static_assert(well_formed(rows, 22));

}  // namespace

constinit const Page page = make_page(22, "Email2", rows);

}  // namespace godwit::wbxml::email2
