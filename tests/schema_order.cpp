#include "schema_order.hpp"

#include <array>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "base/text.hpp"
#include "wbxml/pages/airsync.hpp"
#include "wbxml/pages/get_item_estimate.hpp"

namespace godwit::test {
namespace {

std::string lower_name(wbxml::Tag tag) { return ascii_lower(qualified_name(tag)); }

/// Elements of one name whose content another row of the table describes.
struct Alias {
  std::string_view schema;
  std::string_view path;
  std::string_view target;
};
constexpr auto aliases = std::to_array<Alias>({
    {"searchresponse", "search/response/store/result/properties", "searchproperties"},
    {"findresponse", "find/response/result/properties", "findproperties"},
});

/// The schemas are those of 12.1 and later. [MS-ASCMD] Class: 12.0 names it in a Collection.
bool is_class_of_old(const wbxml::Element& child, const wbxml::Element& parent,
                     eas::Version version) {
  return version == eas::Version::v12_0 &&
         ((child.tag == wbxml::airsync::Class && parent.tag == wbxml::airsync::Collection) ||
          (child.tag == wbxml::get_item_estimate::Class &&
           parent.tag == wbxml::get_item_estimate::Collection));
}

/// [MS-ASAIRS] FileReference: the answer to a Change that adds attachments has them, too; the
/// schema forgot it.
bool is_answered_change(const wbxml::Element& child, std::string_view path, eas::Version version) {
  return version >= eas::Version::v16_0 && child.tag == wbxml::airsync::ApplicationData &&
         path.ends_with("responses/change");
}

SchemaRows load() {
  std::ifstream file(GODWIT_SOURCE_DIR "/tests/schema_order.txt");
  if (!file.is_open()) throw std::runtime_error("tests/schema_order.txt cannot be read");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return parse_schema_tree(text);
}

}  // namespace

std::string qualified_name(wbxml::Tag tag) {
  const wbxml::TagInfo* info = wbxml::find_tag(tag);
  if (info == nullptr) {
    return "page " + std::to_string(tag.page) + " token " + std::to_string(tag.code);
  }
  return std::string(wbxml::page_name(tag.page)) + ":" + std::string(info->name);
}

const SchemaOrder& SchemaOrder::instance() {
  static const SchemaOrder order = [] {
    SchemaOrder loaded;
    loaded.rows_ = load();
    return loaded;
  }();
  return order;
}

SchemaOrder SchemaOrder::of_tree(std::string_view tree) {
  SchemaOrder out;
  out.rows_ = parse_schema_tree(tree);
  return out;
}

std::vector<std::string> SchemaOrder::check(const wbxml::Element& answer,
                                            eas::Version version) const {
  std::vector<std::string> out;
  const wbxml::TagInfo* info = wbxml::find_tag(answer.tag);
  if (info == nullptr) return {"the root is an unknown token"};
  const std::string name = ascii_lower(info->name);
  const Place root{name == "folders" ? "gethierarchyresponse" : name + "response", name};
  if (row(root) == nullptr) return {std::string(info->name) + ": no schema has such a root"};
  check_values(answer, nullptr, std::string(info->name), version, out);
  walk(answer, root, std::string(info->name), version, out);
  return out;
}

void SchemaOrder::walk(const wbxml::Element& element, const Place& place, const std::string& path,
                       eas::Version version, std::vector<std::string>& out) const {
  const SchemaRow* described = row(place);
  if (described == nullptr) {
    if (!element.children.empty()) out.push_back(path + ": no schema lets it have children");
    return;
  }
  std::vector<std::string> names;
  names.reserve(element.children.size());
  for (const wbxml::Element& child : element.children) {
    const bool known =
        is_class_of_old(child, element, version) || is_answered_change(child, place.path, version);
    if (!known) names.push_back(lower_name(child.tag));
  }
  if (const std::string wrong = explain_mismatch(*described, rows_, names); !wrong.empty()) {
    out.push_back(path + ": " + wrong + "; the schema says: " + described->text.substr(0, 200));
  }
  for (const wbxml::Element& child : element.children) {
    const wbxml::TagInfo* info = wbxml::find_tag(child.tag);
    const std::string below =
        path + "/" + (info == nullptr ? qualified_name(child.tag) : std::string(info->name));
    check_values(child, &element, below, version, out);
    Place inner = place_of(place, child);
    if (is_answered_change(child, place.path, version)) {
      inner.path.replace(inner.path.rfind("change/"), 7, "add/");
    }
    walk(child, inner, below, version, out);
  }
}

const SchemaRow* SchemaOrder::row(const Place& place) const {
  const auto found = rows_.find({place.schema, place.path});
  return found == rows_.end() ? nullptr : &found->second;
}

SchemaOrder::Place SchemaOrder::place_of(const Place& parent, const wbxml::Element& child) const {
  const wbxml::TagInfo* info = wbxml::find_tag(child.tag);
  if (info == nullptr) return {};
  const std::string name = ascii_lower(info->name);
  const std::string space = ascii_lower(wbxml::page_name(child.tag.page));
  Place here{parent.schema, parent.path + "/" + name};
  for (const Alias& alias : aliases) {
    if (here.schema == alias.schema && here.path == alias.path) {
      return {here.schema, std::string(alias.target)};
    }
  }
  if (namespace_of_schema(parent.schema) == space && row(here) != nullptr) return here;
  // A global element of its own namespace's schema, or of that of its responses.
  for (const std::string& schema : {space, space + "response"}) {
    Place global{schema, name};
    if (row(global) != nullptr) return global;
  }
  // A member of its namespace's group of properties.
  Place member{space, "toplevelschemaprops/" + name};
  if (row(member) != nullptr) return member;
  return here;
}

}  // namespace godwit::test
