/// A user's events as meetings know them: by UID, and by ServerId without a Sync relationship.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "command/session.hpp"
#include "item/event.hpp"

namespace godwit::command {

struct StoredEvent {
  FolderKey collection;
  std::string href;
  std::string etag;  // empty: it is not there yet
  std::string text;
};

/// The event of that UID in the user's calendars, the default one first; nothing: there is none.
/// Where several have the UID it is always the same one, and the others are left alone.
Task<std::optional<StoredEvent>> find_event(Session& session, std::string uid);
/// That of a ServerId in the calendar with this collection id.
Task<std::optional<StoredEvent>> find_event(Session& session, std::string collection_id,
                                            std::string server_id);
/// What stands there now; nothing: it is gone.
Task<std::optional<StoredEvent>> look_again(Session& session, const StoredEvent& event);
/// A place in the default calendar for an event of that UID; nothing: there is no calendar.
Task<std::optional<StoredEvent>> new_event(Session& session, std::string uid);

/// What an edit makes of an event's text: an empty one removes it, nothing leaves it.
using EventEdit = std::function<Result<std::optional<std::string>>(const std::string& text)>;
/// Edits what is there, again where somebody else was faster. Errors: those of the edit; conflict
/// (always somebody faster), refused, too_large, not_found (the calendar).
Task<Result<>> edit_event(Session& session, StoredEvent event, EventEdit edit);

/// An InstanceId of a request, which is in the dashed notation alone ([MS-ASCMD] InstanceId): the
/// original start of an occurrence, as the event's exceptions have it. Error: malformed.
Result<Time> read_occurrence(std::string_view text, const Event& event, eas::Version version);

/// What the device calls it; empty where it is not shown its calendar. The folders were read.
std::string server_id_of(Session& session, const StoredEvent& event);

}  // namespace godwit::command
