// What Godwit does for clients that do things their own way: as the shipped profiles say.
#include <gtest/gtest.h>

#include <algorithm>

#include "profile/profiles.hpp"
#include "run.hpp"
#include "server_fixture.hpp"
#include "stepped.hpp"
#include "wbxml/pages/contacts.hpp"

namespace godwit::command {
namespace {

using eas::Version;
using test::run;
using Names = std::vector<std::string>;

const UserId anna = UserId::parse("anna@example.test").value();

std::string card(const std::string& name, const std::string& more) {
  return "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:" + name + "\r\nN:" + name + ";;;;\r\n" + more +
         "END:VCARD\r\n";
}

/// A server with the profiles that Godwit comes with, and a second address book.
class World {
 public:
  explicit World(Settings settings = {}) : fixture_(1, std::move(settings)) {
    fixture_.server.offer_items(fixture_.mail_server);
    club_ = run(items().create_collection(ItemClass::contacts, "Club")).value();
  }

  backend::MemoryItems& items() { return fixture_.mail_server.items(anna); }
  test::MemoryFixture& fixture() { return fixture_; }
  void put(const FolderKey& key, const std::string& name, const std::string& more) {
    EXPECT_TRUE(run(items().put(key, name, card(name, more), {})));
  }
  FolderKey own() { return items().find(FolderRole::contacts); }
  const FolderKey& club() const { return club_; }

  client::Device device(const std::string& type, const std::string& agent,
                        const std::string& id = "d1", Version version = Version::v14_1) {
    client::Device::Settings settings;
    settings.id = id;
    settings.type = type;
    settings.user_agent = agent;
    settings.version = version;
    settings.user = "anna@example.test";
    settings.password = Secret("secret");
    client::Device device(fixture_.server, std::move(settings));
    EXPECT_TRUE(run(device.folder_sync()).ok());
    return device;
  }
  std::size_t records(store::Kind kind) {
    return run(fixture_.store.list(anna.str(), kind, "", "", 10)).size();
  }
  /// As an administrator does.
  void give(const std::string& id, const std::string& profile) {
    policy::Device known = stored(id).value();
    known.profile = profile;
    const store::Key key{anna.str(), store::Kind::device, id};
    const auto revision = run(fixture_.store.get(key))->revision;
    EXPECT_TRUE(run(fixture_.store.commit({{key, revision, pack(known)}})));
  }
  std::optional<policy::Device> stored(const std::string& id) {
    const auto record = run(fixture_.store.get({anna.str(), store::Kind::device, id}));
    if (!record) return std::nullopt;
    return policy::unpack_device(record->value).value();
  }

