#include <gtest/gtest.h>

#include "base/bytes.hpp"
#include "command/test_bed.hpp"
#include "wbxml/pages/airsync.hpp"
#include "wbxml/pages/airsyncbase.hpp"
#include "wbxml/pages/document_library.hpp"
#include "wbxml/pages/email.hpp"
#include "wbxml/pages/item_operations.hpp"
#include "wbxml/pages/search.hpp"

namespace godwit::command {
namespace {

namespace tag = wbxml::item_operations;
namespace airsync = wbxml::airsync;
namespace airsyncbase = wbxml::airsyncbase;
using client::Node;

constexpr std::string_view mail_with_attachment =
    "From: b@example.test\r\nSubject: Two parts\r\nMIME-Version: 1.0\r\n"
    "Content-Type: multipart/mixed; boundary=x\r\n\r\n"
    "--x\r\nContent-Type: text/plain\r\n\r\nHello there.\r\n"
    "--x\r\nContent-Type: application/octet-stream; name=a.bin\r\n"
    "Content-Transfer-Encoding: base64\r\n"
    "Content-Disposition: attachment; filename=a.bin\r\n\r\nMDEyMzQ1Njc4OQ==\r\n--x--\r\n";

Node store_named(const std::string& name) { return Node(tag::Store, name); }

Node fetch_item(const std::string& folder, const std::string& item) {
  return Node(tag::Fetch, {store_named("Mailbox"), Node(airsync::CollectionId, folder),
                           Node(airsync::ServerId, item)});
}

Node fetch_file(const std::string& reference) {
  return Node(tag::Fetch, {store_named("Mailbox"), Node(airsyncbase::FileReference, reference)});
}

Node options(Node option) { return Node(tag::Options, {std::move(option)}); }

Node plain_text() { return Node(airsyncbase::BodyPreference, {Node(airsyncbase::Type, "1")}); }

Node empty(const std::string& folder) {
  return Node(tag::EmptyFolderContents, {Node(airsync::CollectionId, folder)});
}

Node move_conversation(const std::string& target) {
  return Node(tag::Move, {Node::bytes(tag::ConversationId, "0123456789abcdef"),
                          Node(tag::DstFldId, target), options(Node(tag::MoveAlways))});
}

/// The Status at the root, and those of the operations in the order of the answer.
std::vector<std::string> statuses(const Node& root) {
  std::vector<std::string> all{std::string(root.text_of(tag::Status))};
  if (const Node* response = root.find(tag::Response)) {
    for (const Node& each : response->children) all.emplace_back(each.text_of(tag::Status));
  }
  return all;
}

using Statuses = std::vector<std::string>;

class ItemOperations : public ::testing::Test {
 protected:
  Node ask(std::vector<Node> operations) {
    return bed.ask("ItemOperations", Node(tag::ItemOperations, std::move(operations)));
  }

