/// Compact binary form of records: numbers as LEB128 varints (7 bits a byte, low bits first), text
/// and bytes with their length before them. No types or names are stored: reader and writer agree
/// on the order; begin a record with a version number.
///
///   Packer packer;            packer.number(2).text(name).optional_number(limit);
///   Unpacker in(record);      const auto version = in.number(); name = in.text(); ...
///   if (auto whole = in.finish(); !whole) return pass(whole);
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"

namespace godwit {

class Packer {
 public:
  Packer& number(std::uint64_t value);
  /// Eight bytes, low ones first: for numbers that are random.
  Packer& random_number(std::uint64_t value);
  /// Small negative numbers are short too (zigzag).
  Packer& signed_number(std::int64_t value);
  Packer& boolean(bool value) { return number(value ? 1 : 0); }
  /// Text or bytes, NULs included.
  Packer& text(std::string_view bytes);
  Packer& optional_number(std::optional<std::uint64_t> value);
  Packer& optional_text(const std::optional<std::string>& bytes);

  const std::string& bytes() const& { return bytes_; }
  std::string bytes() && { return std::move(bytes_); }

 private:
  std::string bytes_;
};

/// Reads what a Packer wrote. Never reads beyond the record and never allocates more than the
/// record is long. The first error sticks: from then on every call returns an empty value, so that
/// one look at ok() or finish() after a group of fields is enough. Before a loop of `count()`
/// entries nothing needs checking: a count is never above the bytes that are left.
class Unpacker {
 public:
  /// The record must outlive it.
  explicit Unpacker(std::string_view record) : rest_(record) {}

  std::uint64_t number();
  std::uint64_t random_number();
  std::int64_t signed_number();
  /// Anything but 0 and 1 is an error.
  bool boolean();
  std::string text() { return std::string(view()); }
  /// The same without a copy.
  std::string_view view();
  std::optional<std::uint64_t> optional_number();
  std::optional<std::string> optional_text();
  /// A number of entries that follow, each at least one byte.
  std::size_t count();
  /// A number that fits T, an error otherwise.
  template <std::integral T>
  T number_as() {
    const std::uint64_t value = number();
    if (std::in_range<T>(value)) return static_cast<T>(value);
    damage();
    return 0;
  }

  bool ok() const { return !damaged_; }
  bool at_end() const { return rest_.empty(); }
  /// Marks the record as damaged: a value made no sense to its reader.
  void damage();
  /// Malformed when something failed or bytes are left.
  Result<> finish() const;

 private:
  std::string_view rest_;
  bool damaged_ = false;
};

}  // namespace godwit
