#include "backend/recipients/recipients.hpp"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include <algorithm>

#include "backend/memory/memory.hpp"
#include "base/fault.hpp"
#include "run.hpp"

namespace godwit::backend::recipients {
namespace {

std::vector<std::string> addresses(const std::vector<Tally::Person>& people) {
  std::vector<std::string> out;
  for (const auto& each : people) out.push_back(each.address);
  return out;
}

TEST(Recipients, AreThePeopleOfAHeader) {
  using Addresses = std::vector<std::string>;
  EXPECT_EQ(addresses(people_of("To: \"Bob B\" <Bob@x.test>, ada@example.org\r\nCc: bob@X.test, "
                                "eve@x.test\r\nBcc: dan@x.test\r\nFrom: no@x.test\r\n\r\n",
                                {"Ada@example.org"})),
            (Addresses{"Bob@x.test", "eve@x.test", "dan@x.test"}));
  EXPECT_TRUE(people_of("To: undisclosed-recipients:;\r\n\r\n", {}).empty());
  EXPECT_TRUE(people_of("To: nobody, @, <>\r\n\r\n", {}).empty());
  std::string many = "To: a@x.test";
  for (std::size_t i = 0; i < recipients_of_mail_max; ++i) many += fmt::format(", a{}@x.test", i);
  EXPECT_TRUE(people_of(many + "\r\n\r\n", {}).empty());
}

TEST(Recipients, ThoseWrittenToMostAreTheBest) {
  Tally tally;
  EXPECT_EQ(tally.unread(1, UidSet{{1, 4}}), (UidSet{{1, 4}}));
  tally.add(1, {{"b@x.test", "Bob"}, {"c@x.test", ""}});
  tally.add(2, {{"B@x.test", ""}});
  tally.add(3, {{"d@x.test", ""}});
  tally.add(4, {{"e@x.test", ""}});
  const auto best = tally.best(3);
  std::vector<std::pair<std::string, std::uint32_t>> seen;
  for (const auto& [href, each] : best) seen.emplace_back(each.address, each.weight);
  std::ranges::sort(seen);
  EXPECT_EQ(seen, (decltype(seen){{"B@x.test", 2}, {"d@x.test", 1}, {"e@x.test", 1}}));
  EXPECT_EQ(best.begin()->second.address.size(), 8U);
  EXPECT_TRUE(tally.unread(1, UidSet{{2, 4}}).empty());
  EXPECT_EQ(tally.best(9).size(), 3U);
  EXPECT_EQ(tally.unread(2, UidSet{{2, 4}}), (UidSet{{2, 4}}));
  EXPECT_TRUE(tally.best(9).empty());
}

class Collection : public testing::Test {
 protected:
  Collection() : server_(clock_), account_(server_.add_user("ada@example.org", "secret")) {
    open(3);
  }
  void open(std::size_t count) {
    backend_ = std::make_unique<RecipientsBackend>(
        [this](const Account& of) { return server_.open(of); }, count);
    items_ = backend_->open_items(account_);
  }
  MemoryMail& mail() { return server_.mail(account_.user); }
  Uid sent(const std::string& to) {
    return mail().deliver(*mail().find_folder(FolderRole::sent), "To: " + to + "\r\n\r\nHello\r\n");
  }
  ItemChanges changes(const std::string& since) {
    return test::run(items_->changes(key_, since)).value();
  }
  std::vector<std::string> texts(const ItemChanges& of) {
    std::vector<std::string> hrefs;
    for (const auto& each : of.changed) hrefs.push_back(each.href);
    std::vector<std::string> out;
    for (const auto& each : test::run(items_->fetch(key_, hrefs)).value()) {
      const auto who = unpack_recipient(each.text).value();
      out.push_back(fmt::format("{} {} {}", who.address, who.name, who.weight));
    }
    std::ranges::sort(out);
    return out;
  }

  ManualClock clock_;
  MemoryServer server_;
  Account account_;
  std::unique_ptr<RecipientsBackend> backend_;
  std::shared_ptr<Items> items_;
  FolderKey key_ = FolderKey::parse(collection_key).value();
};

using Texts = std::vector<std::string>;

TEST_F(Collection, ASyncCostsItsChange) {
  sent("Bob <b@x.test>");
  const Uid first = sent("b@x.test, c@x.test");
  const auto all = changes("");
  EXPECT_EQ(texts(all), (Texts{"b@x.test Bob 2", "c@x.test  1"}));
  const auto calls = mail().calls();
  EXPECT_EQ(changes(all.cursor).cursor, all.cursor);
  EXPECT_EQ(mail().calls(), calls + 2);  // where Sent is, and how it stands
  sent("c@x.test");
  const auto next = changes(all.cursor);
  EXPECT_EQ(texts(next), (Texts{"c@x.test  2"}));
  EXPECT_EQ(next.cursor, test::run(items_->cursor(key_)).value());
  mail().remove(*mail().find_folder(FolderRole::sent), UidSet{{first, first}});
  EXPECT_EQ(texts(changes(next.cursor)), (Texts{"b@x.test Bob 1", "c@x.test  1"}));
  open(3);  // another process
  EXPECT_EQ(test::run(items_->changes(key_, next.cursor)).error().code, Errc::stale);
}

TEST_F(Collection, HoldsSoManyAndNoMore) {
  for (int i = 0; i < 10; ++i) sent(fmt::format("p{}@x.test", i));
  const auto all = changes("");
  EXPECT_EQ(texts(all), (Texts{"p7@x.test  1", "p8@x.test  1", "p9@x.test  1"}));
  sent("new@x.test");
  const auto next = changes(all.cursor);
  EXPECT_EQ(texts(next), (Texts{"new@x.test  1"}));
  EXPECT_EQ(next.removed.size(), 1U);
}

TEST_F(Collection, CostsNothingUntilItIsAskedFor) {
  const auto before = mail().calls();
  EXPECT_EQ(test::run(items_->collections()).size(), 1U);
  struct Nobody final : ChangeListener {
    void changed(const UserId&, const std::optional<FolderKey>&, Kind) override { ++told; }
    int told = 0;
  } nobody;
  const auto watch = items_->watch(nobody);
  sent("b@x.test");
  EXPECT_EQ(nobody.told, 0);
  EXPECT_EQ(mail().calls(), before);
}

TEST_F(Collection, TakesNothing) {
  const auto code = [](auto done) { return done.error().code; };
  EXPECT_EQ(Errc::refused, code(test::run(items_->put(key_, "a", "x", {}))));
  EXPECT_EQ(Errc::refused, code(test::run(items_->remove(key_, "a", std::nullopt))));
  EXPECT_EQ(Errc::refused, code(test::run(items_->create_collection(ItemClass::contacts, "x"))));
  EXPECT_EQ(Errc::refused, code(test::run(items_->rename_collection(key_, "x"))));
  EXPECT_EQ(Errc::refused, code(test::run(items_->delete_collection(key_))));
  const auto other = FolderKey::parse("//other").value();
  EXPECT_EQ(Errc::not_found, code(test::run(items_->cursor(other))));
}

TEST_F(Collection, WhatFailsIsMadeGoodByTheNextLook) {
  sent("b@x.test");
  mail().fail_next(3);
  EXPECT_THROW(changes(""), Fault);
  EXPECT_THROW(changes(""), Fault);
  EXPECT_THROW(changes(""), Fault);
  EXPECT_EQ(texts(changes("")), (Texts{"b@x.test  1"}));
}

}  // namespace
}  // namespace godwit::backend::recipients
