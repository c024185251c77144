// Several calendars and address books as one folder, for devices that know only one.
#include "command/merged_items.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "run.hpp"
#include "server_fixture.hpp"
#include "stepped.hpp"
#include "wbxml/pages/contacts.hpp"

namespace godwit::command {
namespace {

namespace page = wbxml::contacts;
using client::Node;
using test::How;
using Names = std::vector<std::string>;

std::string card(const std::string& name) {
  return "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:" + name + "\r\nN:" + name +
         ";;;;\r\nX-KEPT:yes\r\nEND:VCARD\r\n";
}

std::vector<Node> contact(const std::string& name) {
  return {Node(page::FileAs, name), Node(page::LastName, name)};
}

/// Three address books, each with one contact; the last can only be read. One phone that asks until
/// it is answered, over systems that die.
class World {
 public:
  explicit World(std::uint64_t seed = 1, bool merges = true)
      : fixture_(seed),
        store_(fixture_.store, steps_),
        mail_(fixture_.mail_server, steps_),
        items_(fixture_.mail_server, steps_),
        server_({fixture_.clock, fixture_.random, store_, mail_, fixture_.mail_server,
                 fixture_.submission, nullptr, nullptr, &items_},
                settings(merges), std::chrono::seconds(60)),
        device_(server_, device_settings()) {
    backend::MemoryItems& all = items();
    own_ = all.find(FolderRole::contacts);
    club_ = test::run(all.create_collection(ItemClass::contacts, "Club")).value();
    shop_ = test::run(all.create_collection(ItemClass::contacts, "Shop")).value();
    put(own_, "Ann");
    put(club_, "Bea");
    put(shop_, "Cem");
    test::run(device_.folder_sync());
    book_ = device_.folder_of_type(9)->id;
    test::run(device_.sync_all(book_, {}));
  }

  backend::MemoryItems& items() {
    return fixture_.mail_server.items(UserId::parse("anna@example.test").value());
  }
  client::Device& device() { return device_; }
  test::TestServer& server() { return server_; }
  test::Steps& steps() { return steps_; }
  const std::string& book() const { return book_; }
  const FolderKey& own() const { return own_; }
  const FolderKey& club() const { return club_; }
  const FolderKey& shop() const { return shop_; }

  /// Somebody else writes: under the name that others may have elsewhere, too.
  void put(const FolderKey& key, const std::string& name, const std::string& href = "same") {
    const auto there = test::run(items().fetch(key, {href})).value();
    const auto etag = there.empty() ? std::nullopt : std::optional(there.front().etag);
    items().set_read_only(shop_, false);
    EXPECT_TRUE(test::run(items().put(key, href, card(name), {etag})));
    items().set_read_only(shop_, true);
  }
  void take(const FolderKey& key, const std::string& href = "same") {
    EXPECT_TRUE(test::run(items().remove(key, href, std::nullopt)));
  }
  void set_merging(bool merges) { server_.set_settings(settings(merges)); }

  bool sync() {
    const auto outcome = test::run(device_.sync(book_, {}));
    const auto found = outcome.collections.find(book_);
    const bool good =
        found == outcome.collections.end() ? outcome.empty : found->second.status == 1;
    const bool done = outcome.ok() && good && !steps_.dead();
    if (!done) server_.restart();
    steps_.revive();
    return done;
  }
  void settle() {
    unsigned quiet = 0;
    for (int attempt = 0; attempt < 9 && quiet < 2; ++attempt) quiet = sync() ? quiet + 1 : 0;
    EXPECT_EQ(quiet, 2U) << "never answered";
  }

  Names held(const std::string& folder) {
    Names out;
    for (const auto& [id, item] : device_.collection(folder).items) {
      out.push_back(item.at("LastName"));
    }
    std::ranges::sort(out);
    return out;
  }
  Names held() { return held(book_); }
  std::string id_of(const std::string& name) {
    for (const auto& [id, item] : device_.collection(book_).items) {
      if (item.at("LastName") == name) return id;
    }
    ADD_FAILURE() << "the phone has no " << name;
    return {};
  }
  Names there(const FolderKey& key) {
    Names out;
    for (const auto& [href, text] : items().texts(key)) {
      const auto at = text.find("\nN:") + 3;
      out.push_back(text.substr(at, text.find(';', at) - at));
      EXPECT_TRUE(text.contains("X-KEPT:yes") || href != "same") << text;
    }
    std::ranges::sort(out);
    return out;
  }
  Names books() const {
    Names out;
    for (const auto& [id, folder] : device_.folders()) {
      if (folder.type == 9 || folder.type == 14) out.push_back(folder.name);
    }
    std::ranges::sort(out);
    return out;
  }
  std::string folder_id(const std::string& name) const {
    for (const auto& [id, folder] : device_.folders()) {
      if (folder.name == name) return id;
    }
    return {};
  }
  std::size_t open_intents() {
    return test::run(fixture_.store.list("anna@example.test", store::Kind::intent, "", "", 10))
        .size();
  }

