#include "item/event.hpp"

#include <algorithm>
#include <chrono>
#include <map>

#include "base/pack.hpp"
#include "item/recurrence_digest.hpp"

namespace godwit {
namespace {

// Stored: append only. What one edit changes together is one property.
enum class Property : std::uint8_t {
  subject,
  location,
  body,
  categories,
  sensitivity,
  busy_status,
  reminder,
  when,  // start, end, zone and rule: a change of one gives the others another meaning
  attendees,
  cancelled,
  organizer,
  response_requested,
  disallows_new_time_proposal,
  attachments,
  answer,  // what only others set
  first_exception = 64,
};

/// Exceptions share the numbers that are left, by their day.
constexpr std::size_t exception_numbers = 192;

std::uint8_t exception_number(Time original) {
  const auto day = std::chrono::floor<std::chrono::days>(original).time_since_epoch().count();
  constexpr auto count = static_cast<long>(exception_numbers);
  const long place = (day % count + count) % count;
  return static_cast<std::uint8_t>(std::to_underlying(Property::first_exception) + place);
}

std::string packed(const Location& location) {
  if (location.empty()) return {};
  Packer out;
  for (const auto& part :
       {location.display_name, location.annotation, location.street, location.city, location.state,
        location.country, location.postal_code, location.latitude, location.longitude,
        location.accuracy, location.altitude, location.altitude_accuracy, location.uri}) {
    out.text(part);
  }
  return std::move(out).bytes();
}

std::string packed(const std::vector<std::string>& list) {
  Packer out;
  for (const std::string& each : list) out.text(each);
  return std::move(out).bytes();
}

std::string packed(const std::vector<Attendee>& attendees) {
  Packer out;
  for (const Attendee& each : attendees) {
    out.text(each.email).text(each.name);
    out.number(std::to_underlying(each.status)).number(std::to_underlying(each.type));
    for (const auto& proposed : {each.proposed_start, each.proposed_end}) {
      pack(out, proposed);
    }
  }
  return std::move(out).bytes();
}

std::string packed(const std::vector<EventAttachment>& attachments) {
  Packer out;
  for (const EventAttachment& each : attachments) {
    out.text(each.name).text(each.content_type).number(each.size).text(each.uri);
  }
  return std::move(out).bytes();
}

std::string packed_answer(const EventDetails& details) {
  if (details.response == Response::none && !details.reply_time &&
      details.online_meeting_link.empty() && details.online_meeting_external_link.empty()) {
    return {};
  }
  Packer out;
  out.number(std::to_underlying(details.response));
  pack(out, details.reply_time);
  out.text(details.online_meeting_link).text(details.online_meeting_external_link);
  return std::move(out).bytes();
}

/// What occurrences may have for their own, but for their times.
void digest_details(const EventDetails& details, PropertyDigests& out) {
  const auto set = [&](Property property, const std::string& value) {
    out.set(std::to_underlying(property), value);
  };
  set(Property::subject, details.subject);
  set(Property::location, packed(details.location));
  set(Property::body, details.body);
  set(Property::categories, packed(details.categories));
  set(Property::sensitivity, std::to_string(std::to_underlying(details.sensitivity)));
  set(Property::busy_status, std::to_string(std::to_underlying(details.busy_status)));
  if (details.reminder_minutes) {
    set(Property::reminder, std::to_string(*details.reminder_minutes));
  }
  set(Property::attendees, packed(details.attendees));
  if (details.cancelled) set(Property::cancelled, "1");
  set(Property::attachments, packed(details.attachments));
  set(Property::answer, packed_answer(details));
}

std::string packed_when(const Event& event) {
  Packer out;
  out.boolean(event.details.all_day);
  pack(out, event.details.start);
  pack(out, event.details.end);
  pack(out, event.zone_rules);
  if (event.recurrence) pack(out, *event.recurrence);
  pack(out, event.orphan_of);
  return std::move(out).bytes();
}

std::string packed(const EventException& exception) {
  Packer out;
  pack(out, exception.original);
  out.boolean(exception.deleted);
  if (exception.deleted) return std::move(out).bytes();
  out.boolean(exception.details.all_day);
  pack(out, exception.details.start);
  pack(out, exception.details.end);
  PropertyDigests details;
  digest_details(exception.details, details);
  out.text(details.packed());
  return std::move(out).bytes();
}

}  // namespace

PropertyDigests digests_of(const Event& event) {
  PropertyDigests out;
  digest_details(event.details, out);
  const auto set = [&](Property property, const std::string& value) {
    out.set(std::to_underlying(property), value);
  };
  set(Property::when, packed_when(event));
  if (event.organizer)
    set(Property::organizer, event.organizer->email + '\n' + event.organizer->name);
  if (event.response_requested) set(Property::response_requested, "1");
  if (event.disallows_new_time_proposal) set(Property::disallows_new_time_proposal, "1");
  std::map<std::uint8_t, std::string> exceptions;
  for (const EventException& each : event.exceptions) {
    exceptions[exception_number(each.original)] += packed(each);
  }
  for (const auto& [number, value] : exceptions) out.set(number, value);
  return out;
}

void keep(EventPatch& patch, const std::vector<std::uint8_t>& repeated) {
  EventDetailsPatch& details = patch.details;
  for (const std::uint8_t number : repeated) {
    switch (static_cast<Property>(number)) {
      case Property::subject:
        details.subject = {};
        break;
      case Property::location:
        details.location = {};
        details.place = {};
        break;
      case Property::body:
        details.body = {};
        break;
      case Property::categories:
        details.categories = {};
        break;
      case Property::sensitivity:
        details.sensitivity = {};
        break;
      case Property::busy_status:
        details.busy_status = {};
        break;
      case Property::reminder:
        details.reminder_minutes = {};
        break;
      case Property::when:
        details.all_day = {};
        details.start = {};
        details.end = {};
        patch.zone_rules = {};
        patch.recurrence = {};
        break;
      case Property::attendees:
        details.attendees = {};
        break;
      case Property::cancelled:
        patch.cancelled = {};
        break;
      case Property::organizer:
        patch.organizer = {};
        break;
      case Property::response_requested:
        patch.response_requested = {};
        break;
      case Property::disallows_new_time_proposal:
        patch.disallows_new_time_proposal = {};
        break;
      case Property::attachments:
      case Property::answer:
        break;
      case Property::first_exception:
      default:
        std::erase_if(patch.exceptions, [&](const EventExceptionPatch& each) {
          return exception_number(each.original) == number;
        });
    }
  }
}

}  // namespace godwit
