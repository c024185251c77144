/// The Calendar class: events to WBXML in the dialect of a version, and what a device changes, read
/// and checked as a patch. [MS-ASCAL], [MS-ASAIRS]
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "eas/version.hpp"
#include "item/event.hpp"
#include "mapping/email.hpp"
#include "wbxml/element.hpp"
#include "wbxml/writer.hpp"

namespace godwit::mapping {

/// [MS-ASCAL] Exceptions: what one item may have; the nearest to come are written.
inline constexpr std::size_t exceptions_written_max = 256;

/// Writes what mapping does not make itself, into the open element: the bodies (by the device's
/// preferences) and attachments (with FileReferences) of the series, or of one of its exceptions.
/// Empty functions write nothing.
struct EventContent {
  std::function<void(const EventDetails& details, wbxml::Writer& out)> body{};
  std::function<void(const EventDetails& details, const EventException* exception,
                     wbxml::Writer& out)>
      attachments{};
};

/// All properties, as children of the open element. `now` decides which exceptions are near.
void write_event(const Event& event, eas::Version version, Time now, const EventContent& content,
                 wbxml::Writer& writer);

/// What absence of an element in a Change means ([MS-ASCMD] Supported).
enum class Absence : std::uint8_t {
  keeps,   // ghosted: 16.x always; an empty Supported; an Add
  clears,  // no Supported: what is not there is deleted
};

/// A device's Add or Change.
struct EventChange {
  EventPatch patch;
  /// 16.x: what the device calls it, to find an Add that comes twice.
  std::string client_uid;
  /// 16.x, in ApplicationData or beside it: the occurrence that is meant.
  std::optional<Time> instance;
  /// 16.x: ClientIds of the patch's added attachments, in their order.
  std::vector<std::string> attachment_client_ids;
  /// 16.x: FileReferences to remove; the caller resolves them.
  std::vector<std::string> removed_attachments;
};

struct EventReading {
  eas::Version version = eas::Version::v14_1;
  bool is_add = false;
  Absence absence = Absence::keeps;
  /// Tags that Supported lists; those are cleared when absent, where `absence` keeps.
  std::vector<wbxml::Tag> supported{};
  Time now{};
  /// Of the user, or of the event that is changed: for dates of all-day events without Timezone.
  ZoneRules zone{};
  bool was_all_day = false;  // the event that is changed
};

/// Errors: malformed = status 6 of the item.
Result<EventChange> read_event_change(const wbxml::Element& application_data,
                                      const EventReading& reading);

/// airsyncbase:Body of a Change or Add: a text, or none when the tag is empty. Error: malformed.
Result<Change<ItemBody>> read_item_body(const wbxml::Element& body);
/// InstanceId of a Change or Delete (16.x): the start that the series gives the occurrence.
Result<Time> read_instance(std::string_view text, bool all_day);
/// What a device says of a series, said of one occurrence of it.
EventPatch for_occurrence(EventPatch patch, Time instance);
EventPatch without_occurrence(Time instance);

}  // namespace godwit::mapping
