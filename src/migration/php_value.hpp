/// A reader of what PHP's serialize() writes, in which Z-Push keeps its states. It reads values and
/// nothing else: names of classes are text, and nothing is made, called or resolved by them.
/// Source: the PHP manual's page on serialize(), and what PHP writes.
///
/// Bounds: bytes, values and depth (see PhpLimits); time is linear in the bytes times the depth.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace godwit::migration {

struct PhpLimits {
  std::size_t bytes_max = 64UL * 1024 * 1024;
  std::size_t values_max = 500'000;
  std::size_t depth_max = 64;
};

enum class PhpKind : std::uint8_t {
  null,
  boolean,
  integer,
  real,  // not read as a number: `text` is as written
  text,
  array,
  object,     // its members; `class_name` says which class it was
  custom,     // of a class that writes itself (`C:`): at most one member, what it wrote if that can
              // be read; `text` is that as it stands
  reference,  // to another value: PhpDocument follows it
};

class PhpDocument;

/// One value of a document, which must outlive it.
class PhpValue {
 public:
  PhpValue(const PhpDocument& document, std::uint32_t index)
      : document_(&document), index_(index) {}

  PhpKind kind() const;
  std::string_view class_name() const;
  /// Of texts, bytes as they stand; of numbers, as written.
  std::string_view text() const;
  /// Of integers, booleans and texts of digits.
  std::optional<std::int64_t> integer() const;
  /// Of arrays and objects, in order. What is private or protected to a class is named as the
  /// others are, without its class.
  std::size_t size() const;
  std::pair<PhpValue, PhpValue> member(std::size_t at) const;
  /// The first of that name, or nothing.
  std::optional<PhpValue> find(std::string_view name) const;
  /// Of an array, by number.
  std::optional<PhpValue> find(std::int64_t number) const;

 private:
  const PhpDocument* document_;
  std::uint32_t index_;
};

/// Views of the bytes it was read from, which must outlive it.
class PhpDocument {
 public:
  /// Errors: too_large (a limit), malformed (says at which byte), unsupported.
  static Result<PhpDocument> parse(std::string_view bytes, const PhpLimits& limits = {});
  PhpValue root() const { return {*this, root_}; }

 private:
  friend class PhpValue;
  friend class PhpParser;
  struct Node {
    PhpKind kind = PhpKind::null;
    std::string_view text;
    std::string_view class_name;
    std::int64_t number = 0;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> members;
  };
  std::uint32_t target_of(std::uint32_t index) const;

  std::vector<Node> nodes_;
  std::vector<std::uint32_t> slots_;  // what `R:1;` and so on mean
  std::uint32_t root_ = 0;
};

}  // namespace godwit::migration
