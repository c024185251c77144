/// Whether a device is let in: rules looked at anew with each request, their outcome kept with the
/// device, told to the audit log when it changes, and to people when it is a quarantine.
#pragma once

#include <optional>

#include "command/session.hpp"
#include "compose/mail_texts.hpp"
#include "eas/status.hpp"

namespace godwit::command {

/// Brings `session.device` up to date with what the request says of it.
void note_facts(Session& session);
/// Decides, and stores what changed. Throws Fault where a group decides that nobody knows.
Task<> judge(Session& session);
/// What stands in the way of every command: 129 (a rule blocks it), 177 (its user has too many).
std::optional<eas::Status> refusal_of(const policy::Device& device);
/// It sees nothing but an explanation (command/quarantine.hpp).
bool is_quarantined(const policy::Device& device);

/// About the device, for people: a line each, printable.
std::string describe_device(const Session& session, const compose::MailTexts& texts);

}  // namespace godwit::command
