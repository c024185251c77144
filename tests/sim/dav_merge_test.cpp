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

Task<> nothing() { co_return; }

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

std::string with_file(std::string text, const std::string& name, const std::string& base64) {
  const std::string line =
      "ATTACH;FMTTYPE=text/plain;ENCODING=BASE64;VALUE=BINARY;X-FILENAME=" + name + ':' + base64 +
      "\r\n";
  return text.insert(text.find("END:VEVENT"), line);
}

std::size_t count_of(std::string_view text, std::string_view word) {
  std::size_t count = 0;
  for (auto at = text.find(word); at != text.npos; at = text.find(word, at + 1)) ++count;
  return count;
}

/// RFC 5545 3.1.
std::string unfolded(std::string text) {
  for (std::size_t at = 0; (at = text.find("\r\n ", at)) != std::string::npos;) text.erase(at, 3);
  return text;
}

/// An event to which the device and the desktop add files at the same moment.
void expect_files_of_both(MakeSide make_side) {
  World world(1, make_side);
  backend::Items& desktop = *world.side().desktop_items();
  FolderKey key = FolderKey::parse("x").value();
  for (const auto& each : world.run(desktop.collections())) {
    if (each.role == FolderRole::calendar) key = each.key;
  }
  // Servers name it as they like.
  const auto there = [&] {
    const auto listed = test::run(desktop.changes(key, "")).value();
    return test::run(desktop.fetch(key, {listed.changed.at(0).href})).value().at(0);
  };
  const auto write = [&](std::string text, backend::ItemCondition condition) {
    EXPECT_TRUE(test::run(desktop.put(key, "one", std::move(text), std::move(condition))));
  };
  write(
      "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:test\r\nBEGIN:VEVENT\r\nUID:one\r\n"
      "DTSTAMP:20250601T080000Z\r\nDTSTART:20250620T080000Z\r\nDTEND:20250620T090000Z\r\n"
      "SUMMARY:Files\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
      {});
  client::Device& phone = world.device();
  world.run(phone.folder_sync());
  constexpr int calendar_type = 8;  // [MS-ASCMD] Type (FolderSync)
  const std::string id = phone.folder_of_type(calendar_type)->id;
  client::SyncOptions options;
  options.options = {Node(wbxml::airsync::Conflict, server_wins)};
  world.run(phone.sync_all(id, options));
  const std::string server_id = phone.collection(id).items.begin()->first;
  const auto both_add = [&](const std::string& name, const std::string& content,
                            const std::string& other, const std::string& other_base64) {
    namespace page = wbxml::airsyncbase;
    Node file(page::Content, content);
    file.opaque = true;
    Node add(page::Add, {Node(page::ClientId, name), std::move(file), Node(page::Method, "1"),
                         Node(page::DisplayName, name), Node(page::ContentType, "text/plain")});
    phone.change(id, server_id, {Node(page::Attachments, {std::move(add)})});
    bool done = false;
    world.between_item_writes([&]() -> Task<> {
      if (!std::exchange(done, true)) {
        const auto now = there();
        write(with_file(now.text, other, other_base64), {now.etag});
      }
      return nothing();
    });
    const auto outcome = world.run(phone.sync(id, options));
    world.between_item_writes(nullptr);
    EXPECT_TRUE(done);
    const auto& responses = outcome.collections.at(id).responses;
    const auto response = responses.find(server_id);
    EXPECT_EQ(response == responses.end() ? status_ok : response->second, status_ok);
    world.run(phone.sync_all(id, options));
  };
  both_add("phone.txt", "from the phone", "desktop.txt", "ZnJvbSB0aGUgZGVza3RvcA==");
  std::string text = unfolded(there().text);
  EXPECT_EQ(count_of(text, "phone.txt"), 1U) << text;
  EXPECT_EQ(count_of(text, "desktop.txt"), 1U) << text;
  // The same file is one.
  both_add("same.txt", "same", "same.txt", "c2FtZQ==");
  text = unfolded(there().text);
  EXPECT_EQ(count_of(text, "same.txt"), 1U) << text;
  EXPECT_EQ(count_of(text, "\nATTACH"), 3U) << text;
  // One name for two files keeps both.
  both_add("list.txt", "mine", "list.txt", "eW91cnM=");
  text = unfolded(there().text);
  EXPECT_EQ(count_of(text, "\nATTACH"), 5U) << text;
  const client::Item& held = phone.collection(id).items.at(server_id);
  EXPECT_TRUE(held.contains("Attachments/Attachment#5"));
}

TEST(DavMerge, FilesOfBothSidesStay) {
  expect_files_of_both(&make_embedded_side);
  using interop::RunningServer;
  if (!RunningServer::is_there("radicale")) GTEST_SKIP() << RunningServer::why_not("radicale");
  expect_files_of_both(&make_radicale_side);
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
