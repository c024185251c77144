// What a user is kept from is in no answer, and no id of it means anything.
#include <gtest/gtest.h>

#include "command/test_bed.hpp"
#include "wbxml/pages/compose_mail.hpp"

namespace godwit::command {
namespace {

using backend::DataClass;
using backend::DataClasses;
using client::Node;

constexpr int contacts_type = 9;
constexpr int calendar_type = 8;
constexpr int inbox_type = 2;

constexpr DataClasses only(DataClass one) { return DataClasses().with(one); }

bool refresh(TestBed& bed) { return test::run(bed.device().folder_sync()).ok(); }

TEST(Access, ADeniedClassLeavesTheDeviceAndComesBack) {
  TestBed bed;
  static_cast<void>(bed.offer_items());
  ASSERT_NE(bed.device().folder_of_type(contacts_type), nullptr);
  const std::string contacts = bed.device().folder_of_type(contacts_type)->id;
  bed.deny(only(DataClass::contacts));
  EXPECT_TRUE(refresh(bed));
  EXPECT_EQ(bed.device().folder_of_type(contacts_type), nullptr);
  EXPECT_NE(bed.device().folder_of_type(calendar_type), nullptr);
  EXPECT_NE(bed.device().folder_of_type(inbox_type), nullptr);
  // A device that goes on asking is told that the hierarchy changed.
  const auto sync = test::run(bed.device().sync(contacts, {}));
  EXPECT_NE(
      sync.collections.contains(contacts) ? sync.collections.at(contacts).status : sync.status, 1);
  bed.deny({});
  EXPECT_TRUE(refresh(bed));
  ASSERT_NE(bed.device().folder_of_type(contacts_type), nullptr);
  EXPECT_EQ(bed.device().folder_of_type(contacts_type)->id, contacts);
  EXPECT_TRUE(test::run(bed.device().sync_all(contacts, {})).ok());
}

TEST(Access, WhoIsKeptFromMailHasNoMailAndSendsNone) {
  TestBed bed;
  static_cast<void>(bed.offer_items());
  bed.deliver(bed.inbox(), "One");
  bed.deny(only(DataClass::mail));
  EXPECT_TRUE(refresh(bed));
  EXPECT_EQ(bed.device().folder_of_type(inbox_type), nullptr);
  EXPECT_NE(bed.device().folder_of_type(calendar_type), nullptr);
  namespace tag = wbxml::compose_mail;
  const Node request(
      tag::SendMail,
      {Node(tag::ClientId, "1"), Node(tag::Mime, "To: b@example.test\r\nSubject: x\r\n\r\nx\r\n")});
  EXPECT_EQ(bed.ask("SendMail", request).text_of(tag::Status), "130");  // access denied
}

TEST(Access, NothingIsMadeOfADeniedClass) {
  TestBed bed;
  static_cast<void>(bed.offer_items());
  bed.deny(only(DataClass::calendar));
  EXPECT_TRUE(refresh(bed));
  constexpr int user_calendar = 13;
  EXPECT_NE(test::run(bed.device().folder_create("0", "Secret", user_calendar)).status, 1);
  constexpr int user_contacts = 14;
  EXPECT_EQ(test::run(bed.device().folder_create("0", "People", user_contacts)).status, 1);
}

}  // namespace
}  // namespace godwit::command
