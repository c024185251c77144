#include <gtest/gtest.h>

#include "command/test_bed.hpp"
#include "wbxml/pages/airsync.hpp"
#include "wbxml/pages/get_item_estimate.hpp"

namespace godwit::command {
namespace {

namespace tag = wbxml::get_item_estimate;
namespace airsync = wbxml::airsync;
using client::Node;

Node collection(const std::string& key, const std::string& id) {
  return Node(tag::Collection, {Node(airsync::SyncKey, key), Node(tag::CollectionId, id)});
}
Node request(std::vector<Node> collections) {
  return Node(tag::GetItemEstimate, {Node(tag::Collections, std::move(collections))});
}
Node options(std::vector<Node> children) { return Node(airsync::Options, std::move(children)); }

/// `status estimate` of the only Response; the root's Status where there is none.
std::string result(const Node& root) {
  const Node* response = root.find(tag::Response);
  if (response == nullptr) return std::string(root.text_of(tag::Status));
  const Node* item = response->find(tag::Collection);
  return std::string(response->text_of(tag::Status)) + ' ' +
         std::string(item == nullptr ? "" : item->text_of(tag::Estimate));
}

class GetItemEstimate : public ::testing::Test {
 protected:
  std::string ask(std::vector<Node> extra) {
    Node one = collection(bed.device().collection(bed.id("Inbox")).sync_key, bed.id("Inbox"));
    for (Node& node : extra) one.add(std::move(node));
    return result(bed.ask("GetItemEstimate", request({one})));
  }

  TestBed bed;
};

TEST_F(GetItemEstimate, CountsWhatTheNextSyncBrings) {
  const Uid first = bed.deliver(bed.inbox(), "One");
  const Uid second = bed.deliver(bed.inbox(), "Two");
  bed.sync("Inbox");
  EXPECT_EQ(ask({}), "1 0");
  bed.mail().remove(bed.inbox(), {{first, first}});
  Flags seen;
  seen.seen = true;
  bed.mail().set_flags(bed.inbox(), {{second, second}}, seen);
  bed.deliver(bed.inbox(), "Three");
  EXPECT_EQ(ask({}), "1 3");
  EXPECT_EQ(ask({}), "1 3");  // the key stays
  bed.sync("Inbox");
  EXPECT_EQ(ask({}), "1 0");
}

TEST_F(GetItemEstimate, AFilterIsThatOfTheRequest) {
  bed.mail().deliver(bed.inbox(), "Subject: Old\r\n\r\nText\r\n", {},
                     bed.clock().now() - std::chrono::days(30));
  bed.deliver(bed.inbox(), "New");
  bed.sync("Inbox");
  bed.deliver(bed.inbox(), "Newer");
  EXPECT_EQ(ask({options({Node(airsync::FilterType, "0")})}), "1 1");
  EXPECT_EQ(ask({options({Node(airsync::FilterType, "2")})}), "1 2");  // one leaves, one comes
}

TEST_F(GetItemEstimate, RefusesWhatIsWrongWithTheOptions) {
  bed.sync("Inbox");
  const auto of_class = [](const std::string& name) {
    return options({Node(airsync::Class, name)});
  };
  EXPECT_EQ(ask({options({Node(airsync::FilterType, "9")})}), "103 ");
  EXPECT_EQ(ask({options({Node(airsync::FilterType, "6")})}), "110");
  EXPECT_EQ(ask({options({Node(airsync::MaxItems, "5")})}), "2 ");
  EXPECT_EQ(ask({of_class("Email"), of_class("SMS")}), "1 0");
  EXPECT_EQ(ask({of_class("Email"), of_class("Calendar")}), "4");
  EXPECT_EQ(ask({of_class("Email"), of_class("Email")}), "4");
  EXPECT_EQ(ask({of_class("SMS")}), "1 0");
}

TEST_F(GetItemEstimate, RefusesWhatIsNoListOfCollections) {
  EXPECT_EQ(result(bed.ask("GetItemEstimate", request({}))), "103");
  EXPECT_EQ(
      result(bed.ask("GetItemEstimate", request(std::vector<Node>(1001, collection("1", "1"))))),
      "103");
}

TEST_F(GetItemEstimate, AcceptsTheKeyOfALostAnswer) {
  bed.sync("Inbox");
  const std::string before = bed.device().collection(bed.id("Inbox")).sync_key;
  bed.deliver(bed.inbox(), "One");
  bed.sync("Inbox");
  EXPECT_EQ(result(bed.ask("GetItemEstimate", request({collection(before, bed.id("Inbox"))}))),
            "1 1");
  EXPECT_EQ(ask({}), "1 0");
}

}  // namespace
}  // namespace godwit::command
