#include "app/trace_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <memory>
#include <utility>

#include "base/sink.hpp"
#include "base/text.hpp"
#include "client/trace_file.hpp"
#include "wbxml/element.hpp"
#include "wbxml/text.hpp"
#include "wbxml/writer.hpp"

namespace godwit::app {
namespace {

/// Of a body's text; a message that is sent may be long.
constexpr std::size_t text_bytes_max = 256UL * 1024;

constexpr auto harmless =
    std::to_array<std::string_view>({"AirSync:*",
                                     "AirSyncBase:AllOrNone",
                                     "AirSyncBase:ClientId",
                                     "AirSyncBase:ContentType",
                                     "AirSyncBase:EstimatedDataSize",
                                     "AirSyncBase:FileReference",
                                     "AirSyncBase:InstanceId",
                                     "AirSyncBase:IsInline",
                                     "AirSyncBase:Method",
                                     "AirSyncBase:NativeBodyType",
                                     "AirSyncBase:Status",
                                     "AirSyncBase:Truncated",
                                     "AirSyncBase:TruncationSize",
                                     "AirSyncBase:Type",
                                     "Calendar:AllDayEvent",
                                     "Calendar:AppointmentReplyTime",
                                     "Calendar:AttMethod",
                                     "Calendar:AttRemoved",
                                     "Calendar:AttSize",
                                     "Calendar:AttendeeStatus",
                                     "Calendar:AttendeeType",
                                     "Calendar:BodyTruncated",
                                     "Calendar:BusyStatus",
                                     "Calendar:CalendarType",
                                     "Calendar:ClientUid",
                                     "Calendar:DayOfMonth",
                                     "Calendar:DayOfWeek",
                                     "Calendar:Deleted",
                                     "Calendar:DisallowNewTimeProposal",
                                     "Calendar:DtStamp",
                                     "Calendar:EndTime",
                                     "Calendar:ExceptionStartTime",
                                     "Calendar:FirstDayOfWeek",
                                     "Calendar:Interval",
                                     "Calendar:IsLeapMonth",
                                     "Calendar:MeetingStatus",
                                     "Calendar:MonthOfYear",
                                     "Calendar:Occurrences",
                                     "Calendar:Reminder",
                                     "Calendar:ResponseRequested",
                                     "Calendar:ResponseType",
                                     "Calendar:Sensitivity",
                                     "Calendar:StartTime",
                                     "Calendar:Timezone",
                                     "Calendar:Type",
                                     "Calendar:UID",
                                     "Calendar:Until",
                                     "Calendar:WeekOfMonth",
                                     "ComposeMail:AccountId",
                                     "ComposeMail:ClientId",
                                     "ComposeMail:FolderId",
                                     "ComposeMail:InstanceId",
                                     "ComposeMail:ItemId",
                                     "ComposeMail:LongId",
                                     "ComposeMail:ReplaceMime",
                                     "ComposeMail:SaveInSentItems",
                                     "ComposeMail:Status",
                                     "ComposeMail:Type",
                                     "Contacts:BodySize",
                                     "Contacts:BodyTruncated",
                                     "Contacts:WeightedRank",
                                     "Email2:AccountId",
                                     "Email2:CalendarType",
                                     "Email2:ConversationId",
                                     "Email2:ConversationIndex",
                                     "Email2:FirstDayOfWeek",
                                     "Email2:IsDraft",
                                     "Email2:IsLeapMonth",
                                     "Email2:LastVerbExecuted",
                                     "Email2:LastVerbExecutionTime",
                                     "Email2:MeetingMessageType",
                                     "Email2:ReceivedAsBcc",
                                     "Email2:UmAttDuration",
                                     "Email2:UmAttOrder",
                                     "Email:AllDayEvent",
                                     "Email:AttMethod",
                                     "Email:AttRemoved",
                                     "Email:AttSize",
                                     "Email:BodySize",
                                     "Email:BodyTruncated",
                                     "Email:BusyStatus",
                                     "Email:CompleteTime",
                                     "Email:ContentClass",
                                     "Email:DateReceived",
                                     "Email:DayOfMonth",
                                     "Email:DayOfWeek",
                                     "Email:DisallowNewTimeProposal",
                                     "Email:DtStamp",
                                     "Email:EndTime",
                                     "Email:GlobalObjId",
                                     "Email:Importance",
                                     "Email:InstanceType",
                                     "Email:InternetCPID",
                                     "Email:Interval",
                                     "Email:MIMESize",
                                     "Email:MIMETruncated",
                                     "Email:MessageClass",
                                     "Email:MonthOfYear",
                                     "Email:Occurrences",
                                     "Email:Read",
                                     "Email:RecurrenceId",
                                     "Email:Reminder",
                                     "Email:ResponseRequested",
                                     "Email:Sensitivity",
                                     "Email:StartTime",
                                     "Email:Status",
                                     "Email:TimeZone",
                                     "Email:Type",
                                     "Email:Until",
                                     "Email:WeekOfMonth",
                                     "Find:HasAttachments",
                                     "Find:MaxPictures",
                                     "Find:MaxSize",
                                     "Find:Range",
                                     "Find:SearchId",
                                     "Find:Status",
                                     "Find:Total",
                                     "FolderHierarchy:ContentClass",
                                     "FolderHierarchy:Count",
                                     "FolderHierarchy:ParentId",
                                     "FolderHierarchy:ServerId",
                                     "FolderHierarchy:Status",
                                     "FolderHierarchy:SyncKey",
                                     "FolderHierarchy:Type",
                                     "FolderHierarchy:Version",
                                     "GAL:Status",
                                     "GetItemEstimate:*",
                                     "ItemOperations:ConversationId",
                                     "ItemOperations:DstFldId",
                                     "ItemOperations:Part",
                                     "ItemOperations:Range",
                                     "ItemOperations:Status",
                                     "ItemOperations:Store",
                                     "ItemOperations:Total",
                                     "ItemOperations:Version",
                                     "MeetingResponse:CalendarId",
                                     "MeetingResponse:CollectionId",
                                     "MeetingResponse:InstanceId",
                                     "MeetingResponse:ProposedEndTime",
                                     "MeetingResponse:ProposedStartTime",
                                     "MeetingResponse:RequestId",
                                     "MeetingResponse:Status",
                                     "MeetingResponse:UserResponse",
                                     "MeetingResponse:Version",
                                     "Move:*",
                                     "Notes:LastModifiedDate",
                                     "Notes:MessageClass",
                                     "Ping:*",
                                     "Provision:*",
                                     "ResolveRecipients:CertificateCount",
                                     "ResolveRecipients:CertificateRetrieval",
                                     "ResolveRecipients:EndTime",
                                     "ResolveRecipients:MaxAmbiguousRecipients",
                                     "ResolveRecipients:MaxCertificates",
                                     "ResolveRecipients:MaxPictures",
                                     "ResolveRecipients:MaxSize",
                                     "ResolveRecipients:MergedFreeBusy",
                                     "ResolveRecipients:RecipientCount",
                                     "ResolveRecipients:StartTime",
                                     "ResolveRecipients:Status",
                                     "ResolveRecipients:Type",
                                     "Search:ConversationId",
                                     "Search:LongId",
                                     "Search:MaxPictures",
                                     "Search:MaxSize",
                                     "Search:Name",
                                     "Search:Range",
                                     "Search:Status",
                                     "Search:Total",
                                     "Settings:AccountId",
                                     "Settings:BodyType",
                                     "Settings:EnableOutboundSMS",
                                     "Settings:Enabled",
                                     "Settings:EndTime",
                                     "Settings:Model",
                                     "Settings:OS",
                                     "Settings:OSLanguage",
                                     "Settings:OofState",
                                     "Settings:SendDisabled",
                                     "Settings:StartTime",
                                     "Settings:Status",
                                     "Settings:UserAgent",
                                     "Tasks:BodySize",
                                     "Tasks:BodyTruncated",
                                     "Tasks:CalendarType",
                                     "Tasks:Complete",
                                     "Tasks:DateCompleted",
                                     "Tasks:DayOfMonth",
                                     "Tasks:DayOfWeek",
                                     "Tasks:DeadOccur",
                                     "Tasks:DueDate",
                                     "Tasks:FirstDayOfWeek",
                                     "Tasks:Importance",
                                     "Tasks:Interval",
                                     "Tasks:IsLeapMonth",
                                     "Tasks:MonthOfYear",
                                     "Tasks:Occurrences",
                                     "Tasks:Regenerate",
                                     "Tasks:ReminderSet",
                                     "Tasks:ReminderTime",
                                     "Tasks:Sensitivity",
                                     "Tasks:Start",
                                     "Tasks:StartDate",
                                     "Tasks:SubOrdinalDate",
                                     "Tasks:Type",
                                     "Tasks:Until",
                                     "Tasks:UtcDueDate",
                                     "Tasks:UtcStartDate",
                                     "Tasks:WeekOfMonth",
                                     "ValidateCert:CheckCRL",
                                     "ValidateCert:Status"});
static_assert(std::ranges::adjacent_find(harmless, std::greater_equal{}) == harmless.end(),
              "elements must be unique and in order");

std::string name_of(wbxml::Tag tag, std::string_view name) {
  return fmt::format("{}:{}", wbxml::page_name(tag.page), name);
}

bool is_harmless(wbxml::Tag tag) {
  const auto* const info = wbxml::find_tag(tag);
  if (info == nullptr) return false;
  return std::ranges::binary_search(harmless, std::string_view(name_of(tag, info->name))) ||
         std::ranges::binary_search(harmless, std::string_view(name_of(tag, "*")));
}

/// Credentials, and the recovery password of a device ([MS-ASCMD] Password, UserName).
bool is_secret(wbxml::Tag tag) {
  const auto* const info = wbxml::find_tag(tag);
  return info == nullptr || info->name == "Password" || info->name == "UserName";
}

bool gives_way(wbxml::Tag tag, Detail detail) {
  return is_secret(tag) || (detail == Detail::redacted && !is_harmless(tag));
}

/// Whether a text gave way.
bool redact(wbxml::Element& element, Detail detail) {
  bool changed = false;
  if (!element.text.empty() && gives_way(element.tag, detail)) {
    element.owned =
        std::make_shared<const std::string>(fmt::format("({} bytes)", element.text.size()));
    element.text = *element.owned;
    element.opaque = false;
    changed = true;
  }
  for (wbxml::Element& child : element.children) changed = redact(child, detail) || changed;
  return changed;
}

std::string status_of(const wbxml::Element& element) {
  const auto* const info = wbxml::find_tag(element.tag);
  if (info != nullptr && info->name == "Status" && element.children.empty()) {
    return std::string(element.text.substr(0, 16));
  }
  for (const wbxml::Element& child : element.children) {
    if (auto found = status_of(child); !found.empty()) return found;
  }
  return {};
}

std::string bounded(std::string text) {
  if (text.size() <= text_bytes_max) return text;
  const auto kept = utf8_prefix(text, text_bytes_max).size();
  return text.substr(0, kept) + fmt::format("\n({} more bytes)\n", text.size() - kept);
}

std::string description(std::string_view content_type, std::size_t bytes) {
  // A name of a file may stand behind it.
  const auto type = trim(content_type.substr(0, content_type.find(';')));
  return fmt::format("({}, {} bytes)\n", type.empty() ? "no type" : type, bytes);
}

ShownBody show_document(std::string_view body, Detail detail) {
  auto document = wbxml::parse(body);
  if (!document) {
    return {.text = fmt::format("(unreadable WBXML, {} bytes: {})\n", body.size(),
                                document.error().message)};
  }
  ShownBody out{.status = status_of(*document)};
  const bool is_kept = detail == Detail::full && body.size() <= client::trace_body_bytes_max;
  if (!redact(*document, detail)) {
    out.text = bounded(wbxml::dump(body));
    if (is_kept) out.body = std::string(body);
    return out;
  }
  StringSink sink;
  wbxml::Writer writer(sink);
  wbxml::write(writer, *document);
  out.text = bounded(wbxml::dump(sink.text()));
  if (is_kept) out.body = sink.take();
  return out;
}

}  // namespace

ShownBody show_body(std::string_view body, std::string_view content_type, Detail detail) {
  if (body.empty()) return {};
  const std::string type = ascii_lower(trim(content_type));
  const bool is_wbxml =
      type.starts_with("application/vnd.ms-sync") && !type.starts_with("application/vnd.ms-sync.m");
  // Reading takes the loop's time.
  if (is_wbxml && body.size() <= 4 * client::trace_body_bytes_max) {
    return show_document(body, detail);
  }
  ShownBody out{.text = description(content_type, body.size())};
  const bool is_kept = detail == Detail::full && body.size() <= client::trace_body_bytes_max;
  if (is_kept && !is_wbxml) out.body = std::string(body);
  return out;
}

std::span<const std::string_view> harmless_elements() { return harmless; }

}  // namespace godwit::app
