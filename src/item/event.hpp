/// A series of events, or a single one, as its reader sees it: what stands between iCalendar and
/// the EAS Calendar class. [MS-ASCAL], RFC 5545
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "item/digests.hpp"
#include "item/patch.hpp"
#include "item/recurrence.hpp"
#include "item/time_zone.hpp"

namespace godwit {

enum class Sensitivity : std::uint8_t { normal = 0, personal = 1, secret = 2, confidential = 3 };
enum class BusyStatus : std::int8_t {
  unknown = -1,
  free = 0,
  tentative = 1,
  busy = 2,
  out_of_office = 3,
  working_elsewhere = 4
};
/// [MS-ASCAL] ResponseType, and AttendeeStatus (without none and organizer).
enum class Response : std::uint8_t {
  none = 0,
  organizer = 1,
  tentative = 2,
  accepted = 3,
  declined = 4,
  not_responded = 5
};

struct Attendee {
  /// `unsaid`, and a status of none: in patches, where they keep what is there.
  enum class Type : std::uint8_t { unsaid = 0, required = 1, optional = 2, resource = 3 };
  std::string email;
  std::string name;
  Response status = Response::not_responded;
  Type type = Type::required;
  std::optional<Time> proposed_start{}, proposed_end{};
  friend bool operator==(const Attendee&, const Attendee&) = default;
};

struct Organizer {
  std::string email;
  std::string name;
  friend bool operator==(const Organizer&, const Organizer&) = default;
};

/// [MS-ASAIRS] Location; numbers as the text that came.
struct Location {
  std::string display_name{}, annotation{}, street{}, city{}, state{}, country{}, postal_code{};
  std::string latitude{}, longitude{}, accuracy{}, altitude{}, altitude_accuracy{}, uri{};
  bool empty() const { return *this == Location{}; }
  friend bool operator==(const Location&, const Location&) = default;
};

/// Text of an item, in the form in which somebody wrote it.
struct ItemBody {
  enum class Type : std::uint8_t { plain = 1, html = 2 };
  Type type = Type::plain;
  std::string text;
  bool empty() const { return text.empty(); }
  friend bool operator==(const ItemBody&, const ItemBody&) = default;
};

struct EventAttachment {
  std::string name;
  std::string content_type;
  std::uint64_t size = 0;  // octets; 0 where it is only linked
  std::string uri;         // empty: it lies in the item
  friend bool operator==(const EventAttachment&, const EventAttachment&) = default;
};

/// What one occurrence may have for its own.
struct EventDetails {
  std::string subject;
  Location location;
  std::string body;       // plain text; made of `html_body` where there is only that
  std::string html_body;  // empty: there is none
  std::vector<std::string> categories;
  Sensitivity sensitivity = Sensitivity::normal;
  BusyStatus busy_status = BusyStatus::busy;
  std::optional<std::uint32_t> reminder_minutes;  // before the start
  bool all_day = false;
  /// Instants; of all-day items the dates, at midnight as though in UTC. The end is exclusive.
  Time start{}, end{};
  std::optional<Time> stamp;  // last change known
  bool cancelled = false;
  std::vector<Attendee> attendees;  // without the organizer
  Response response = Response::none;
  std::optional<Time> reply_time;
  std::string online_meeting_link, online_meeting_external_link;
  std::vector<EventAttachment> attachments;

  friend bool operator==(const EventDetails&, const EventDetails&) = default;
};

/// An occurrence that is not as its series says.
struct EventException {
  Time original{};  // the start that the series gives it; of all-day series its date
  bool deleted = false;
  EventDetails details{};  // whole, unless deleted
  friend bool operator==(const EventException&, const EventException&) = default;
};

struct Event {
  std::string uid;
  EventDetails details;
  /// The zone in which it repeats, and its rules about now; of all-day and floating events the
  /// user's. Times of a series are instants by these rules, which is how a device reads them.
  std::string zone;  // IANA name; empty: nobody names it
  ZoneRules zone_rules;
  bool has_zone = false;  // false: all-day, floating, or in UTC
  std::optional<Organizer> organizer;
  bool organizer_is_user = false;
  bool response_requested = false;
  bool disallows_new_time_proposal = false;
  std::optional<Recurrence> recurrence;
  bool recurrence_is_exact = true;         // false: the rule says more than a device can be told
  std::vector<EventException> exceptions;  // by original start, each once
  /// Only occurrences of a series that the user was not given whole: the first one is `details`.
  std::optional<Time> orphan_of;  // its original start
  std::uint32_t sequence = 0;

  bool is_meeting() const { return organizer.has_value() && !details.attendees.empty(); }
};

/// An attachment that an edit adds.
struct AddedAttachment {
  std::string name;
  std::string content_type;
  std::string content;
  friend bool operator==(const AddedAttachment&, const AddedAttachment&) = default;
};

struct EventDetailsPatch {
  Change<std::string> subject;
  Change<Location> location;
  Change<std::string> place;  // up to 14.1: the location's name is all that a device says
  Change<ItemBody> body;
  Change<std::vector<std::string>> categories;
  Change<Sensitivity> sensitivity;
  Change<BusyStatus> busy_status;
  Change<std::uint32_t> reminder_minutes;
  Change<bool> all_day;
  Change<Time> start, end;  // as in EventDetails
  Change<Time> stamp;
  Change<std::vector<Attendee>> attendees;
  std::vector<AddedAttachment> added_attachments;
  std::vector<std::size_t> removed_attachments;  // positions in EventDetails::attachments

  friend bool operator==(const EventDetailsPatch&, const EventDetailsPatch&) = default;
};

struct EventExceptionPatch {
  Time original{};
  bool deleted = false;
  /// Told whole, as up to 14.1: what is kept is as the series has it, but for body, attendees and
  /// attachments. Else it is as the exception has it now.
  bool whole = false;
  EventDetailsPatch details{};
  friend bool operator==(const EventExceptionPatch&, const EventExceptionPatch&) = default;
};

struct EventPatch {
  Change<std::string> uid;  // of new events only
  EventDetailsPatch details;
  Change<ZoneRules> zone_rules;
  Change<Organizer> organizer;
  Change<bool> cancelled;
  Change<bool> response_requested;
  Change<bool> disallows_new_time_proposal;
  Change<Recurrence> recurrence;
  std::vector<EventExceptionPatch> exceptions;  // those not named stay as they are
  /// [MS-ASCAL] 16.x: a changed pattern, start or end of a series ends its exceptions.
  bool pattern_ends_exceptions = false;

  friend bool operator==(const EventPatch&, const EventPatch&) = default;
};

/// Digests of what a device is told of an event. Numbers are stored (sync/item_state.hpp).
PropertyDigests digests_of(const Event& event);
/// Takes out of a patch what the device only repeats: numbers of `digests_of`.
void keep(EventPatch& patch, const std::vector<std::uint8_t>& repeated);

}  // namespace godwit
