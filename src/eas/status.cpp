#include "eas/status.hpp"

#include <algorithm>
#include <array>
#include <functional>

namespace godwit::eas {
namespace {

struct Row {
  Status status;
  std::uint16_t http_before_14;            // 0: none
  Version since = Version::v14_0;          // first version that knows the code
  Status fallback = Status::server_error;  // for 14.x versions before that
};

// [MS-ASCMD] Common Status Codes. Where it names no HTTP status for old versions, the nearest is
// ours: 400 for what the device did wrong, 403 for what it may not, 500 and 503 for the rest.
constexpr auto rows = std::to_array<Row>({
    {Status::invalid_content, 400},
    {Status::invalid_wbxml, 400},
    {Status::invalid_xml, 400},
    {Status::invalid_date_time, 400},
    {Status::invalid_combination_of_ids, 400},
    {Status::invalid_ids, 400},
    {Status::invalid_mime, 400},
    {Status::device_id_missing_or_invalid, 400},
    {Status::device_type_missing_or_invalid, 400},
    {Status::server_error, 500},
    {Status::server_error_retry_later, 503},
    {Status::access_denied_by_directory, 403},
    {Status::mailbox_quota_exceeded, 507},
    {Status::mailbox_server_offline, 503},
    {Status::send_quota_exceeded, 500},
    {Status::recipient_unresolved, 500},
    {Status::reply_not_allowed, 500},
    {Status::previously_sent, 500},
    {Status::no_recipient, 500},
    {Status::submission_failed, 500},
    {Status::reply_failed, 500},
    {Status::attachment_too_large, 500},
    {Status::no_mailbox, 403},
    {Status::cannot_be_anonymous, 401},
    {Status::user_not_found, 403},
    {Status::user_disabled, 403},
    {Status::user_on_new_mailbox_refused, 403},
    {Status::user_on_legacy_mailbox_refused, 403},
    {Status::device_blocked, 403},
    {Status::access_denied, 403},
    {Status::account_disabled, 403},
    {Status::sync_state_not_found, 403},
    {Status::sync_state_locked, 503},
    {Status::sync_state_corrupt, 500},
    {Status::sync_state_already_exists, 500},
    {Status::sync_state_version_invalid, 500},
    {Status::command_not_supported, 501},
    {Status::version_not_supported, 400},
    {Status::device_not_fully_provisionable, 403},
    {Status::remote_wipe_requested, 449},
    {Status::legacy_device_on_strict_policy, 449},
    {Status::device_not_provisioned, 449},
    {Status::policy_refresh, 449},
    {Status::invalid_policy_key, 449},
    {Status::externally_managed_devices_not_allowed, 403},
    {Status::no_recurrence, 500},
    {Status::unexpected_item_class, 501},
    {Status::remote_server_has_no_ssl, 403},
    {Status::invalid_stored_request, 400},
    {Status::item_not_found, 500},
    {Status::too_many_folders, 500},
    {Status::no_folders_found, 500},
    {Status::items_lost_after_move, 500},
    {Status::move_failed, 500},
    {Status::move_command_disallowed, 0},
    {Status::move_target_invalid, 0},
    {Status::availability_too_many_recipients, 0},
    {Status::availability_list_too_large, 0},
    {Status::availability_transient_failure, 0},
    {Status::availability_failure, 0},
    {Status::body_part_preference_type_not_supported, 0, Version::v14_1, Status::invalid_xml},
    {Status::device_information_required, 0, Version::v14_1, Status::invalid_xml},
    {Status::invalid_account_id, 0, Version::v14_1, Status::invalid_xml},
    {Status::account_send_disabled, 0, Version::v14_1},
    {Status::rights_management_disabled, 0, Version::v14_1},
    {Status::rights_management_transient_error, 0, Version::v14_1,
     Status::server_error_retry_later},
    {Status::rights_management_permanent_error, 0, Version::v14_1},
    {Status::rights_management_template_invalid, 0, Version::v14_1, Status::invalid_xml},
    {Status::rights_management_not_permitted, 0, Version::v14_1},
    {Status::no_picture, 0, Version::v14_1},
    {Status::picture_too_large, 0, Version::v14_1},
    {Status::picture_limit_reached, 0, Version::v14_1},
    {Status::body_part_conversation_too_large, 0, Version::v14_1},
    {Status::maximum_devices_reached, 403, Version::v14_1},
    {Status::no_forwardees_with_mime, 0, Version::v16_0, Status::invalid_xml},
    {Status::invalid_forwardees, 0, Version::v16_0, Status::invalid_xml},
    {Status::invalid_recipients, 0, Version::v16_0, Status::invalid_xml},
    {Status::occurrences_missing, 0, Version::v16_0},
});
static_assert(std::ranges::adjacent_find(rows, std::greater_equal{}, &Row::status) == rows.end());

const Row* find(Status status) {
  const auto row = std::ranges::lower_bound(rows, status, {}, &Row::status);
  return row != rows.end() && row->status == status ? &*row : nullptr;
}

}  // namespace

std::uint16_t http_status_before_14(Status status) {
  const Row* row = find(status);
  return row == nullptr ? std::uint16_t{0} : row->http_before_14;
}

Status for_version(Status status, Version version) {
  const Row* row = find(status);
  if (row == nullptr || version < Version::v14_0 || version >= row->since) return status;
  return row->fallback;
}

}  // namespace godwit::eas
