#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "schema_order.hpp"

namespace godwit::test {
namespace {

enum class Format : std::uint8_t { dashed, compact, id, long_id, sync_key, number, boolean, none };

struct Rule {
  std::string_view page;
  std::string_view name;
  Format format;
};

// Formats of values by element, for what a server sends ([MS-ASDTYPE]; [MS-ASCMD] elements).
constexpr auto rules = std::to_array<Rule>({
    {"AirSync", "SyncKey", Format::sync_key},
    {"AirSync", "CollectionId", Format::id},
    {"AirSync", "ServerId", Format::id},
    {"AirSync", "ClientId", Format::id},
    {"AirSync", "Status", Format::number},
    {"AirSync", "Limit", Format::number},
    {"AirSync", "MoreAvailable", Format::none},
    {"FolderHierarchy", "SyncKey", Format::sync_key},
    {"FolderHierarchy", "ServerId", Format::id},
    {"FolderHierarchy", "ParentId", Format::id},
    {"FolderHierarchy", "Status", Format::number},
    {"FolderHierarchy", "Type", Format::number},
    {"FolderHierarchy", "Count", Format::number},
    {"GetItemEstimate", "Status", Format::number},
    {"GetItemEstimate", "CollectionId", Format::id},
    {"GetItemEstimate", "Estimate", Format::number},
    {"Move", "SrcMsgId", Format::id},
    {"Move", "DstMsgId", Format::id},
    {"Move", "Status", Format::number},
    {"Ping", "Status", Format::number},
    {"Ping", "Folder", Format::id},
    {"Ping", "MaxFolders", Format::number},
    {"Ping", "HeartbeatInterval", Format::number},
    {"Provision", "Status", Format::number},
    {"Provision", "PolicyKey", Format::number},
    {"Settings", "Status", Format::number},
    {"Settings", "StartTime", Format::dashed},
    {"Settings", "EndTime", Format::dashed},
    {"Settings", "Enabled", Format::boolean},
    {"ItemOperations", "Status", Format::number},
    {"ItemOperations", "Total", Format::number},
    {"ItemOperations", "Part", Format::number},
    {"ItemOperations", "Version", Format::dashed},
    {"Search", "LongId", Format::long_id},
    {"Search", "Status", Format::number},
    {"Search", "Total", Format::number},
    {"Find", "Status", Format::number},
    {"Find", "Total", Format::number},
    {"Gal", "Status", Format::number},
    {"ResolveRecipients", "Status", Format::number},
    {"ResolveRecipients", "Type", Format::number},
    {"ResolveRecipients", "RecipientCount", Format::number},
    {"ResolveRecipients", "CertificateCount", Format::number},
    {"ValidateCert", "Status", Format::number},
    {"AirSyncBase", "Type", Format::number},
    {"AirSyncBase", "EstimatedDataSize", Format::number},
    {"AirSyncBase", "Truncated", Format::boolean},
    {"AirSyncBase", "IsInline", Format::boolean},
    {"AirSyncBase", "NativeBodyType", Format::number},
    {"AirSyncBase", "InstanceId", Format::compact},
    {"Email", "DateReceived", Format::dashed},
    {"Email", "Read", Format::boolean},
    {"Email", "Importance", Format::number},
    {"Email", "InternetCPID", Format::number},
    {"Email", "CompleteTime", Format::dashed},
    {"Email", "StartTime", Format::dashed},
    {"Email", "EndTime", Format::dashed},
    {"Email", "DtStamp", Format::dashed},
    {"Email", "RecurrenceId", Format::dashed},
    {"Email", "Until", Format::compact},
    {"Email2", "LastVerbExecutionTime", Format::dashed},
    {"Email2", "LastVerbExecuted", Format::number},
    {"Email2", "ReceivedAsBcc", Format::boolean},
    {"Email2", "IsDraft", Format::boolean},
    {"Tasks", "DateCompleted", Format::dashed},
    {"Tasks", "DueDate", Format::dashed},
    {"Tasks", "UtcDueDate", Format::dashed},
    {"Tasks", "Start", Format::dashed},
    {"Tasks", "Until", Format::dashed},
    {"Tasks", "ReminderTime", Format::dashed},
    {"Tasks", "ReminderSet", Format::boolean},
    {"Tasks", "StartDate", Format::dashed},
    {"Tasks", "UtcStartDate", Format::dashed},
    {"Tasks", "OrdinalDate", Format::dashed},
    {"Contacts", "Birthday", Format::dashed},
    {"Contacts", "Anniversary", Format::dashed},
    {"Calendar", "DtStamp", Format::compact},
    {"Calendar", "StartTime", Format::compact},
    {"Calendar", "EndTime", Format::compact},
    {"Calendar", "ExceptionStartTime", Format::compact},
    {"Calendar", "Until", Format::compact},
    {"Calendar", "AppointmentReplyTime", Format::compact},
    {"Notes", "LastModifiedDate", Format::compact},
});

/// `pattern`: 0 stands for any digit.
bool fits(std::string_view text, std::string_view pattern) {
  return std::ranges::equal(
      text, pattern, [](char c, char p) { return p == '0' ? c >= '0' && c <= '9' : c == p; });
}

bool has_format(std::string_view text, Format format) {
  switch (format) {
    case Format::dashed:
      return fits(text, "0000-00-00T00:00:00.000Z");
    case Format::compact:
      return fits(text, "00000000T000000Z");
    case Format::id:
      return !text.empty() && text.size() <= 64;
    case Format::long_id:
      return !text.empty() && text.size() <= 256;
    case Format::sync_key:
      return !text.empty() && text.size() <= 64;
    case Format::number:
      return parse_number<std::uint32_t>(text).has_value();
    case Format::boolean:
      return text == "0" || text == "1";
    case Format::none:
      return text.empty();
  }
  std::unreachable();
}

std::string_view describe(Format format) {
  switch (format) {
    case Format::dashed:
      return "a date like 2024-03-31T08:05:00.000Z";
    case Format::compact:
      return "a date like 20240331T080500Z";
    case Format::id:
      return "1 to 64 characters";
    case Format::long_id:
      return "1 to 256 characters";
    case Format::sync_key:
      return "a key of 1 to 64 characters";
    case Format::number:
      return "a number";
    case Format::boolean:
      return "0 or 1";
    case Format::none:
      return "an empty tag";
  }
  std::unreachable();
}

void check_version(const wbxml::TagInfo& info, const std::string& path, eas::Version version,
                   std::vector<std::string>& out) {
  const auto number = std::to_underlying(version);
  if (info.legacy) out.push_back(path + ": a token that is retired");
  if (info.since > number) {
    out.push_back(path + ": newer than " + std::string(eas::to_string(version)));
  }
  if (info.until < number) {
    out.push_back(path + ": older than " + std::string(eas::to_string(version)));
  }
}

}  // namespace

void check_values(const wbxml::Element& element, const wbxml::Element* parent,
                  const std::string& path, eas::Version version, std::vector<std::string>& out) {
  const wbxml::TagInfo* info = wbxml::find_tag(element.tag);
  if (info == nullptr) {
    out.push_back(path + ": unknown token");
    return;
  }
  check_version(*info, path, version, out);
  const std::string_view page = wbxml::page_name(element.tag.page);
  const auto rule = std::ranges::find_if(
      rules, [&](const Rule& row) { return row.page == page && row.name == info->name; });
  // An empty tag asks for or clears nothing in an answer: only what is described may be empty.
  if (rule != rules.end() && element.children.empty() && !has_format(element.text, rule->format)) {
    out.push_back(path + ": '" + std::string(element.text.substr(0, 80)) + "' is not " +
                  std::string(describe(rule->format)));
  }
  if (!element.opaque && !utf8_valid(element.text)) out.push_back(path + ": not UTF-8");
  if (parent != nullptr && info->name == "Count" && page == "FolderHierarchy" &&
      parse_number<std::size_t>(element.text) != parent->children.size() - 1) {
    out.push_back(path + ": does not count the changes");
  }
}

}  // namespace godwit::test
