#include "command/request_log.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "command/tally.hpp"
#include "command/test_bed.hpp"
#include "wbxml/pages/airsync.hpp"
#include "wbxml/pages/item_operations.hpp"
#include "wbxml/pages/move.hpp"
#include "wbxml/pages/ping.hpp"

namespace godwit::command {
namespace {

namespace airsync = wbxml::airsync;
using backend::Spent;
using std::chrono::milliseconds;
using wbxml::Element;

Element element(wbxml::Tag tag, std::vector<Element> children = {}) {
  Element out;
  out.tag = tag;
  out.children = std::move(children);
  return out;
}

TEST(Tally, CountsWhatARequestAsksFor) {
  const Element one =
      element(airsync::Collection,
              {element(airsync::CollectionId),
               element(airsync::Commands, {element(airsync::Add), element(airsync::Change),
                                           element(airsync::Add), element(airsync::Fetch)})});
  const Element other =
      element(airsync::Collection, {element(airsync::Commands, {element(airsync::Delete)})});
  const Element sync =
      element(airsync::Sync, {element(airsync::Collections, {one, other}), element(airsync::Add)});
  EXPECT_EQ(asked_for(sync), (Tally{.added = 2, .changed = 1, .deleted = 1, .fetched = 1}));
  EXPECT_EQ(text(asked_for(sync)), "added:2,changed:1,deleted:1,fetched:1");
  namespace operations = wbxml::item_operations;
  EXPECT_EQ(text(asked_for(element(operations::ItemOperations,
                                   {element(operations::Fetch), element(operations::Fetch)}))),
            "fetched:2");
  namespace move = wbxml::move;
  EXPECT_EQ(text(asked_for(element(move::MoveItems, {element(move::Move)}))), "changed:1");
  EXPECT_EQ(text(asked_for(Element())), "0");
}

TEST(TimeTree, SaysWhichBackendTookTheTime) {
  Spent before, mail, items;
  before.add("sign_in", milliseconds(3));
  before.add("turn", milliseconds(0));
  mail.add("fetch", milliseconds(600));
  mail.add("statuses", milliseconds(90));
  mail.add("fetch", milliseconds(100));
  items.add("changes", std::chrono::microseconds(300));
  EXPECT_EQ(text({.before = &before, .mail = &mail, .items = &items, .total = milliseconds(805)}),
            "sign_in:3,mail:790(fetch:700/2,statuses:90/1),rest:11");
  EXPECT_EQ(text({.mail = &mail, .total = milliseconds(400)}),
            "mail:790(fetch:700/2,statuses:90/1)")
      << "calls that overlapped";
  EXPECT_EQ(text(TimeTree()), "0");
}

TEST(TimeTree, TheNumberOfNamesIsBounded) {
  constexpr auto names = std::to_array<std::string_view>(
      {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n"});
  Spent spent;
  for (const std::string_view name : names) spent.add(name, milliseconds(1));
  ASSERT_EQ(spent.rows().size(), Spent::rows_max);
  EXPECT_EQ(spent.rows().back().name, "other");
  EXPECT_EQ(spent.rows().back().calls, names.size() - Spent::rows_max + 1);
  {
    const Spent::Timer timer(spent, "a");
  }
  EXPECT_EQ(spent.rows().front().calls, 2U);
}

class RequestLine : public testing::Test {
 protected:
  RequestLine() {
    set_log_sink([this](LogLevel, std::string_view logger, std::string_view line) {
      if (logger == "request") lines_.emplace_back(line);
    });
  }
  ~RequestLine() override { set_log_sink({}); }
  bool last_has(const std::string& part) const {
    return !lines_.empty() && (lines_.back() + ' ').contains(' ' + part + ' ');
  }
  std::vector<std::string> lines_;
};

TEST_F(RequestLine, SaysWhatWentInAndOut) {
  TestBed bed;
  bed.deliver(bed.inbox(), "one");
  bed.deliver(bed.inbox(), "two");
  bed.sync("Inbox");
  const auto synced = std::ranges::find_if(
      lines_, [](const std::string& line) { return line.contains(" out=added:2 "); });
  ASSERT_NE(synced, lines_.end()) << testing::PrintToString(lines_);
  for (const char* part :
       {"request user=anna@example.test device=", " command=Sync version=16.1 ",
        " outcome=document status=200 in=0 ", " bytes_in=", " bytes_out=", " ms=", " spent="}) {
    EXPECT_TRUE(synced->contains(part)) << part << *synced;
  }
  lines_.clear();
  bed.send("Sync", client::Node(wbxml::ping::Ping));
  ASSERT_EQ(lines_.size(), 1U);
  EXPECT_TRUE(last_has("outcome=refused")) << lines_.back();
  EXPECT_FALSE(last_has("status=200")) << lines_.back();
}

}  // namespace
}  // namespace godwit::command
