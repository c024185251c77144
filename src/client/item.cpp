#include "client/item.hpp"

#include "wbxml/pages/airsync.hpp"
#include "wbxml/pages/airsyncbase.hpp"

namespace godwit::client {
namespace {

std::string local_name(wbxml::Tag tag) {
  const wbxml::TagInfo* info = wbxml::find_tag(tag);
  return info == nullptr ? name_of(tag) : std::string(info->name);
}

void flatten(Item& item, const std::string& path, const Node& node) {
  std::string key = path;
  for (unsigned n = 2; item.contains(key); ++n) key = path + "#" + std::to_string(n);
  item[key] = node.text;
  for (const Node& child : node.children) {
    flatten(item, key + "/" + local_name(child.tag), child);
  }
}

void remove_property(Item& item, const std::string& name) {
  std::erase_if(item, [&](const auto& entry) {
    const std::string& key = entry.first;
    return key.starts_with(name) &&
           (key.size() == name.size() || key[name.size()] == '/' || key[name.size()] == '#');
  });
}

}  // namespace

std::string_view class_of_type(int type) {
  switch (type) {
    case 7:
    case 15:
      return "Tasks";
    case 8:
    case 13:
      return "Calendar";
    case 9:
    case 14:
    case 19:
      return "Contacts";
    case 10:
    case 17:
      return "Notes";
    default:
      return "Email";
  }
}

void merge_properties(Item& item, const Node& application_data) {
  for (const Node& child : application_data.children) {
    remove_property(item, local_name(child.tag));
  }
  for (const Node& child : application_data.children) {
    flatten(item, local_name(child.tag), child);
  }
}

void merge_occurrence(Item& item, std::string_view instance_id, const std::vector<Node>& data) {
  std::string path = "Exceptions/Exception";
  for (unsigned n = 2; item.contains(path); ++n) {
    const auto found = item.find(path + "/InstanceId");
    if (found != item.end() && found->second == instance_id) break;
    path = "Exceptions/Exception#" + std::to_string(n);
  }
  if (data.empty()) remove_property(item, path);
  item.emplace("Exceptions", "");
  item.emplace(path, "");
  item[path + "/InstanceId"] = instance_id;
  if (data.empty()) item[path + "/Deleted"] = "1";
  for (const Node& each : data) {
    const std::string name = path + '/' + local_name(each.tag);
    remove_property(item, name);
    flatten(item, name, each);
  }
}

std::vector<Node> mail_options(int filter, int body_type, std::optional<std::uint64_t> truncation) {
  namespace base = wbxml::airsyncbase;
  Node preference(base::BodyPreference, {Node(base::Type, std::to_string(body_type))});
  if (truncation) preference.add(Node(base::TruncationSize, std::to_string(*truncation)));
  std::vector<Node> out{Node(wbxml::airsync::FilterType, std::to_string(filter)),
                        std::move(preference)};
  if (body_type == 4) out.emplace_back(wbxml::airsync::MIMESupport, "2");
  return out;
}

}  // namespace godwit::client
