#include "command/table.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <string>

#include "base/text.hpp"
#include "command/handlers.hpp"
#include "wbxml/pages/airsync.hpp"
#include "wbxml/pages/compose_mail.hpp"
#include "wbxml/pages/find.hpp"
#include "wbxml/pages/folder_hierarchy.hpp"
#include "wbxml/pages/get_item_estimate.hpp"
#include "wbxml/pages/item_operations.hpp"
#include "wbxml/pages/meeting_response.hpp"
#include "wbxml/pages/move.hpp"
#include "wbxml/pages/ping.hpp"
#include "wbxml/pages/provision.hpp"
#include "wbxml/pages/resolve_recipients.hpp"
#include "wbxml/pages/search.hpp"
#include "wbxml/pages/settings.hpp"
#include "wbxml/pages/validate_cert.hpp"

namespace godwit::command {
namespace {

using eas::all_versions;
using eas::until;
using eas::Version;
namespace compose = wbxml::compose_mail;
namespace hierarchy = wbxml::folder_hierarchy;
namespace estimate = wbxml::get_item_estimate;
namespace meeting = wbxml::meeting_response;
namespace operations = wbxml::item_operations;
namespace recipients = wbxml::resolve_recipients;

constexpr auto commands = std::to_array<Command>({
    {0, "Sync", all_versions, Gate::provisioned, BodyRule::wbxml_or_empty, wbxml::airsync::Sync,
     wbxml::airsync::Status, &sync},
    {1, "SendMail", all_versions, Gate::provisioned, BodyRule::mail_or_wbxml, compose::SendMail,
     compose::Status, &send_mail},
    {2, "SmartForward", all_versions, Gate::provisioned, BodyRule::mail_or_wbxml,
     compose::SmartForward, compose::Status, &smart_forward},
    {3, "SmartReply", all_versions, Gate::provisioned, BodyRule::mail_or_wbxml, compose::SmartReply,
     compose::Status, &smart_reply},
    {4,
     "GetAttachment",
     until(Version::v12_1),
     Gate::provisioned,
     BodyRule::none,
     {},
     {},
     &get_attachment},
    {9, "FolderSync", all_versions, Gate::provisioned, BodyRule::wbxml, hierarchy::FolderSync,
     hierarchy::Status, &folder_sync},
    {10, "FolderCreate", all_versions, Gate::provisioned, BodyRule::wbxml, hierarchy::FolderCreate,
     hierarchy::Status, &folder_create},
    {11, "FolderDelete", all_versions, Gate::provisioned, BodyRule::wbxml, hierarchy::FolderDelete,
     hierarchy::Status, &folder_delete},
    {12, "FolderUpdate", all_versions, Gate::provisioned, BodyRule::wbxml, hierarchy::FolderUpdate,
     hierarchy::Status, &folder_update},
    {13, "MoveItems", all_versions, Gate::provisioned, BodyRule::wbxml, wbxml::move::MoveItems,
     wbxml::move::Status, &move_items},
    {14, "GetItemEstimate", all_versions, Gate::provisioned, BodyRule::wbxml,
     estimate::GetItemEstimate, estimate::Status, &get_item_estimate},
    {15, "MeetingResponse", all_versions, Gate::provisioned, BodyRule::wbxml,
     meeting::MeetingResponse, meeting::Status, &meeting_response},
    {16, "Search", all_versions, Gate::provisioned, BodyRule::wbxml, wbxml::search::Search,
     wbxml::search::Status, &search},
    {17, "Settings", all_versions, Gate::provisioned, BodyRule::wbxml, wbxml::settings::Settings,
     wbxml::settings::Status, &settings},
    // [MS-ASPROV] 3.1.5.1: Ping carries no policy key; wipe and block still apply.
    {18, "Ping", all_versions, Gate::no_policy_key, BodyRule::wbxml_or_empty, wbxml::ping::Ping,
     wbxml::ping::Status, &ping},
    {19, "ItemOperations", all_versions, Gate::provisioned, BodyRule::wbxml,
     operations::ItemOperations, operations::Status, &item_operations},
    {20, "Provision", all_versions, Gate::open, BodyRule::wbxml, wbxml::provision::Provision,
     wbxml::provision::Status, &provision},
    {21, "ResolveRecipients", all_versions, Gate::provisioned, BodyRule::wbxml,
     recipients::ResolveRecipients, recipients::Status, &resolve_recipients},
    {22, "ValidateCert", all_versions, Gate::provisioned, BodyRule::wbxml,
     wbxml::validate_cert::ValidateCert, wbxml::validate_cert::Status, &validate_cert},
    {23, "Find", eas::since(Version::v16_1), Gate::provisioned, BodyRule::wbxml, wbxml::find::Find,
     wbxml::find::Status, &find},
});
static_assert(std::ranges::adjacent_find(commands, std::greater_equal{}, &Command::code) ==
                  commands.end(),
              "commands must be unique and ordered by code");

}  // namespace

const Command* find_command(std::string_view name) {
  const auto at = std::ranges::find_if(
      commands, [&](const Command& command) { return iequals(command.name, name); });
  return at == commands.end() ? nullptr : &*at;
}

std::string_view command_list() {
  static const std::string list = [] {
    std::string out;
    for (const Command& command : commands) {
      if (!out.empty()) out += ',';
      out += command.name;
    }
    return out;
  }();
  return list;
}

}  // namespace godwit::command
