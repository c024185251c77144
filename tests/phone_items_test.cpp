// What phones get of collections that are made of a mailbox: those a user writes to, and notes.
#include <gtest/gtest.h>

#include "backend/notes/notes.hpp"
#include "backend/recipients/recipients.hpp"
#include "run.hpp"
#include "server_fixture.hpp"
#include "wbxml/pages/airsyncbase.hpp"
#include "wbxml/pages/contacts.hpp"
#include "wbxml/pages/notes.hpp"

namespace godwit::test {
namespace {

using client::Node;

class PhoneItems : public testing::Test {
 protected:
  std::function<std::shared_ptr<backend::Mail>(const backend::Account&)> opener() {
    return [this](const backend::Account& of) { return fixture_.mail_server.open(of); };
  }
  /// What a device holds of a folder.
  const std::map<std::string, client::Item>& held(client::Device& device, const std::string& id) {
    run(device.sync_all(id, {}));
    return device.collection(id).items;
  }

  MemoryFixture fixture_;
};

TEST_F(PhoneItems, RecipientsAreFolderRIFrom14On) {
  backend::recipients::RecipientsBackend recipients(opener(), 100);
  fixture_.server.offer_items(recipients);
  backend::MemoryMail& mail = fixture_.mail();
  const auto sent = *mail.find_folder(FolderRole::sent);
  mail.deliver(sent, "To: Bob <bob@x.test>\r\n\r\nHello\r\n");
  mail.deliver(sent, "To: bob@x.test, eve@x.test\r\n\r\nHello\r\n");
  auto old = fixture_.device("old", eas::Version::v12_1);
  run(old.folder_sync());
  EXPECT_FALSE(old.folder_of_type(19));
  for (const auto version : {eas::Version::v14_0, eas::Version::v16_1}) {
    auto device = fixture_.device("phone" + std::to_string(std::to_underlying(version)), version);
    run(device.folder_sync());
    ASSERT_TRUE(device.folder_of_type(19));
    EXPECT_EQ(device.folder_of_type(19)->id, "RI");
    const auto& items = held(device, "RI");
    ASSERT_EQ(items.size(), 2U);
    std::map<std::string, client::Item> by_address;
    for (const auto& [id, item] : items) by_address[item.at("Email1Address")] = item;
    const client::Item& bob = by_address.at("bob@x.test");
    EXPECT_EQ(bob.at("FileAs"), "Bob");
    EXPECT_EQ(bob.at("Alias"), "bob");
    EXPECT_EQ(bob.at("WeightedRank"), "2");
    EXPECT_EQ(by_address.at("eve@x.test").at("WeightedRank"), "1");
    EXPECT_EQ(by_address.at("eve@x.test").at("FileAs"), "eve@x.test");
    device.add("RI", {Node(wbxml::contacts::LastName, "Doe")});
    EXPECT_EQ(run(device.sync("RI", {})).status, 4);
  }
}

TEST_F(PhoneItems, NotesOfAMailboxGoBothWays) {
  backend::notes::NotesBackend notes({}, opener(), fixture_.clock, fixture_.random);
  fixture_.server.offer_items(notes);
  backend::MemoryMail& mail = fixture_.mail();
  const auto folder = mail.add_folder(std::nullopt, "Notes");
  const std::string apple =
      "From: <anna@example.test>\r\nX-Uniform-Type-Identifier: com.apple.mail-note\r\n"
      "X-Universally-Unique-Identifier: 01234567-89AB-CDEF-0123-456789ABCDEF\r\n"
      "Date: Tue, 14 Nov 2023 22:13:20 +0000\r\nSubject: List\r\nMessage-Id: <one@apple>\r\n"
      "Content-Type: text/plain\r\n\r\n";
  const Uid first = mail.deliver(folder, apple + "Milk\r\n");
  auto device = fixture_.device("phone1", eas::Version::v16_1);
  run(device.folder_sync());
  const std::string id = device.folder_of_type(10)->id;
  ASSERT_EQ(held(device, id).size(), 1U);
  const auto [name, item] = *held(device, id).begin();
  EXPECT_EQ(item.at("Subject"), "List");

  mail.deliver(folder, apple + "Milk and eggs\r\n");
  mail.remove(folder, UidSet{{first, first}});
  const auto changed = run(device.sync(id, {})).collections.at(id);
  EXPECT_EQ(changed.changed, std::vector<std::string>{name});
  EXPECT_TRUE(changed.added.empty() && changed.removed.empty());

  device.change(id, name,
                {Node(wbxml::notes::Subject, "Shopping"),
                 Node(wbxml::notes::MessageClass, "IPM.StickyNote")});
  EXPECT_TRUE(run(device.sync(id, {})).ok());
  device.add(
      id, {Node(wbxml::airsyncbase::Body,
                {Node(wbxml::airsyncbase::Type, "1"), Node(wbxml::airsyncbase::Data, "Words")}),
           Node(wbxml::notes::Subject, "New"), Node(wbxml::notes::MessageClass, "IPM.StickyNote")});
  EXPECT_EQ(run(device.sync(id, {})).collections.at(id).server_ids.size(), 1U);
  const auto quiet = run(device.sync(id, {}));
  EXPECT_TRUE(quiet.empty || quiet.collections.at(id).changes() == 0);
  const auto states = mail.states(folder);
  ASSERT_EQ(states.size(), 2U);
  const std::string edited = *mail.text(folder, states[0].uid);
  EXPECT_TRUE(edited.contains("Subject: Shopping\r\n")) << edited;
  EXPECT_TRUE(edited.contains("Milk and eggs")) << edited;
  EXPECT_TRUE(edited.contains("01234567-89AB-CDEF-0123-456789ABCDEF")) << edited;
  EXPECT_TRUE(mail.text(folder, states[1].uid)->contains("Words"));
  auto other = fixture_.device("phone2", eas::Version::v14_1);
  run(other.folder_sync());
  EXPECT_EQ(held(other, id).size(), 2U);
}

}  // namespace
}  // namespace godwit::test
