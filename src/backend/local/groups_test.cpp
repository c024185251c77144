#include "backend/local/groups.hpp"

#include <gtest/gtest.h>

#include <set>

#include "backend/local/directory.hpp"
#include "backend/local/group_rows.hpp"
#include "backend/local/testing.hpp"
#include "base/fault.hpp"

namespace godwit::backend::local {
namespace {

using Outcome = LocalDelivery::Outcome;

/// The way to other servers: takes an id once.
class Outside final : public Submission {
 public:
  struct Sent {
    Envelope envelope;
    std::string text;
  };
  std::vector<Sent> sent;
  bool down = false;

  Task<Result<>> submit(Account, Envelope envelope,
                        std::shared_ptr<const MessageSource> message) override {
    if (down) throw Fault(Fault::Kind::unavailable, "no room in the queue");
    if (!ids_.insert(envelope.id).second) co_return Result<>{};
    sent.push_back({std::move(envelope), message->read(0, message->size())});
    co_return Result<>{};
  }

 private:
  std::set<std::string> ids_;
};

struct LocalGroupsTest : testing::Test {
  LocalGroupsTest() {
    for (const std::string name : {"ada", "bob", "eve"}) {
      accounts.push_back(fixture.add_user(name + "@example.com"));
    }
    fixture.delivery().set_outside(&outside);
  }
  void add(const std::string& address, std::vector<std::string> members,
           const std::string& owner = "") {
    const auto added =
        test::run(groups.add({.address = address, .owner = owner, .members = std::move(members)}));
    ASSERT_TRUE(added) << added.error().message;
  }
  std::optional<Errc> refusal(Result<> done) {
    if (done) return std::nullopt;
    return done.error().code;
  }
  std::vector<Outcome> deliver(std::vector<std::string> to, const std::string& subject = "x",
                               std::string header = "") {
    const std::string text = header + "Subject: " + subject + "\r\n\r\nbody\r\n";
    return test::run(fixture.delivery().deliver({.from = "zed@example.net", .to = std::move(to)},
                                                std::make_shared<const StringSource>(text)));
  }
  std::uint32_t messages(std::size_t user) {
    const auto mail = fixture.store().open(accounts[user]);
    const FolderKey inbox = LocalFixture::folder(*mail, FolderRole::inbox);
    return test::run(mail->status(inbox))->messages;
  }
  /// Of ada, bob and eve.
  std::vector<std::uint32_t> all() { return {messages(0), messages(1), messages(2)}; }

