// A phone searches the calendar, the contacts and the mail of an account in the embedded store.
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>

#include "asked.hpp"
#include "backend/local/testing.hpp"
#include "run.hpp"
#include "server_fixture.hpp"
#include "wbxml/pages/airsync.hpp"
#include "wbxml/pages/calendar.hpp"

namespace godwit::test {
namespace {

namespace airsync = wbxml::airsync;
namespace page = wbxml::search;
using client::Node;

class SearchedStore : public testing::Test {
 protected:
  void put(ItemClass item_class, const std::string& href, const std::string& text) {
    const auto items = fixture_.store().open_items(ann_);
    for (const auto& each : run(items->collections())) {
      if (each.item_class != item_class) continue;
      ASSERT_TRUE(run(items->put(each.key, href, text, {})));
      return;
    }
    FAIL() << "no such collection";
  }
  void put_event(const std::string& name, int day, const std::string& more) {
    put(ItemClass::calendar, name,
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:" + name + "\r\nDTSTART:202506" +
            std::to_string(day) + "T080000Z\r\nSUMMARY:" + name + "\r\n" + more +
            "END:VEVENT\r\nEND:VCALENDAR\r\n");
  }
  Node search(const std::vector<std::string>& classes, const std::string& words,
              const std::string& range = "0-99") {
    std::vector<Node> restrictions;
    for (const std::string& name : classes) restrictions.emplace_back(airsync::Class, name);
    restrictions.emplace_back(page::FreeText, words);
    const Node request = search_request(std::move(restrictions), {Node(page::Range, range)});
    return document_of(run(phone_.send_raw(document_wire(phone_, "Search", request))));
  }
  client::Device::Settings phone_settings() const {
    client::Device::Settings settings;
    settings.version = eas::Version::v16_1;
    settings.user = "ann@example.com";
    settings.password = Secret("secret");
    return settings;
  }

  backend::local::LocalFixture fixture_;
  backend::Account ann_ = fixture_.add_user("ann@example.com");
  SeededRandom random_{1};
  store::MemoryStore store_;
  RecordingSubmission submission_{nullptr};
  TestServer server_{Systems{fixture_.clock(), random_, store_, fixture_.store(), fixture_.users(),
                             submission_, nullptr, nullptr, &fixture_.store()},
                     {},
                     std::chrono::seconds(60)};
  client::Device phone_{server_, phone_settings()};
};

TEST_F(SearchedStore, FindsClassesByWhatTheyHoldPageByPage) {
  ASSERT_TRUE(run(phone_.folder_sync()).ok());
  for (int day = 10; day < 22; ++day) {
    put_event("Hedge" + std::to_string(day), day, "");
  }
  put_event("Lunch", 23, "LOCATION:Behind the hedge\r\n");
  put_event("Dinner", 24, "ATTENDEE;CN=Bob Hedger:mailto:bob@example.net\r\n");
  put_event("Else", 25, "DESCRIPTION:nothing\r\n");
  put(ItemClass::contacts, "ann",
      "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:4\r\nFN:Ann\r\nN:Ann;;;;\r\nNOTE:hedges\r\nEND:VCARD\r\n");
  fixture_.deliver(ann_, "Subject: The hedge\r\n\r\nIt grows.\r\n");

  const Node all = search({"Calendar"}, "hedge");
  EXPECT_EQ(text_of(all, page::Total), "14");
  EXPECT_EQ(text_of(all, page::Range), "0-13");
  const Node first = search({"Email", "Calendar", "Contacts"}, "hedge", "0-9");
  const Node second = search({"Email", "Calendar", "Contacts"}, "hedge", "10-19");
  EXPECT_EQ(text_of(first, page::Total), "16");
  EXPECT_EQ(text_of(second, page::Total), "16");
  EXPECT_EQ(text_of(second, page::Range), "10-15");
  std::vector<std::string> classes = texts_of(first, airsync::Class);
  EXPECT_EQ(classes.front(), "Email");
  EXPECT_EQ(std::ranges::count(classes, "Calendar"), 9);
  classes = texts_of(second, airsync::Class);
  EXPECT_EQ(std::ranges::count(classes, "Calendar"), 5);
  EXPECT_EQ(classes.back(), "Contacts");
  // The latest first, each once.
  std::vector<std::string> subjects = texts_of(first, wbxml::calendar::Subject);
  EXPECT_EQ(subjects.front(), "Dinner");
  std::ranges::move(texts_of(second, wbxml::calendar::Subject), std::back_inserter(subjects));
  std::ranges::sort(subjects);
  EXPECT_EQ(std::ranges::unique(subjects).size(), 0U);
  EXPECT_EQ(subjects.size(), 14U);

  EXPECT_EQ(text_of(search({"Calendar"}, "to:bob"), wbxml::calendar::Subject), "Dinner");
  EXPECT_EQ(text_of(search({"Tasks", "Notes"}, "hedge"), page::Total), "0");
}

}  // namespace
}  // namespace godwit::test
