/// Content models: what may stand inside an element, and in which order.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace godwit::test {

/// A node of a content model. `name` is `Namespace:Name`, in lower case; of a group the row's key.
struct Particle {
  enum class Kind : std::uint8_t { element, group, sequence, choice };
  Kind kind = Kind::element;
  std::string name;
  std::vector<Particle> parts;
  bool optional = false;  // ? or *
  bool repeated = false;  // + or *
};

struct SchemaRow {
  enum class Model : std::uint8_t { sequence, all, choices };
  Model model = Model::sequence;
  Particle content;  // a sequence of what the row lists
  std::string text;  // as written, for messages
};

/// By (schema, path), both in lower case.
using SchemaRows = std::map<std::pair<std::string, std::string>, SchemaRow>;

/// `children` as `Status, (SyncKey | Limit?)+`. Throws std::runtime_error.
SchemaRow schema_row(std::string_view schema, SchemaRow::Model model, std::string_view children);

/// Reads all of a tree in the form of schema_order.txt, which says what that is. Throws
/// std::runtime_error with the line number.
SchemaRows parse_schema_tree(std::string_view text);

/// Empty when `names` (lower case, qualified) obey the row, else what is wrong.
std::string explain_mismatch(const SchemaRow& row, const SchemaRows& rows,
                             std::span<const std::string> names);

/// The namespace that the unprefixed names of a schema belong to: `syncresponse` -> `airsync`.
std::string namespace_of_schema(std::string_view schema);

}  // namespace godwit::test
