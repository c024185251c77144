// DAV servers on bad days, as a device sees it: what it holds stays, nothing comes twice, and
// afterwards both sides have the same.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "interop/scripted_dav.hpp"
#include "sim/item_row.hpp"
#include "sim/world.hpp"
#include "wbxml/pages/contacts.hpp"

namespace godwit::sim {
namespace {

using client::Node;
using interop::ScriptedDav;
namespace page = wbxml::contacts;

constexpr int cards = 7;
constexpr int contacts_type = 9;

std::uint16_t port_of_server = 0;  // of the server of the present test: a side knows nothing else

std::string card(const std::string& name, const std::string& more = {}) {
  return "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:" + name + "\r\nFN:" + name + "\r\nN:" + name +
         ";;;;\r\n" + more + "END:VCARD\r\n";
}

class DavBadDays : public testing::Test {
 protected:
  void SetUp() override {
    for (int i = 0; i < cards; ++i) {
      const std::string name = "card" + std::to_string(i);
      server_.set(name + ".vcf", card(name));
    }
    port_of_server = server_.port();
    world_ = std::make_unique<World>(
        1, [](Ground& ground) { return make_dav_side(ground, port_of_server); });
  }
  /// How many items came in the answers.
  std::size_t sync() {
    if (id_.empty()) {
      world_->run(device().folder_sync());
      id_ = device().folder_of_type(contacts_type)->id;
    }
    std::size_t added = 0;
    for (int i = 0; i < 6; ++i) {
      const auto outcome = world_->run(device().sync(id_, {}));
      EXPECT_TRUE(outcome.ok());
      const auto found = outcome.collections.find(id_);
      if (found != outcome.collections.end()) added += found->second.added.size();
    }
    return added;
  }
  client::Device& device() { return world_->device(); }
  std::map<std::string, client::Item>& held() { return device().collection(id_).items; }
  std::vector<std::string> names_held() {
    std::vector<std::string> out;
    for (const auto& [id, item] : held()) out.push_back(item.at("LastName"));
    std::ranges::sort(out);
    return out;
  }
  std::vector<std::string> names_there() const {
    std::vector<std::string> out;
    for (const auto& [name, text] : server_.texts()) {
      const std::size_t begin = text.find("\nN:") + 3;
      out.push_back(text.substr(begin, text.find(';', begin) - begin));
    }
    std::ranges::sort(out);
    return out;
  }
  /// The user's edit of one and a new one, which nothing may double.
  void edit() {
    device().change(id_, held().begin()->first,
                    {Node(page::LastName, held().begin()->second.at("LastName")),
                     Node(page::JobTitle, "cook")});
    device().add(id_, {Node(page::LastName, "new")});
  }
  void expect_same(std::size_t count) {
    EXPECT_EQ(names_held(), names_there());
    EXPECT_EQ(names_held().size(), count);
    std::size_t cooks = 0;
    for (const auto& [name, text] : server_.texts()) cooks += text.contains("TITLE:cook") ? 1 : 0;
    EXPECT_EQ(cooks, 1U);
  }

  ScriptedDav server_;
  std::unique_ptr<World> world_;
  std::string id_;
};

TEST_F(DavBadDays, OneThatAnswers200ToEverything) {
  EXPECT_EQ(sync(), std::size_t{cards});
  edit();
  server_.instead = [](const ScriptedDav::Request&) {
    return interop::http_answer(200, "<html/>");
  };
  for (int i = 0; i < 3; ++i) static_cast<void>(world_->run(device().sync(id_, {})));
  EXPECT_EQ(names_there().size(), std::size_t{cards});
  EXPECT_GE(held().size(), std::size_t{cards});
  server_.instead = nullptr;
  EXPECT_EQ(sync(), 0U);
  expect_same(cards + 1);
}

TEST_F(DavBadDays, OneThatPagesAndForgetsItsTokens) {
  server_.ways.page = 2;
  EXPECT_EQ(sync(), std::size_t{cards});
  server_.expire_tokens();
  EXPECT_EQ(sync(), 0U);
  edit();
  server_.expire_tokens();
  EXPECT_EQ(sync(), 0U);
  server_.set("other.vcf", card("other"));
  server_.expire_tokens();
  EXPECT_EQ(sync(), 1U);
  expect_same(cards + 2);
}

TEST_F(DavBadDays, OneWithoutEtagsTokensAndTags) {
  server_.ways.etags = server_.ways.syncs = server_.ways.ctag = false;
  EXPECT_EQ(sync(), std::size_t{cards});
  edit();
  EXPECT_EQ(sync(), 0U);
  server_.remove("card3.vcf");
  EXPECT_EQ(sync(), 0U);
  expect_same(cards);
}

/// A card of 50 MB is more than an item may have: it is left out, and nothing else with it.
TEST_F(DavBadDays, OneWithAPhotoOf50Megabytes) {
  const std::string photo = "PHOTO;ENCODING=b;TYPE=JPEG:" + std::string(50 << 20, 'A') + "\r\n";
  server_.set("huge.vcf", card("huge", photo));
  EXPECT_EQ(sync(), std::size_t{cards});
  edit();
  EXPECT_EQ(sync(), 0U);
  server_.remove("huge.vcf");
  expect_same(cards + 1);
}

}  // namespace
}  // namespace godwit::sim
