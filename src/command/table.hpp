/// The commands, one row each ([MS-ASHTTP] Command Codes). The machinery reads the row: is it known
/// in this version, does it need a policy key, what is its root, does it wait its turn.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/task.hpp"
#include "command/session.hpp"
#include "eas/version.hpp"
#include "wbxml/tag.hpp"

namespace godwit::command {

/// What must be settled before a command runs.
enum class Gate : std::uint8_t {
  provisioned,    // block, wipe and policy key
  no_policy_key,  // block and wipe; the command carries no key ([MS-ASPROV]: Ping)
  open,           // nothing: Provision itself
};

/// What a request's body may be.
enum class BodyRule : std::uint8_t {
  wbxml,           // a document, always
  wbxml_or_empty,  // an empty one has a meaning (Sync from 12.1, Ping)
  mail_or_wbxml,   // message/rfc822 up to 12.1, a document from 14.0
  none,            // no body (GetAttachment)
};

struct Command {
  std::uint8_t code;
  std::string_view name;
  eas::Versions versions;
  Gate gate;
  BodyRule body;
  wbxml::Tag root;
  wbxml::Tag status;  // where a common status goes below the root
  Task<Answer> (*run)(Session&);
};

/// nullptr = no such command (HTTP 501).
const Command* find_command(std::string_view name);
/// `Sync,SendMail,…` as MS-ASProtocolCommands has it.
std::string_view command_list();

}  // namespace godwit::command
