/// Edits of what is not as its series says: overrides (RECURRENCE-ID) and EXDATE.
#pragma once

#include <string>
#include <vector>

#include "convert/ical/edit.hpp"
#include "convert/ical/series.hpp"
#include "convert/ical/timing.hpp"
#include "item/event.hpp"

namespace godwit::convert::ical {

class ExceptionsEdit {
 public:
  /// `clock` is the series' before the edit, or now where nothing moved.
  ExceptionsEdit(Component& calendar, std::size_t master, SeriesClock& clock, std::string line_end)
      : calendar_(calendar), master_(master), clock_(clock), line_end_(std::move(line_end)) {}

  void remove_all();
  /// The series moved: exceptions stay with their occurrences.
  void shift(const Moment& new_start);
  /// Error: not_found (rule `no_occurrence`) for one that is told alone and has no occurrence;
  /// those told whole are left out then.
  Result<> apply(const std::vector<EventExceptionPatch>& patches, const Event& event,
                 const DeviceClock& device, const Context& context);

 private:
  Component& master() { return calendar_.children[master_]; }
  /// Places of the overrides of this series.
  std::vector<std::size_t> overrides() const;
  std::optional<std::size_t> override_of(LocalTime original);
  std::optional<LocalTime> occurrence_of(const Pattern& pattern, const EventExceptionPatch& patch,
                                         const DeviceClock& device) const;
  bool exclude(LocalTime original, const Pattern& pattern);
  void include(LocalTime original);
  bool remove_override(LocalTime original);
  void change(LocalTime original, const EventExceptionPatch& patch, const Event& event,
              const DeviceClock& device, const Context& context);
  std::size_t add_override(LocalTime original);
  void shift_dates(std::string_view name, const Moment& new_start, std::chrono::seconds by);
  void shift_override(Component& component, const Moment& new_start, std::chrono::seconds by);

  Component& calendar_;
  std::size_t master_;
  SeriesClock& clock_;
  std::string line_end_;
};

/// All but times and exceptions. `now`: what is read of the component.
void edit_details(Editor& editor, const EventDetailsPatch& patch, const EventDetails& now,
                  const SeriesClock& clock);

}  // namespace godwit::convert::ical
