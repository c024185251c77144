/// The log as systemd's journal takes it: an entry of fields for each event, by datagram
/// (systemd.io, Native Journal Protocol).
#pragma once

#include <string>
#include <string_view>

#include "base/log.hpp"

namespace godwit::app {

inline constexpr const char* journal_socket = "/run/systemd/journal/socket";

/// Sends the log to standard error as server.log_format says; to the journal where that says so, or
/// says "text" and standard error ends in the journal anyway.
void start_log(std::string_view log_format, const std::string& socket = journal_socket);

/// Whether the journal reads what is written to `descriptor`: `stream` is what systemd says of it
/// in JOURNAL_STREAM, "DEVICE:INODE"; may be null.
bool ends_in_journal(int descriptor, const char* stream);

/// One datagram. The message is the line that standard error would get, without its time; the
/// logger, the event and each field are fields of their own: GODWIT_LOGGER, GODWIT_EVENT,
/// GODWIT_USER ...
std::string journal_entry(LogLevel level, std::string_view logger, std::string_view event);

}  // namespace godwit::app
