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

/// An item as the oracle sees it: a name that it keeps, and two values that are edited.
struct ItemValues {
  std::string name;
  std::array<std::string, 2> marks;
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
  /// Children of ApplicationData.
  std::vector<client::Node> (*data)(const ItemValues& values);
  /// The text around the lines.
  std::string_view begin, end;
};

std::span<const ItemRow> item_rows();

/// What a desktop writes; `keep` is a value that no device knows.
std::string text_of(const ItemRow& row, const std::string& uid, const ItemValues& values,
                    const std::string& keep);
ItemValues values_of(const ItemRow& row, std::string_view text);
ItemValues values_of(const ItemRow& row, const client::Item& item);
/// Nothing = the text has no such value.
std::string kept_of(std::string_view text);
/// The text with another value of one mark.
std::string with_mark(const ItemRow& row, std::string_view text, std::size_t mark,
                      const std::string& value);

}  // namespace godwit::sim
