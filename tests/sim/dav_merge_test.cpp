// A device and another DAV client write the same item: the second one is told 412, and what both
// wrote is merged by what the device held before (engine.md §6).
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <utility>

#include "interop/scripted_dav.hpp"
#include "sim/item_row.hpp"
#include "sim/world.hpp"
#include "wbxml/pages/airsync.hpp"
#include "wbxml/pages/airsyncbase.hpp"

namespace godwit::sim {
namespace {

using client::Node;

constexpr int status_ok = 1;  // [MS-ASCMD] Status (Sync)
constexpr int status_conflict = 7;
constexpr int status_not_found = 8;
constexpr const char* client_wins = "0";  // [MS-ASCMD] Conflict
constexpr const char* server_wins = "1";

/// What the other client does in the moment between the server's look and its write, once.
using Meanwhile = std::function<void()>;

/// One item that a device holds and edits.
class Edited {
 public:
  Edited(World& world, const ItemRow& row, const std::string& conflict) : world_(world), row_(row) {
    options_.options = {
        Node(wbxml::airsync::Conflict, conflict),
        Node(wbxml::airsyncbase::BodyPreference, {Node(wbxml::airsyncbase::Type, "1")})};
    world.run(device().folder_sync());
    id_ = device().folder_of_type(row.folder_type)->id;
    world.run(device().sync_all(id_, options_));
    server_id_ = device().collection(id_).items.begin()->first;
  }

  /// The status that the device is told of its edit of one value.
  int edit(std::size_t mark, const std::string& value, Meanwhile meanwhile) {
    ItemValues values = held();
    values.marks.at(mark) = value;
    device().change(id_, server_id_, row_.data(values));
    world_.between_item_writes([&]() -> Task<> { return once(meanwhile); });
    const auto outcome = world_.run(device().sync(id_, options_));
    world_.between_item_writes(nullptr);
    EXPECT_FALSE(meanwhile) << "nothing was written";
    const auto& responses = outcome.collections.at(id_).responses;
    const auto response = responses.find(server_id_);
    world_.run(device().sync_all(id_, options_));
    return response == responses.end() ? status_ok : response->second;
  }
  bool is_held() { return device().collection(id_).items.contains(server_id_); }
  ItemValues held() { return values_of(row_, device().collection(id_).items.at(server_id_)); }

 private:
  static Task<> once(Meanwhile& meanwhile) {
    if (const auto work = std::exchange(meanwhile, nullptr)) work();
    co_return;
  }
  client::Device& device() { return world_.device(); }

  World& world_;
  const ItemRow& row_;
  client::SyncOptions options_;
  std::string id_;
  std::string server_id_;
};

const ItemValues before{"name", {"first", "second"}};

/// Where another client works.
struct Place {
  std::function<std::string()> read;
  std::function<void(const std::string& text)> write;
  std::function<void()> remove;
};

void expect_merged(World& world, const ItemRow& row, const Place& place) {
  SCOPED_TRACE(row.name_property);
  place.write(text_of(row, "one", before, "kept"));
  Edited item(world, row, server_wins);
  const auto elsewhere = [&](std::size_t mark, const std::string& value) {
    return [&place, &row, mark, value] { place.write(with_mark(row, place.read(), mark, value)); };
  };
  const auto expect_both = [&](const std::string& first, const std::string& second) {
    const ItemValues values{"name", {first, second}};
    EXPECT_EQ(values_of(row, place.read()), values) << place.read();
    EXPECT_EQ(item.held(), values);
    EXPECT_EQ(kept_of(place.read()), "kept");
  };
  // Each its own: both stay, and the device learns of the other one.
  EXPECT_EQ(item.edit(0, "phone", elsewhere(1, "desktop")), status_ok);
  expect_both("phone", "desktop");
  // Both the same: the device loses, and gets what won.
  EXPECT_EQ(item.edit(0, "phone again", elsewhere(0, "desktop first")), status_conflict);
  expect_both("desktop first", "desktop");
  // Or the device wins, without undoing what it did not change.
  Edited winner(world, row, client_wins);
  EXPECT_EQ(winner.edit(1, "phone last", elsewhere(1, "desktop last")), status_ok);
  expect_both("desktop first", "phone last");
  // A removal beats a change, whoever wins else.
  EXPECT_EQ(winner.edit(0, "too late", place.remove), status_not_found);
  EXPECT_FALSE(winner.is_held());
}

TEST(DavMerge, OnRadicale) {
  using interop::RunningServer;
  if (!RunningServer::is_there("radicale")) GTEST_SKIP() << RunningServer::why_not("radicale");
  World world(1, &make_radicale_side);
  backend::Items& desktop = *world.side().desktop_items();
  for (const auto& collection : world.run(desktop.collections())) {
    const auto row = std::ranges::find(item_rows(), collection.item_class, &ItemRow::item_class);
    const auto only = [&] {
      const auto all = test::run(desktop.fetch(collection.key, {})).value();
      return all.empty() ? backend::ItemText{} : all.front();
    };
    const Place place{
        .read = [&] { return only().text; },
        .write =
            [&](const std::string& text) {
              const auto there = only();
              backend::ItemCondition condition;
              if (!there.etag.empty()) condition.etag = there.etag;
              EXPECT_TRUE(test::run(desktop.put(collection.key, "one", text, condition)));
            },
        .remove =
            [&] {
              EXPECT_TRUE(test::run(desktop.remove(collection.key, only().href, std::nullopt)));
            }};
    expect_merged(world, *row, place);
  }
}

interop::ScriptedDav& scripted() {
  static interop::ScriptedDav server;
  return server;
}

TEST(DavMerge, OnAServerThatTellsOddEtags) {
  for (const bool told : {true, false}) {
    scripted().ways.etag_of_put = told;
    World world(1, [](Ground& ground) { return make_dav_side(ground, scripted().port()); });
    const Place place{.read = [] { return scripted().texts().at("one.vcf"); },
                      .write = [](const std::string& text) { scripted().set("one.vcf", text); },
                      .remove = [] { scripted().remove("one.vcf"); }};
    expect_merged(world, item_rows().front(), place);
  }
}

}  // namespace
}  // namespace godwit::sim
