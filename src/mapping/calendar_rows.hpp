/// The rows of the Calendar class: one for each property, both ways. For calendar.cpp and
/// calendar_change.cpp. [MS-ASCAL]
#pragma once

#include <span>

#include "base/result.hpp"
#include "eas/version.hpp"
#include "item/event.hpp"
#include "wbxml/element.hpp"
#include "wbxml/writer.hpp"

namespace godwit::mapping {

/// What writing a property needs besides the property.
struct EventWriting {
  const Event& event;
  eas::Version version;

  /// Up to 14.1 an all-day event lies at midnight of its zone; from 16.0 on it has dates.
  Time wire(Time time, bool all_day) const;
};

/// What reading one needs.
struct DetailsReading {
  eas::Version version;
  bool all_day;
  const ZoneRules& zone;

  Result<Time> time(std::string_view text) const;
};

/// A property that occurrences may have for their own.
struct DetailsRow {
  wbxml::Tag tag;
  eas::Versions versions;
  eas::Versions exception_versions;
  bool (*same)(const EventDetails& a, const EventDetails& b, const EventWriting& writing);
  /// `bare`: an empty one is written as an empty tag, as exceptions need it.
  void (*write)(const EventDetails& item, const EventWriting& writing, wbxml::Tag tag, bool bare,
                wbxml::Writer& out);
  /// Null: only servers set it.
  Result<> (*read)(const wbxml::Element& in, const DetailsReading& reading,
                   EventDetailsPatch& patch);
  /// What absence does where it deletes. Null: nothing.
  void (*clear)(EventDetailsPatch& patch);
};

std::span<const DetailsRow> details_rows();

/// airsyncbase:Location; nothing of an empty one.
void write_location(const Location& location, wbxml::Writer& out);

}  // namespace godwit::mapping
