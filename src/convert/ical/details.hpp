/// Properties that events, their exceptions and tasks have in common; for the readers and writers.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "convert/ical/context.hpp"
#include "convert/ical/document.hpp"
#include "convert/ical/series.hpp"
#include "item/event.hpp"

namespace godwit::convert::ical {

/// Unescaped TEXT of the first property of that name; empty when there is none.
std::string text_of(const Component& component, std::string_view name);
std::vector<std::string> categories_of(const Component& component);
Sensitivity sensitivity_of(const Component& component);
struct Bodies {
  std::string plain, html;
};
Bodies bodies_of(const Component& component);
/// Whether a device's text says what is there: line ends and blanks at their end do not count.
bool same_text(std::string_view a, std::string_view b);

/// The alarm that a device is shown, a place in `children`: the first that shows or sounds, at or
/// before the start.
struct Alarm {
  std::size_t child = 0;
  std::uint32_t minutes = 0;
};
std::optional<Alarm> alarm_of(const Component& component, const SeriesClock& clock, Time start,
                              Time end);

/// An attendee's or organizer's address, without `mailto:`; empty when it has none.
std::string address_of(const Line& line);
bool is_own(std::string_view address, const Context& context);
/// Places in `lines` of the attendees that a device is shown: with an address, not the organizer.
std::vector<std::size_t> attendee_lines(const Component& component);
Attendee attendee_of(const Line& line);
/// Parameters of ours: other times that an attendee proposed, for which RFC 5545 has no place.
inline constexpr std::string_view proposed_start = "X-GODWIT-PROPOSED-START";
inline constexpr std::string_view proposed_end = "X-GODWIT-PROPOSED-END";
std::vector<std::size_t> attachment_lines(const Component& component);
Location location_of(const Component& component);
BusyStatus busy_status_of(const Component& component);
/// Where Location has no place in RFC 5545: parameters of one property, by their names.
struct LocationField {
  std::string_view parameter;
  std::string Location::* member;
};
std::vector<LocationField> location_fields();

/// All of an event's component but its times, which `clock` has.
EventDetails read_details(const Component& component, SeriesClock& clock, const Span& span,
                          const Context& context, Repairs& repairs);

}  // namespace godwit::convert::ical
