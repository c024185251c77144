/// Edits of properties that events, exceptions and tasks have in common: each touches its lines
/// when what they say changes, and nothing else.
#pragma once

#include <string>
#include <string_view>

#include "convert/ical/details.hpp"
#include "convert/ical/document.hpp"
#include "item/event.hpp"

namespace godwit::convert::ical {

class Editor {
 public:
  Editor(Component& component, std::string_view line_end)
      : component_(component), line_end_(line_end) {}

  bool changed() const { return changed_; }
  /// Something else of the item changed.
  void touch() { changed_ = true; }
  Component& component() { return component_; }

  /// Removes the property when the text is empty.
  void set_text(std::string_view name, std::string_view text);
  /// As it is; parameters of the line that was there stay.
  void set_value(std::string_view name, std::string_view value);
  void put(Line line);
  void replace_at(std::size_t place, Line line);
  void erase(std::string_view name);
  void erase_line(std::size_t place);

  void body(const Change<ItemBody>& change);
  void categories(const Change<std::vector<std::string>>& change);
  void sensitivity(const Change<Sensitivity>& change);
  void busy_status(const Change<BusyStatus>& change);
  void location(const Change<Location>& change);
  void place(const Change<std::string>& change);
  /// `now`: the alarm that is shown.
  void reminder(const Change<std::uint32_t>& change, const std::optional<Alarm>& now,
                const SeriesClock& clock, Time start, Time end);
  void attendees(const Change<std::vector<Attendee>>& change);
  void attachments(const EventDetailsPatch& patch);
  /// Writes the UID that a component without one was given, when something changed.
  void name(std::string_view uid);
  /// DTSTAMP and LAST-MODIFIED, when something changed.
  void stamp(Time when);

  std::string_view line_end() const { return line_end_; }

 private:
  void write_coordinates(const Location& wanted);
  void write_location_fields(const Location& wanted);
  void set_attendee(std::size_t place, const Attendee& wanted);
  void add_attendee(const Attendee& wanted);

  Component& component_;
  std::string line_end_;
  bool changed_ = false;
};

/// One that shows something.
Component make_alarm(Line trigger, const std::string& line_end);

Line with_parameter(const Line& line, std::string_view name, std::string_view value,
                    std::string_view line_end);

}  // namespace godwit::convert::ical
