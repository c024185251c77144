/// Common status codes ([MS-ASCMD] Common Status Codes) and what stands for them before 14.0.
#pragma once

#include <cstdint>

#include "eas/version.hpp"

namespace godwit::eas {

enum class Status : std::uint16_t {
  success = 1,
  invalid_content = 101,
  invalid_wbxml = 102,
  invalid_xml = 103,
  invalid_date_time = 104,
  invalid_combination_of_ids = 105,
  invalid_ids = 106,
  invalid_mime = 107,
  device_id_missing_or_invalid = 108,
  device_type_missing_or_invalid = 109,
  server_error = 110,
  server_error_retry_later = 111,
  access_denied_by_directory = 112,
  mailbox_quota_exceeded = 113,
  mailbox_server_offline = 114,
  send_quota_exceeded = 115,
  recipient_unresolved = 116,
  reply_not_allowed = 117,
  previously_sent = 118,
  no_recipient = 119,
  submission_failed = 120,
  reply_failed = 121,
  attachment_too_large = 122,
  no_mailbox = 123,
  cannot_be_anonymous = 124,
  user_not_found = 125,
  user_disabled = 126,
  user_on_new_mailbox_refused = 127,
  user_on_legacy_mailbox_refused = 128,
  device_blocked = 129,
  access_denied = 130,
  account_disabled = 131,
  sync_state_not_found = 132,
  sync_state_locked = 133,
  sync_state_corrupt = 134,
  sync_state_already_exists = 135,
  sync_state_version_invalid = 136,
  command_not_supported = 137,
  version_not_supported = 138,
  device_not_fully_provisionable = 139,
  remote_wipe_requested = 140,
  legacy_device_on_strict_policy = 141,
  device_not_provisioned = 142,
  policy_refresh = 143,
  invalid_policy_key = 144,
  externally_managed_devices_not_allowed = 145,
  no_recurrence = 146,
  unexpected_item_class = 147,
  remote_server_has_no_ssl = 148,
  invalid_stored_request = 149,
  item_not_found = 150,
  too_many_folders = 151,
  no_folders_found = 152,
  items_lost_after_move = 153,
  move_failed = 154,
  move_command_disallowed = 155,
  move_target_invalid = 156,
  availability_too_many_recipients = 160,
  availability_list_too_large = 161,
  availability_transient_failure = 162,
  availability_failure = 163,
  body_part_preference_type_not_supported = 164,
  device_information_required = 165,
  invalid_account_id = 166,
  account_send_disabled = 167,
  rights_management_disabled = 168,
  rights_management_transient_error = 169,
  rights_management_permanent_error = 170,
  rights_management_template_invalid = 171,
  rights_management_not_permitted = 172,
  no_picture = 173,
  picture_too_large = 174,
  picture_limit_reached = 175,
  body_part_conversation_too_large = 176,
  maximum_devices_reached = 177,
  no_forwardees_with_mime = 178,
  invalid_forwardees = 179,
  invalid_recipients = 183,
  occurrences_missing = 184,
};

/// The HTTP status that stands for `status` below 14.0, where a body cannot carry codes above 100;
/// 0 where a body with the status is right at every version. Two depend on the request and are the
/// caller's: 140 is 403 when the device sent no policy key; 106 is 500 for SendMail.
std::uint16_t http_status_before_14(Status status);

/// `status` as a device of `version` may see it: what came after 14.0 falls back to 103, 110 or
/// 111. Unchanged below 14.0, where http_status_before_14 decides.
Status for_version(Status status, Version version);

}  // namespace godwit::eas
