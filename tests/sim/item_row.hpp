/// What the simulator knows of each class of items, one row each: how a device and a desktop make
/// them, and where the same values stand on either side.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "client/device.hpp"
#include "eas/version.hpp"
#include "item/folder.hpp"

namespace godwit::sim {

/// So many occurrences has each series.
inline constexpr std::size_t occurrences_count = 6;
/// What an occurrence has that was taken out of its series.
inline constexpr std::string_view taken_out = "taken out";

/// An item as the oracle sees it: a name that it keeps, two values that are edited, and of a series
/// the name that an occurrence has of its own: empty, where it has its series'.
struct ItemValues {
  std::string name;
  std::array<std::string, 2> marks;
  std::array<std::string, occurrences_count> occurrences{};
  friend bool operator==(const ItemValues&, const ItemValues&) = default;
};

struct ItemRow {
  ItemClass item_class;
  FolderRole role;  // of the desktop's collection
  int folder_type;  // of the device's
  eas::Version since;
  /// Where a device holds them.
  std::string_view name_property;
  std::array<std::string_view, 2> mark_properties;
  /// The lines of the text that hold them.
  std::string_view name_line;
  std::array<std::string_view, 2> mark_lines;
  /// Children of ApplicationData, but for the occurrences.
  std::vector<client::Node> (*data)(const ItemValues& values);
  /// The text around the lines.
  std::string_view begin, end;
  bool recurs = false;
  bool is_others = false;  // the user may read it and nothing more
};

/// Single events and series are two rows of one collection.
std::span<const ItemRow> item_rows();
/// Somebody else's calendar.
const ItemRow& others_row();
bool is_of(const ItemRow& row, std::string_view text);
bool is_of(const ItemRow& row, const client::Item& item);

/// What a desktop writes; `keep` is a value that no device knows.
std::string text_of(const ItemRow& row, const std::string& uid, const ItemValues& values,
                    const std::string& keep);
ItemValues values_of(const ItemRow& row, std::string_view text);
ItemValues values_of(const ItemRow& row, const client::Item& item);
/// Nothing = the text has no such value.
std::string kept_of(std::string_view text);
/// [MS-ASCAL] Exceptions, up to 14.1: all of them.
client::Node exceptions_of(const ItemValues& values);
/// [MS-ASCAL] InstanceId, from 16.0 on.
std::string instance_of(std::size_t occurrence);
/// What one occurrence has of its own.
std::vector<client::Node> occurrence_data(const std::string& value);
/// The text of a series with another value of one occurrence, which is in it.
std::string with_occurrence(const ItemRow& row, std::string_view text, std::size_t occurrence,
                            const std::string& value);
/// The text with another value of one mark.
std::string with_mark(const ItemRow& row, std::string_view text, std::size_t mark,
                      const std::string& value);

}  // namespace godwit::sim