 private:
  static Settings settings(bool merges) {
    Settings settings;
    if (merges) settings.profiles = test::profile_for("Simple*", {.merged_folders = true});
    return settings;
  }
  static client::Device::Settings device_settings() {
    client::Device::Settings settings;
    settings.type = "SimplePhone";
    settings.user = "anna@example.test";
    settings.password = Secret("secret");
    return settings;
  }

  test::MemoryFixture fixture_;
  test::Steps steps_;
  test::SteppedStore store_;
  test::SteppedBackend mail_;
  test::SteppedItemsBackend items_;
  test::TestServer server_;
  client::Device device_;
  FolderKey own_ = FolderKey::parse("x").value(), club_ = own_, shop_ = own_;
  std::string book_;
};

TEST(MergedItems, AllLieInTheDefaultFolder) {
  World world;
  EXPECT_EQ(world.books(), Names{"Contacts"});
  EXPECT_EQ(world.held(), (Names{"Ann", "Bea", "Cem"})) << "equal names in each are three items";
  world.put(world.club(), "Bo");
  world.put(world.shop(), "Dan", "other");
  world.take(world.own());
  const auto outcome = test::run(world.device().sync(world.book(), {}));
  EXPECT_EQ(outcome.collections.at(world.book()).changes(), 3U) << "what changed, and no more";
  EXPECT_EQ(world.held(), (Names{"Bo", "Cem", "Dan"}));
  EXPECT_TRUE(test::run(world.device().sync(world.book(), {})).empty);
  EXPECT_EQ(test::run(world.device().get_item_estimate(world.book(), {})).estimate, 0U);
}

TEST(MergedItems, EditsGoWhereTheItemLies) {
  World world;
  world.device().add(world.book(), contact("Eva"));
  world.device().change(world.book(), world.id_of("Bea"), contact("Bo"));
  world.settle();
  EXPECT_EQ(world.there(world.own()), (Names{"Ann", "Eva"}));
  EXPECT_EQ(world.there(world.club()), Names{"Bo"});
  world.device().remove(world.book(), world.id_of("Bo"));
  world.settle();
  EXPECT_EQ(world.there(world.club()), Names{});
  EXPECT_EQ(world.held(), (Names{"Ann", "Cem", "Eva"}));
}

TEST(MergedItems, WhatCanOnlyBeReadComesBack) {
  World world;
  const std::string id = world.id_of("Cem");
  world.device().change(world.book(), id, contact("Dora"));
  auto outcome = test::run(world.device().sync(world.book(), {}));
  EXPECT_EQ(outcome.collections.at(world.book()).responses.at(id), 7);
  world.settle();
  EXPECT_EQ(world.held(), (Names{"Ann", "Bea", "Cem"}));
  world.device().remove(world.book(), id);
  outcome = test::run(world.device().sync(world.book(), {}));
  EXPECT_EQ(outcome.collections.at(world.book()).responses.at(id), 8);
  world.settle();
  EXPECT_EQ(world.held(), (Names{"Ann", "Bea", "Cem"}));
  EXPECT_EQ(world.there(world.shop()), Names{"Cem"});
  world.items().set_read_only(world.own(), true);
  const std::string added = world.device().add(world.book(), contact("Eva"));
  outcome = test::run(world.device().sync(world.book(), {}));
  EXPECT_EQ(outcome.collections.at(world.book()).responses.at(added), 6);
  world.settle();
  EXPECT_EQ(world.held(), (Names{"Ann", "Bea", "Cem"}));
}

TEST(MergedItems, APhoneIsWokenByEach) {
  World world;
  world.server().while_parked.emplace_back([&] { world.put(world.club(), "Bo"); });
  const auto ping = test::run(world.device().ping({world.book()}, 300));
  EXPECT_EQ(ping.status, 2);
  EXPECT_EQ(ping.folders, Names{world.book()});
  world.settle();
  EXPECT_EQ(world.held(), (Names{"Ann", "Bo", "Cem"}));
}

TEST(MergedItems, ItemsAreFetchedByTheirNamesHere) {
  World world;
  for (const char* name : {"Ann", "Bea", "Cem"}) {
    const auto fetched = test::run(world.device().fetch(world.book(), world.id_of(name), {}));
    EXPECT_EQ(fetched.fetch_status, 1) << name;
    EXPECT_EQ(fetched.properties.at("LastName"), name);
  }
}

TEST(MergedItems, ACollectionThatComesOrGoes) {
  World world;
  const auto more = test::run(world.items().create_collection(ItemClass::contacts, "More")).value();
  world.put(more, "Eva");
  test::run(world.device().folder_sync());
  EXPECT_EQ(world.books(), Names{"Contacts"});
  world.settle();
  EXPECT_EQ(world.held(), (Names{"Ann", "Bea", "Cem", "Eva"}));
  ASSERT_TRUE(test::run(world.items().delete_collection(world.club())));
  world.settle();
  EXPECT_EQ(world.held(), (Names{"Ann", "Cem", "Eva"})) << "also before the folders are listed";
  test::run(world.device().folder_sync());
  world.settle();
  EXPECT_EQ(world.held(), (Names{"Ann", "Cem", "Eva"}));
}

TEST(MergedItems, ExpiredPositionsBringNothingTwice) {
  World world;
  world.items().forget_cursors();
  world.put(world.club(), "Bo");
  const auto outcome = test::run(world.device().sync(world.book(), {}));
  EXPECT_EQ(outcome.collections.at(world.book()).changes(), 1U);
  EXPECT_EQ(world.held(), (Names{"Ann", "Bo", "Cem"}));
}

TEST(MergedItems, AFolderOfTheClassCannotBeMade) {
  World world;
  EXPECT_EQ(test::run(world.device().folder_create("0", "Mine", 14)).status, 3);
  EXPECT_TRUE(test::run(world.device().folder_create("0", "Mail", 12)).ok());
}

TEST(MergedItems, FromManyToOneAndBack) {
  World world(1, false);
  EXPECT_EQ(world.books(), (Names{"Club", "Contacts", "Shop"}));
  const std::string club = world.folder_id("Club");
  test::run(world.device().sync_all(club, {}));
  EXPECT_EQ(world.held(), Names{"Ann"});
  EXPECT_EQ(world.held(club), Names{"Bea"});
  for (int round = 0; round < 2; ++round) {
    world.set_merging(true);
    const auto early = test::run(world.device().sync(world.book(), {}));
    EXPECT_EQ(early.collections.at(world.book()).status, 12) << "the folders first";
    EXPECT_EQ(world.held(), Names{"Ann"});
    test::run(world.device().folder_sync());
    EXPECT_EQ(world.books(), Names{"Contacts"});
    world.settle();
    EXPECT_EQ(world.held(), (Names{"Ann", "Bea", "Cem"}));

    world.set_merging(false);
    const auto late = test::run(world.device().sync(world.book(), {}));
    EXPECT_EQ(late.collections.at(world.book()).status, 12);
    EXPECT_EQ(world.held(), (Names{"Ann", "Bea", "Cem"})) << "nothing goes before it can come";
    test::run(world.device().folder_sync());
    EXPECT_EQ(world.books(), (Names{"Club", "Contacts", "Shop"}));
    world.settle();
    EXPECT_EQ(world.held(), Names{"Ann"});
    test::run(world.device().sync_all(club, {}));
    EXPECT_EQ(world.held(club), Names{"Bea"});
  }
}

constexpr auto ways = {How{false, false}, How{true, false}, How{false, true}, How{true, true}};

TEST(MergedItems, EditsOverSystemsThatDieAtEveryStep) {
  for (const How how : ways) {
    for (unsigned step = 1;; ++step) {
      World world(step);
      const std::string bea = world.id_of("Bea");
      world.steps().fail_at(step, how);
      world.device().add(world.book(), contact("Eva"));
      world.device().change(world.book(), bea, contact("Bo"));
      world.settle();
      world.put(world.shop(), "Dan", "other");
      world.put(world.club(), "Kim", "other");
      world.device().change(world.book(), bea, contact("Bob"));
      world.device().remove(world.book(), world.id_of("Ann"));
      world.settle();
      EXPECT_EQ(world.there(world.own()), Names{"Eva"}) << "step " << step;
      EXPECT_EQ(world.there(world.club()), (Names{"Bob", "Kim"})) << "step " << step;
      EXPECT_EQ(world.there(world.shop()), (Names{"Cem", "Dan"})) << "step " << step;
      EXPECT_EQ(world.held(), (Names{"Bob", "Cem", "Dan", "Eva", "Kim"})) << "step " << step;
      EXPECT_EQ(world.open_intents(), 0U) << "step " << step;
      if (testing::Test::HasFailure() || !world.steps().fired()) break;
    }
  }
}

/// A phone that leaves mail to the server takes Anna's own meeting away, from her calendar, or from
/// one of somebody else to whom she may write.
std::size_t mails_of_removal(bool foreign, bool merges) {
  Settings settings;
  if (merges) settings.profiles = test::profile_for("*", {.merged_folders = true});
  test::MemoryFixture fixture(1, settings);
  fixture.server.offer_items(fixture.mail_server);
  auto& items = fixture.mail_server.items(UserId::parse("anna@example.test").value());
  const FolderKey key =
      foreign ? test::run(items.create_collection(ItemClass::calendar, "Bruno's")).value()
              : items.find(FolderRole::calendar);
  if (foreign) items.set_foreign(key);
  const std::string event =
      "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:u\r\nDTSTAMP:20250601T080000Z\r\n"
      "DTSTART:20250620T080000Z\r\nDTEND:20250620T090000Z\r\nSUMMARY:Plan\r\n"
      "ORGANIZER:mailto:anna@example.test\r\nATTENDEE:mailto:bruno@elsewhere.test\r\n"
      "END:VEVENT\r\nEND:VCALENDAR\r\n";
  EXPECT_TRUE(test::run(items.put(key, "one", event, {})));
  client::Device device = fixture.device("phone", eas::Version::v16_1);
  test::run(device.folder_sync());
  std::string folder = device.folder_of_type(8)->id;
  if (foreign && !merges) folder = device.folder_of_type(13)->id;
  test::run(device.sync_all(folder, {}));
  EXPECT_EQ(device.collection(folder).items.size(), 1U);
  device.remove(folder, device.collection(folder).items.begin()->first);
  EXPECT_TRUE(test::run(device.sync(folder, {})).ok());
  EXPECT_TRUE(items.texts(key).empty());
  return fixture.submission.sent().size();
}

TEST(MergedItems, NobodyIsToldOfWhatHappensInOthersCalendars) {
  for (const bool merges : {false, true}) {
    EXPECT_EQ(mails_of_removal(false, merges), 1U);
    EXPECT_EQ(mails_of_removal(true, merges), 0U);
  }
}

TEST(MergedItems, NamesOfItemsMeanOneThing) {
  sync::FolderTable table;
  const auto add = [&](const std::string& id, const std::string& key, FolderRole role) {
    sync::FolderRow row;
    row.id = id;
    row.key = key;
    row.role = role;
    row.item_class = ItemClass::contacts;
    table.rows.push_back(row);
    return FolderKey::parse(key).value();
  };
  const FolderKey own = add("1", "//c1", FolderRole::contacts);
  const FolderKey other = add("2", "//c2", FolderRole::none);
  MergedItems items(nullptr, table);
  const std::string name = items.name_of({other, "a"});
  EXPECT_EQ(items.name_of({own, "a"}), "a");
  EXPECT_NE(name, "a");
  // Somebody calls an item of the default collection what one of the other is called here.
  const std::string odd = items.name_of({own, name});
  EXPECT_NE(odd, name);
  EXPECT_EQ(items.place_of(own, odd).collection, own);
  EXPECT_EQ(items.place_of(own, odd).href, name);
  EXPECT_EQ(items.place_of(own, name).collection, other);
  EXPECT_EQ(items.place_of(own, name).href, "a");
}

}  // namespace
}  // namespace godwit::command