 private:
  test::MemoryFixture fixture_;
  FolderKey club_ = FolderKey::parse("x").value();
};

Names books(const client::Device& device) {
  Names out;
  for (const auto& [id, folder] : device.folders()) {
    if (folder.type == 9 || folder.type == 14) out.push_back(folder.name);
  }
  std::ranges::sort(out);
  return out;
}

client::Item only_contact(client::Device& device, client::SyncOptions asked = {}) {
  const std::string book = device.folder_of_type(9)->id;
  run(device.sync_all(book, asked));
  const auto& items = device.collection(book).items;
  if (items.size() != 1) throw std::runtime_error("not one contact");
  return items.begin()->second;
}

TEST(ClientProfiles, WhoOnlyValidatesLeavesNoRecord) {
  Settings settings;
  settings.device_rules.otherwise = policy::Action::quarantine;
  settings.device_rules.admins = {"admin@example.test"};
  World world(settings);
  static_cast<void>(world.device("Android", "Android/4.0-EAS-1.3", "validate"));
  EXPECT_EQ(world.records(store::Kind::device), 0U);
  EXPECT_TRUE(world.fixture().submission.sent().empty()) << "nobody is told of it";
  static_cast<void>(world.device("Android", "Android/4.0-EAS-1.3", "androidc123"));
  EXPECT_EQ(world.records(store::Kind::device), 1U);
  EXPECT_FALSE(world.fixture().submission.sent().empty());
}

TEST(ClientProfiles, WhoComesBackAfterValidatingHasARecord) {
  World world;
  client::Device phone = world.device("Android", "Android/4.0-EAS-1.3", "validate");
  EXPECT_FALSE(world.stored("validate"));
  EXPECT_TRUE(run(phone.sync_all(phone.folder_of_type(2)->id, {})).ok());
  EXPECT_TRUE(world.stored("validate")) << "it is a device like any other after all";
  EXPECT_TRUE(run(phone.folder_sync()).ok());
}

TEST(ClientProfiles, PhonesThatKnowOneFolderOfAClass) {
  World world;
  world.put(world.own(), "Ann", "");
  world.put(world.club(), "Bea", "");
  EXPECT_EQ(books(world.device("Android", "Android/8.0-EAS-2.0", "new")),
            (Names{"Club", "Contacts"}));
  for (const char* agent : {"Android/4.3.1-EAS-1.3", "MSFT-PPC/5.2.5082"}) {
    client::Device old = world.device("Phone", agent, "old");
    EXPECT_EQ(books(old), Names{"Contacts"}) << agent;
    const std::string book = old.folder_of_type(9)->id;
    run(old.sync_all(book, {}));
    EXPECT_EQ(old.collection(book).items.size(), 2U) << agent;
  }
}

TEST(ClientProfiles, BodiesOfItemsAreWhole) {
  client::SyncOptions ten_bytes;
  ten_bytes.options = client::mail_options(0, 1, 10);
  World world;
  world.put(world.own(), "Ann", "NOTE:Much more than ten bytes\r\n");
  client::Device other = world.device("Android", "Android/8.0-EAS-2.0", "d1");
  EXPECT_EQ(only_contact(other, ten_bytes).at("Body/Data"), "Much more ");
  client::Device windows = world.device("WP8", "MSFT-WP/8.10.14219", "d2");
  EXPECT_EQ(only_contact(windows, ten_bytes).at("Body/Data"), "Much more than ten bytes");
}

TEST(ClientProfiles, BirthdaysAtTheTimeThatTheDeviceKnows) {
  World world;
  world.put(world.own(), "Ann", "BDAY:1980-02-29\r\n");
  client::Device berry = world.device("BlackBerry", "RIM-Q10-SQN100-3/10.3.3", "d1");
  EXPECT_EQ(only_contact(berry).at("Birthday"), "1980-02-29T11:00:00.000Z");
  client::Device other = world.device("iPhone", "Apple-iPhone9C1/2001.5", "d2");
  EXPECT_EQ(only_contact(other).at("Birthday"), "1980-02-29T11:59:00.000Z");
}

TEST(ClientProfiles, AnAdministratorsWordCountsMost) {
  World world;
  static_cast<void>(world.device("iPhone", "Apple-iPhone9C1/2001.5"));
  world.give("d1", "one-folder");
  EXPECT_EQ(books(world.device("iPhone", "Apple-iPhone9C1/2001.5")), Names{"Contacts"});
}

TEST(ClientProfiles, WhatWaitsIsHeldToAProfileThatChanges) {
  World world;
  client::Device phone = world.device("iPhone", "Apple-iPhone9C1/2001.5");
  const std::string book = phone.folder_of_type(9)->id;
  EXPECT_TRUE(run(phone.sync_all(book, {})).ok());
  world.fixture().server.while_parked.emplace_back([&] {
    world.give("d1", "one-folder");
    world.fixture().server.hub().end_all(watch::Wake::policy);
  });
  constexpr int folders_changed = 7;  // [MS-ASCMD] Status (Ping)
  EXPECT_EQ(run(phone.ping({book}, 300)).status, folders_changed);
  EXPECT_TRUE(run(phone.folder_sync()).ok());
  EXPECT_EQ(books(phone), Names{"Contacts"});
}

/// Mails that an answer has, where every call of the mailbox takes ten seconds.
std::size_t mails_in_time(const std::string& type) {
  test::MemoryFixture fixture;
  test::Steps steps;
  test::SteppedBackend slow(fixture.mail_server, steps);
  Settings settings;
  settings.answer_time_max = std::chrono::minutes(30);
  settings.answer_bytes_max = std::uint64_t{1} << 30;
  test::TestServer server(
      {fixture.clock, fixture.random, fixture.store, slow, fixture.mail_server, fixture.submission},
      settings, std::chrono::seconds(60));
  const FolderKey place = fixture.mail().find_folder(FolderRole::inbox).value();
  for (int i = 0; i < 300; ++i) {
    fixture.mail().deliver(
        place, "Subject: " + std::to_string(i) + "\r\n\r\n" + std::string(100'000, 'x'));
  }
  client::Device::Settings of_device;
  of_device.type = type;
  of_device.user = "anna@example.test";
  of_device.password = Secret("secret");
  client::Device device(server, std::move(of_device));
  EXPECT_TRUE(run(device.folder_sync()).ok());
  const std::string inbox = device.folder_of_type(2)->id;
  client::SyncOptions asked;
  asked.window_size = 300;
  asked.options = client::mail_options(0, 1, {});
  run(device.sync(inbox, asked));  // key 0
  steps.on_call = [&] { fixture.clock.advance(std::chrono::seconds(10)); };
  const auto outcome = run(device.sync(inbox, asked));
  return outcome.collections.at(inbox).added.size();
}

TEST(ClientProfiles, AnswersEndBeforeThePhoneGivesUp) {
  const std::size_t android = mails_in_time("Android");
  const std::size_t samsung = mails_in_time("SAMSUNGSMG960F");
  const std::size_t phone = mails_in_time("iPhone");
  const std::size_t any = mails_in_time("Unheard");
  EXPECT_GT(android, 0U) << "some always go";
  EXPECT_LT(android, samsung);
  EXPECT_LT(samsung, phone);
  EXPECT_LT(phone, any);
  EXPECT_EQ(any, 300U);
}

}  // namespace
}  // namespace godwit::command
