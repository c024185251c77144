/// Holds every answer of ours to the response schemas: order and occurrence of children
/// (schema_order.txt), version of each element, formats of values.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "eas/version.hpp"
#include "schema_model.hpp"
#include "wbxml/element.hpp"

namespace godwit::test {

class SchemaOrder {
 public:
  /// Of schema_order.txt; read once for the program.
  static const SchemaOrder& instance();
  /// From the text of another tree, for tests of the checker.
  static SchemaOrder of_tree(std::string_view tree);

  const SchemaRows& rows() const { return rows_; }

  /// What is wrong with `answer`, each as `path: sentence`; empty when nothing is.
  std::vector<std::string> check(const wbxml::Element& answer, eas::Version version) const;

 private:
  /// A place in a schema: which row describes the present element.
  struct Place {
    std::string schema;
    std::string path;
  };

  void walk(const wbxml::Element& element, const Place& place, const std::string& path,
            eas::Version version, std::vector<std::string>& out) const;
  const SchemaRow* row(const Place& place) const;
  /// Where the description of `child` stands, seen from its parent.
  Place place_of(const Place& parent, const wbxml::Element& child) const;

  SchemaRows rows_;
};

/// The checks that need no table: versions, formats, FolderSync's Count.
void check_values(const wbxml::Element& element, const wbxml::Element* parent,
                  const std::string& path, eas::Version version, std::vector<std::string>& out);

/// `AirSync:Sync`.
std::string qualified_name(wbxml::Tag tag);

}  // namespace godwit::test