  LocalFixture fixture;
  std::vector<Account> accounts;
  Outside outside;
  LocalGroups groups{fixture.store(), LocalGroups::Outside::taken};
  LocalDirectory directory{fixture.store()};
};

using Counts = std::vector<std::uint32_t>;
using Texts = std::vector<std::string>;
using Outcomes = std::vector<Outcome>;

TEST_F(LocalGroupsTest, EveryMemberGetsAMailOnceHoweverGroupsContainEachOther) {
  add("inner@example.com", {"bob@example.com", "ada@example.com"});
  add("outer@example.com", {"inner@example.com", "ada@example.com", "zoe@example.net"});
  // A circle.
  ASSERT_TRUE(test::run(groups.add_members("inner@example.com", {"outer@example.com"})));
  EXPECT_EQ((Outcomes{Outcome::stored, Outcome::repeated, Outcome::repeated}),
            deliver({"outer@example.com", "inner@example.com", "ada@example.com"}));
  EXPECT_EQ((Counts{1, 1, 0}), all());
  ASSERT_EQ(1U, outside.sent.size());
  EXPECT_EQ(Texts{"zoe@example.net"}, outside.sent[0].envelope.to);
  EXPECT_EQ("zed@example.net", outside.sent[0].envelope.from);
  EXPECT_TRUE(outside.sent[0].text.starts_with("Delivered-To: outer@example.com\r\nSubject: x"));
  // Tried again by who lost the answer.
  EXPECT_EQ(Outcomes{Outcome::stored}, deliver({"outer@example.com"}));
  EXPECT_EQ((Counts{1, 1, 0}), all());
  EXPECT_EQ(1U, outside.sent.size());
}

TEST_F(LocalGroupsTest, AMailThatComesRoundIsTakenAndNotSentAgain) {
  add("all@example.com", {"ada@example.com", "zoe@example.net"});
  EXPECT_EQ(Outcomes{Outcome::repeated},
            deliver({"all@example.com"}, "x",
                    "Received: from there\r\ndelivered-to: <all@example.com>\r\n"
                    "Delivered-To: ALL@example.com\r\n"));
  EXPECT_EQ((Counts{0, 0, 0}), all());
  EXPECT_TRUE(outside.sent.empty());
}

TEST_F(LocalGroupsTest, NobodyIsForgottenWhereSomebodyCannotGetIt) {
  add("all@example.com", {"ada@example.com", "bob@example.com", "zoe@example.net"});
  ASSERT_TRUE(test::run(fixture.users().set_quota("bob@example.com", 1)));
  EXPECT_EQ(Outcomes{Outcome::partly}, deliver({"all@example.com"}));
  EXPECT_EQ((Counts{1, 0, 0}), all());
  ASSERT_TRUE(test::run(fixture.users().set_quota("bob@example.com", 0)));
  EXPECT_EQ(Outcomes{Outcome::stored}, deliver({"all@example.com"}));
  EXPECT_EQ((Counts{1, 1, 0}), all());
  EXPECT_EQ(1U, outside.sent.size());
  // Where the way out takes nothing, nobody has got it: it is tried again.
  outside.down = true;
  EXPECT_THROW(deliver({"all@example.com"}, "second"), Fault);
  EXPECT_EQ((Counts{1, 1, 0}), all());
  fixture.delivery().set_outside(nullptr);
  EXPECT_EQ(Outcomes{Outcome::partly}, deliver({"all@example.com"}, "third"));
  EXPECT_EQ((Counts{2, 2, 0}), all());
}

TEST_F(LocalGroupsTest, AGroupWithoutAnybodyIsNoAddress) {
  add("none@example.com", {});
  add("circle@example.com", {"none@example.com"});
  ASSERT_TRUE(test::run(groups.add_members("none@example.com", {"circle@example.com"})));
  EXPECT_EQ((Outcomes{Outcome::unknown_user, Outcome::unknown_user}),
            deliver({"none@example.com", "circle@example.com"}));
  EXPECT_EQ(Outcome::unknown_user, test::run(fixture.delivery().accepts("none@example.com", 1)));
  add("some@example.com", {"eve@example.com", "circle@example.com"});
  EXPECT_EQ(Outcome::stored, test::run(fixture.delivery().accepts("Some@example.com", 1)));
}

TEST_F(LocalGroupsTest, FailuresElsewhereAreForTheOwner) {
  add("all@example.com", {"zoe@example.net"}, "ada@example.com");
  EXPECT_EQ(Outcomes{Outcome::stored}, deliver({"all@example.com"}));
  EXPECT_EQ("ada@example.com", outside.sent.at(0).envelope.from);
  // A report's own failures are for nobody.
  const auto report = std::make_shared<const StringSource>("Subject: report\r\n\r\n");
  test::run(fixture.delivery().deliver({.from = "", .to = {"all@example.com"}}, report));
  EXPECT_EQ("", outside.sent.at(1).envelope.from);
}

TEST_F(LocalGroupsTest, WhoGetsItAnotherWayDoesNotGetItAsAMember) {
  add("all@example.com", {"zoe@example.net", "ada@example.com"});
  const auto message = std::make_shared<const StringSource>("Subject: x\r\n\r\n");
  EXPECT_EQ(
      Outcomes{Outcome::stored},
      test::run(fixture.delivery().deliver(
          {.from = "bob@example.com", .to = {"all@example.com"}, .elsewhere = {"zoe@example.net"}},
          message)));
  EXPECT_TRUE(outside.sent.empty());
  EXPECT_EQ((Counts{1, 0, 0}), all());
}

TEST_F(LocalGroupsTest, AddressesAreOfOne) {
  add("all@example.com", {"ada@example.com"});
  EXPECT_EQ(Errc::conflict, refusal(test::run(groups.add({.address = "ALL@example.com"}))));
  EXPECT_EQ(Errc::conflict, refusal(test::run(groups.add({.address = "ada@example.com"}))));
  EXPECT_EQ(Errc::conflict, refusal(test::run(fixture.users().add(
                                {.address = "all@example.com", .password = Secret("secret")}))));
  EXPECT_EQ(Errc::conflict,
            refusal(fixture.change_person("ada@example.com", {.aliases = {{"all@example.com"}}})));
  EXPECT_EQ(Errc::malformed, refusal(test::run(groups.add({.address = "no address"}))));
  EXPECT_EQ(Errc::refused, refusal(test::run(groups.add({.address = "all@example.net"}))));
}

TEST_F(LocalGroupsTest, AChangeThatIsRefusedChangesNothing) {
  add("all@example.com", {"ada@example.com"});
  const auto members = [&] { return test::run(groups.find("all@example.com"))->members; };
  const auto add_all = [&](Texts more) {
    return refusal(test::run(groups.add_members("all@example.com", std::move(more))));
  };
  EXPECT_EQ(Errc::not_found, add_all({"bob@example.com", "nobody@example.com"}));
  EXPECT_EQ(Errc::conflict, add_all({"bob@example.com", "all@example.com"}));
  EXPECT_EQ(Errc::malformed, add_all({"bob@example.com", "a b"}));
  Texts many;
  for (std::size_t i = 0; i < group_members_max; ++i) {
    many.push_back("m" + std::to_string(i) + "@example.net");
  }
  EXPECT_EQ(Errc::too_large, add_all(many));
  EXPECT_EQ(Texts{"ada@example.com"}, members());
  EXPECT_EQ(Errc::not_found, refusal(test::run(groups.remove_members(
                                 "all@example.com", {"ada@example.com", "bob@example.com"}))));
  EXPECT_EQ(Texts{"ada@example.com"}, members());
  LocalGroups inside(fixture.store(), LocalGroups::Outside::refused);
  EXPECT_EQ(Errc::refused,
            refusal(test::run(inside.add_members("all@example.com", {"zoe@example.net"}))));
  EXPECT_EQ(Errc::not_found, refusal(test::run(groups.remove("some@example.com"))));
}

TEST_F(LocalGroupsTest, WhoGoesIsNoMemberAnyMore) {
  add("inner@example.com", {"ada@example.com"});
  add("all@example.com", {"inner@example.com", "bob@example.com", "eve@example.com"});
  ASSERT_TRUE(test::run(groups.remove("inner@example.com")));
  ASSERT_TRUE(test::run(fixture.users().remove("eve@example.com")));
  ASSERT_TRUE(test::run(groups.remove_members("all@example.com", {"BOB@example.com"})));
  EXPECT_TRUE(test::run(groups.find("all@example.com"))->members.empty());
}

TEST_F(LocalGroupsTest, TheAddressListShowsThemAndWhoIsInThem) {
  add("inner@example.com", {"bob@example.com", "zoe@example.net"});
  add("team@example.com", {"inner@example.com", "ada@example.com"});
  ASSERT_TRUE(test::run(groups.change("team@example.com", {.display_name = "Engine Makers"})));
  const auto find = [&](const std::string& text, bool alone = false) {
    return test::run(directory.find(accounts[0], {.text = text, .address_alone = alone}));
  };
  const auto found = find("engine").entries;
  ASSERT_EQ(1U, found.size());
  EXPECT_TRUE(found[0].is_group);
  EXPECT_EQ("Engine Makers", found[0].display_name);
  EXPECT_EQ("team", found[0].alias);
  EXPECT_EQ("team@example.com", find("team@example.com", true).entries.at(0).address);
  const auto members = [&](std::size_t most) {
    return test::run(directory.members(accounts[0], found[0].id, most));
  };
  std::set<std::string> addresses;
  for (const auto& each : members(10).entries) addresses.insert(each.address);
  EXPECT_EQ((std::set<std::string>{"ada@example.com", "bob@example.com", "zoe@example.net"}),
            addresses);
  EXPECT_EQ(3U, members(1).total);
  EXPECT_EQ(1U, members(1).entries.size());
  EXPECT_EQ(0U, test::run(directory.members(accounts[0], "1", 10)).total);
  EXPECT_EQ(0U, test::run(directory.photos(accounts[0], {found[0].id})).at(0).size);
  ASSERT_TRUE(test::run(groups.change("team@example.com", {.listed = false})));
  EXPECT_TRUE(find("engine").entries.empty());
  EXPECT_TRUE(find("team@example.com", true).entries.empty());
}

TEST_F(LocalGroupsTest, PeopleHaveAliasesAndMayWriteAsOthers) {
  const PersonChange change{.aliases = Texts{"a.lovelace@example.org"},
                            .send_as = Texts{"Info@example.com", "info@example.com"}};
  ASSERT_TRUE(test::run(directory.change("ada@example.com", change)));
  const auto ada = test::run(fixture.users().find("a.lovelace@example.org"));
  ASSERT_TRUE(ada);
  EXPECT_EQ(Texts{"info@example.com"}, ada->send_as);
  EXPECT_EQ((Texts{"ada@example.com", "a.lovelace@example.org"}), ada->addresses);
  EXPECT_EQ(Texts{"info@example.com"}, test::run(directory.person("ada@example.com"))->send_as);
  const auto code = [&](PersonChange wrong) {
    return refusal(test::run(directory.change("ada@example.com", std::move(wrong))));
  };
  EXPECT_EQ(Errc::conflict, code({.aliases = Texts{"bob@example.com"}, .send_as = Texts{}}));
  EXPECT_EQ(Errc::malformed, code({.aliases = Texts{}, .send_as = Texts{"nobody"}}));
  EXPECT_EQ(Errc::too_large, code({.send_as = Texts(101, "a@example.com")}));
  EXPECT_EQ((Texts{"info@example.com"}),
            test::run(fixture.users().find("ada@example.com"))->send_as);
}

}  // namespace
}  // namespace godwit::backend::local
