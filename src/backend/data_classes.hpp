/// What a user may be kept from: the classes of data that phones synchronise and search.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "item/folder.hpp"

namespace godwit::backend {

enum class DataClass : std::uint8_t { mail, calendar, contacts, tasks, notes, directory };

struct DataClassName {
  DataClass data_class;
  std::string_view name;  // as administrators write it
};
inline constexpr auto data_class_names = std::to_array<DataClassName>({
    {DataClass::mail, "mail"},
    {DataClass::calendar, "calendar"},
    {DataClass::contacts, "contacts"},
    {DataClass::tasks, "tasks"},
    {DataClass::notes, "notes"},
    {DataClass::directory, "directory"},
});

constexpr std::optional<DataClass> data_class_named(std::string_view name) {
  for (const DataClassName& each : data_class_names) {
    if (each.name == name) return each.data_class;
  }
  return std::nullopt;
}

constexpr DataClass data_class_of(ItemClass item_class) {
  switch (item_class) {
    case ItemClass::email:
    case ItemClass::recipients:  // read from mail
      return DataClass::mail;
    case ItemClass::calendar:
      return DataClass::calendar;
    case ItemClass::contacts:
      return DataClass::contacts;
    case ItemClass::tasks:
      return DataClass::tasks;
    case ItemClass::notes:
      return DataClass::notes;
  }
  std::unreachable();
}

/// A set of them.
class DataClasses {
 public:
  constexpr DataClasses() = default;
  static constexpr DataClasses all() { return DataClasses(all_bits); }
  /// What `bits` says of classes we know.
  static constexpr DataClasses from_bits(std::uint64_t bits) {
    return DataClasses(static_cast<std::uint8_t>(bits & all_bits));
  }

  constexpr bool contains(DataClass one) const { return (bits_ & bit(one)) != 0; }
  constexpr bool contains(ItemClass one) const { return contains(data_class_of(one)); }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr std::uint8_t bits() const { return bits_; }
  constexpr DataClasses with(DataClass one) const { return DataClasses(bits_ | bit(one)); }
  constexpr DataClasses with(DataClasses others) const { return DataClasses(bits_ | others.bits_); }
  constexpr DataClasses without(DataClasses others) const {
    return DataClasses(bits_ & ~unsigned{others.bits_});
  }
  friend constexpr bool operator==(DataClasses, DataClasses) = default;

 private:
  static constexpr unsigned all_bits = (1U << data_class_names.size()) - 1;
  static constexpr unsigned bit(DataClass one) { return 1U << std::to_underlying(one); }
  explicit constexpr DataClasses(unsigned bits) : bits_(static_cast<std::uint8_t>(bits)) {}
  std::uint8_t bits_ = 0;
};

}  // namespace godwit::backend
