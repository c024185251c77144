/// Items between two phones: what one says comes to the other as it was said.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "command/test_bed.hpp"
#include "mapping/time_zone.hpp"
#include "wbxml/page.hpp"
#include "wbxml/pages/airsyncbase.hpp"

namespace godwit::command {

using client::Item;
using client::Node;
using eas::Version;

namespace base = wbxml::airsyncbase;

inline constexpr std::array versions{Version::v12_0, Version::v12_1, Version::v14_0,
                                     Version::v14_1, Version::v16_0, Version::v16_1};

/// One property, or some that go together, as a phone says it, and as it says it later.
struct Property {
  std::vector<Node> first;
  std::vector<Node> second{};  // none: it is not edited by itself
  Version since = Version::v12_0;
  Version until = Version::v16_1;
};

inline Property text(wbxml::Tag tag, const std::string& first, const std::string& second) {
  return {{Node(tag, first)}, {Node(tag, second)}};
}
inline Property only(wbxml::Tag tag, const std::string& value) { return {{Node(tag, value)}}; }
inline Property since(Version version, Property property) {
  property.since = version;
  return property;
}
inline Property until(Version version, Property property) {
  property.until = version;
  return property;
}
inline Node list(wbxml::Tag tag, wbxml::Tag child, const std::vector<std::string>& values) {
  Node out(tag);
  for (const std::string& value : values) out.add(Node(child, value));
  return out;
}
inline Node body(const std::string& value) {
  return Node(base::Body, {Node(base::Type, "1"), Node(base::Data, value)});
}
inline Property bodies() { return {{body("first words")}, {body("other\r\nwords")}}; }

inline bool is_known(const Property& property, Version version) {
  return version >= property.since && version <= property.until;
}

inline const std::vector<Node>& said(const Property& property, bool edited) {
  return edited && !property.second.empty() ? property.second : property.first;
}

/// The first `edited` of them are said as they are later.
inline std::vector<Node> data_of(const std::vector<Property>& properties, Version version,
                                 std::size_t edited) {
  std::vector<Node> out;
  for (std::size_t i = 0; i < properties.size(); ++i) {
    if (!is_known(properties[i], version)) continue;
    for (const Node& node : said(properties[i], i < edited)) out.push_back(node);
  }
  return out;
}

/// What was said is what is held. A zone is known by its rules; of a body only the text counts.
inline void expect_held(const Item& held, const std::vector<Node>& nodes) {
  Item wanted;
  Node data;
  data.children = nodes;
  client::merge_properties(wanted, data);
  for (const auto& [path, value] : wanted) {
    if (path.starts_with("Body/") && path != "Body/Data") continue;
    const auto found = held.find(path);
    ASSERT_NE(found, held.end()) << "without " << path;
    if (path == "Timezone") {
      EXPECT_TRUE(mapping::parse_time_zone(found->second)
                      .value()
                      .same_time(mapping::parse_time_zone(value).value()));
      continue;
    }
    // Of a birthday the day counts.
    const bool is_day = path == "Birthday" || path == "Anniversary";
    const std::size_t size = is_day ? std::string_view("2025-06-20").size() : value.size();
    EXPECT_EQ(is_day ? found->second.substr(0, size) : found->second, value.substr(0, size))
        << path;
  }
}

inline void expect_held(const Item& held, const std::vector<Property>& properties, Version version,
                        std::size_t edited) {
  for (std::size_t i = 0; i < properties.size(); ++i) {
    if (is_known(properties[i], version)) expect_held(held, said(properties[i], i < edited));
  }
}

/// Two phones of one version.
class Pair {
 public:
  Pair(Version version, const std::string& folder) : bed_(version) {
    items_ = &bed_.offer_items();
    client::Device::Settings settings;
    settings.id = "secondphone";
    settings.version = version;
    settings.user = "anna@example.test";
    settings.password = Secret("secret");
    second_ = std::make_unique<client::Device>(bed_.server(), settings);
    EXPECT_TRUE(test::run(second_->folder_sync()).ok());
    id_ = bed_.id(folder);
    for (client::Device* phone : {&bed_.device(), second_.get()}) sync(*phone);
  }
  client::Device& first() { return bed_.device(); }
  client::Device& second() { return *second_; }
  const std::string& id() const { return id_; }
  backend::Items& items() { return *items_; }
  void sync(client::Device& phone) {
    client::SyncOptions options;
    options.options = {Node(base::BodyPreference, {Node(base::Type, "1")})};
    EXPECT_TRUE(test::run(phone.sync_all(id_, options)).ok());
  }
  /// The only item there.
  const Item& held(client::Device& phone) {
    sync(phone);
    const auto& items = phone.collection(id_).items;
    if (items.size() != 1) throw std::runtime_error("not one item");
    return items.begin()->second;
  }

 private:
  TestBed bed_;
  backend::Items* items_ = nullptr;
  std::unique_ptr<client::Device> second_;
  std::string id_;
};

inline void expect_all_go_round(const std::string& folder, const std::vector<Property>& properties,
                                Version version) {
  SCOPED_TRACE(folder + " at " + std::string(to_string(version)));
  Pair phones(version, folder);
  phones.first().add(phones.id(), data_of(properties, version, 0));
  phones.sync(phones.first());
  expect_held(phones.held(phones.second()), properties, version, 0);
  for (std::size_t i = 0; i < properties.size(); ++i) {
    if (!is_known(properties[i], version) || properties[i].second.empty()) continue;
    SCOPED_TRACE("edited: " + client::name_of(properties[i].first.front().tag));
    const std::string one = phones.second().collection(phones.id()).items.begin()->first;
    phones.second().change(phones.id(), one, data_of(properties, version, i + 1));
    phones.sync(phones.second());
    expect_held(phones.held(phones.first()), properties, version, i + 1);
    if (testing::Test::HasFailure()) return;
  }
}

/// A rule, as children of Recurrence.
struct Form {
  std::vector<std::pair<const char*, const char*>> values;
  Version since = Version::v12_0;
};
inline wbxml::Tag tag_of(const char* page, const char* name) {
  const wbxml::TagInfo* info = wbxml::find_tag(page, name);
  if (info == nullptr) throw std::runtime_error(name);
  return info->tag;
}
/// `until`, which is written for each class in its way, and `more` besides.
inline Node rule(const char* page, const Form& form, std::vector<Node> more) {
  Node out(tag_of(page, "Recurrence"));
  for (const auto& [name, value] : form.values) out.add(Node(tag_of(page, name), value));
  for (Node& each : more) out.add(std::move(each));
  return out;
}

}  // namespace godwit::command