  TestBed bed;
};

TEST_F(ItemOperations, IsDoneInTheRequestsOrderAndAnsweredInTheSchemas) {
  const std::string item = bed.server_id("Inbox", bed.inbox(), bed.deliver(bed.inbox(), "One"));
  const std::string inbox = bed.id("Inbox");
  const Node answer = ask({fetch_item(inbox, item), empty(inbox), fetch_item(inbox, item),
                           move_conversation(bed.id("Projects"))});
  const Node& response = *answer.find(tag::Response);
  ASSERT_EQ(response.children.size(), 4U);
  EXPECT_EQ(response.children[0].tag, tag::Move);
  EXPECT_EQ(response.children[1].tag, tag::EmptyFolderContents);
  EXPECT_EQ(statuses(answer), (Statuses{"1", "6", "1", "1", "6"}));
}

TEST_F(ItemOperations, RefusesTheWholeRequestForAProtocolError) {
  const std::string inbox = bed.id("Inbox");
  Node foreign = fetch_file("1:1.1:2");
  foreign.add(options(plain_text()));
  EXPECT_EQ(statuses(ask({foreign})), Statuses{"2"});
  Node ranged = fetch_item(inbox, "1:1.1");
  ranged.add(options(Node(tag::Range, "0-5")));
  EXPECT_EQ(statuses(ask({ranged})), Statuses{"2"});
  Node two = fetch_file("1:1.1:2");
  two.add(Node(airsyncbase::FileReference, "1:1.1:3"));
  EXPECT_EQ(statuses(ask({two})), Statuses{"2"});
  Node without_store(tag::Fetch, {Node(airsyncbase::FileReference, "1:1.1:2")});
  EXPECT_EQ(statuses(ask({without_store})), Statuses{"2"});
  Node unordered = fetch_item(inbox, "1:1.1");
  unordered.add(options(Node(airsyncbase::BodyPreference,
                             {Node(airsyncbase::AllOrNone, "1"), Node(airsyncbase::Type, "1")})));
  EXPECT_EQ(statuses(ask({unordered})), Statuses{"2"});
  EXPECT_EQ(statuses(ask({})), Statuses{"2"});
  EXPECT_EQ(statuses(ask(std::vector<Node>(101, empty(inbox)))), Statuses{"11"});
}

TEST_F(ItemOperations, TellsWhatIsWrongWithAnOperation) {
  const std::string inbox = bed.id("Inbox");
  const auto with_store = [](const std::string& store, Node what) {
    return Node(tag::Fetch, {store_named(store), std::move(what)});
  };
  const Node link(wbxml::document_library::LinkId, "\\\\server\\share\\a.txt");
  const Node bad_link(wbxml::document_library::LinkId, "nonsense");
  Node body_part = fetch_item(inbox, "1:1.1");
  body_part.add(options(Node(airsyncbase::BodyPartPreference, {Node(airsyncbase::Type, "1")})));
  EXPECT_EQ(statuses(ask({with_store("Document Library", link),
                          with_store("DocumentLibrary", bad_link), with_store("Nowhere", link),
                          with_store("Mailbox", Node(wbxml::search::LongId, "4711")),
                          fetch_item("RI", "RI:1"), body_part})),
            (Statuses{"1", "6", "4", "9", "6", "16", "164"}));
  EXPECT_EQ(statuses(ask({empty("RI"), empty("4711")})), (Statuses{"1", "16", "6"}));
  Node with_content = move_conversation(bed.id("Projects"));
  with_content.children[2].children[0].text = "1";
  EXPECT_EQ(statuses(ask({move_conversation("RI"), move_conversation("4711"), with_content})),
            (Statuses{"1", "105", "6", "2"}));
}

TEST_F(ItemOperations, ASchemaChoosesProperties) {
  const std::string item = bed.server_id("Inbox", bed.inbox(), bed.deliver(bed.inbox(), "One"));
  Node fetch = fetch_item(bed.id("Inbox"), item);
  fetch.add(options(Node(tag::Schema, {Node(wbxml::email::Subject)})));
  const Node answer = ask({fetch});
  const Node* properties = answer.find(tag::Response)->find(tag::Fetch)->find(tag::Properties);
  ASSERT_NE(properties, nullptr);
  ASSERT_EQ(properties->children.size(), 1U);
  EXPECT_EQ(properties->text_of(wbxml::email::Subject), "One");
}

TEST_F(ItemOperations, PartsOfAMultipartAnswerStandBehindTheDocument) {
  const Uid uid = bed.mail().deliver(bed.inbox(), std::string(mail_with_attachment));
  const std::string item = bed.server_id("Inbox", bed.inbox(), uid);
  Node message = fetch_item(bed.id("Inbox"), item);
  message.add(options(plain_text()));
  const Node request(tag::ItemOperations, {message, fetch_file(item + ":2")});
  const auto answer = bed.send("ItemOperations", request, {{"MS-ASAcceptMultiPart", "T"}});
  ASSERT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("Content-Type"), "application/vnd.ms-sync.multipart");
  const auto number = [&](std::size_t at) {
    std::size_t value = 0;
    for (std::size_t i = 4; i-- > 0;) {
      value = value << 8U | static_cast<unsigned char>(answer.body.at(at + i));
    }
    return value;
  };
  ASSERT_EQ(number(0), 3U);
  const auto part = [&](std::size_t n) {
    return answer.body.substr(number(4 + 8 * n), number(8 + 8 * n));
  };
  EXPECT_EQ(number(4), 4 + 8 * 3U);
  EXPECT_NE(part(1).find("Hello there."), std::string::npos);
  EXPECT_EQ(part(2), "0123456789");
  const auto document = client::decode(part(0));
  ASSERT_TRUE(document);
  const auto fetched = document->find(tag::Response)->all(tag::Fetch);
  const Node* body = fetched[0]->find(tag::Properties)->find(airsyncbase::Body);
  ASSERT_NE(body, nullptr);
  EXPECT_EQ(body->text_of(tag::Part), "1");
  EXPECT_FALSE(body->has(airsyncbase::Data));
  EXPECT_EQ(fetched[1]->find(tag::Properties)->text_of(tag::Part), "2");
}

TEST_F(ItemOperations, ARangeIsWhatItSaysItIs) {
  const Uid uid = bed.mail().deliver(bed.inbox(), std::string(mail_with_attachment));
  const auto fetch = [&](const std::string& range) {
    Node file = fetch_file(bed.server_id("Inbox", bed.inbox(), uid) + ":2");
    file.add(options(Node(tag::Range, range)));
    return ask({file});
  };
  const Node answer = fetch("8-100");
  const Node& properties = *answer.find(tag::Response)->find(tag::Fetch)->find(tag::Properties);
  EXPECT_EQ(properties.text_of(tag::Range), "8-9");
  EXPECT_EQ(properties.text_of(tag::Total), "10");
  EXPECT_EQ(properties.text_of(tag::Data), "ODk=");
  EXPECT_EQ(statuses(fetch("10-20")), (Statuses{"1", "8"}));
  EXPECT_EQ(statuses(fetch("5-4")), (Statuses{"1", "8"}));
  EXPECT_EQ(statuses(fetch("a-b")), Statuses{"2"});
}

TEST_F(ItemOperations, EmptyingThatWasCutShortRemovesNothingThatCameLater) {
  for (unsigned commits = 1; commits < 3; ++commits) {
    SCOPED_TRACE(commits);
    bed.deliver(bed.trash(), "Old");
    bed.store().fail_after(commits);
    bed.send("ItemOperations", Node(tag::ItemOperations, {empty(bed.id("Trash"))}));
    bed.store().mend();
    const Uid later = bed.deliver(bed.trash(), "Later");
    EXPECT_EQ(statuses(ask({empty(bed.id("Trash"))})), (Statuses{"1", "1"}));
    const auto left = bed.mail().states(bed.trash());
    ASSERT_EQ(left.size(), 1U);
    EXPECT_EQ(left.front().uid, later);
    // What the device has learnt of since makes it another request.
    bed.sync("Trash");
    EXPECT_EQ(statuses(ask({empty(bed.id("Trash"))})), (Statuses{"1", "1"}));
    EXPECT_TRUE(bed.mail().states(bed.trash()).empty());
    bed.clock().advance(std::chrono::hours(1));
  }
}

TEST_F(ItemOperations, AnOldIntentIsEndedAndTheNewRequestDone) {
  bed.deliver(bed.trash(), "Old");
  bed.store().fail_after(1);
  bed.send("ItemOperations", Node(tag::ItemOperations, {empty(bed.id("Trash"))}));
  bed.store().mend();
  bed.deliver(bed.trash(), "Later");
  bed.clock().advance(std::chrono::minutes(11));
  EXPECT_EQ(statuses(ask({empty(bed.id("Trash"))})), (Statuses{"1", "1"}));
  EXPECT_TRUE(bed.mail().states(bed.trash()).empty());
}

TEST_F(ItemOperations, SubfoldersGoOnlyWhenAskedFor) {
  bed.mail().add_folder(bed.trash(), "Below");
  EXPECT_EQ(statuses(ask({empty(bed.id("Trash"))})), (Statuses{"1", "1"}));
  EXPECT_TRUE(bed.mail().find_folder({"Trash", "Below"}));
  Node all = empty(bed.id("Trash"));
  all.add(options(Node(tag::DeleteSubFolders)));
  test::run(bed.device().folder_sync());
  EXPECT_EQ(statuses(ask({all})), (Statuses{"1", "1"}));
  EXPECT_FALSE(bed.mail().find_folder({"Trash", "Below"}));
}

TEST(ItemOperationsBefore14, KnowsNoMove) {
  TestBed bed(eas::Version::v12_1);
  const Node answer =
      bed.ask("ItemOperations", Node(tag::ItemOperations, {move_conversation("2")}));
  EXPECT_EQ(statuses(answer), Statuses{"2"});
}

}  // namespace
}  // namespace godwit::command
