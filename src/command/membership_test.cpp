#include "command/membership.hpp"

#include <gtest/gtest.h>

#include "base/fault.hpp"
#include "run.hpp"

namespace godwit::command {
namespace {

using Strings = std::vector<std::string>;

/// One group, staff@example.org, by that address or by its id; counts how often it is asked.
class AddressList final : public backend::Directory {
 public:
  Task<backend::DirectoryMatches> find(backend::Account, backend::DirectoryQuery query) override {
    backend::DirectoryMatches out;
    if (down) throw Fault(Fault::Kind::unavailable, "is down");
    if (query.text == "staff@example.org" && query.hidden_too) {
      backend::DirectoryEntry group;
      group.id = "id";
      group.address = "staff@example.org";
      group.is_group = true;
      out.entries.push_back(std::move(group));
    }
    co_return out;
  }
  Task<backend::DirectoryMatches> members(backend::Account, std::string id, std::size_t) override {
    ++asked;
    backend::DirectoryMatches out;
    if (id == "id" || id == "cn=staff") {
      for (const std::string& address : people) out.entries.emplace_back().address = address;
      out.total = people.size() + (whole ? 0 : 1);
    }
    co_return out;
  }
  Task<std::vector<backend::Photo>> photos(backend::Account, Strings) override {
    co_return std::vector<backend::Photo>();
  }
  Task<Strings> certificates(backend::Account, std::string) override { co_return Strings(); }

  Strings people{"Ann@Example.org"};
  int asked = 0;
  bool down = false;
  bool whole = true;
};

class MembershipTest : public testing::Test {
 protected:
  static backend::Account account(const std::string& user) {
    return {.user = UserId::parse(user).value(),
            .login = user,
            .password = {},
            .display_name = {},
            .addresses = {}};
  }
  static Strings groups_of(Membership& asked, Strings groups, const std::string& user = ann) {
    const backend::Account who = account(user);
    return test::run(asked.groups_of(who, std::move(groups)));
  }
  Task<Strings> named(std::string who) {
    ++named_asked;
    if (named_down) throw Fault(Fault::Kind::unavailable, "is down");
    co_return who == ann ? Strings{"CN=Sales, DC=example", "Sales"} : Strings();
  }

  static constexpr const char* ann = "ann@example.org";
  static constexpr const char* bob = "bob@example.org";
  ManualClock clock;
  AddressList list;
  int named_asked = 0;
  bool named_down = false;
  Membership membership{clock, &list, [this](std::string user) { return named(std::move(user)); }};
};

// Whoever is not among those that were read may be in the group: no weaker policy for that.
TEST_F(MembershipTest, APartOfAGroupDecidesNothing) {
  list.whole = false;
  EXPECT_THROW(groups_of(membership, {"staff@example.org"}, bob), Fault);
  list.whole = true;
  clock.advance(Membership::pause);
  EXPECT_TRUE(groups_of(membership, {"staff@example.org"}, bob).empty());
}

TEST_F(MembershipTest, AddressesAreGroupsOfTheAddressList) {
  EXPECT_EQ(groups_of(membership, {"staff@example.org"}), Strings{"staff@example.org"});
  EXPECT_TRUE(groups_of(membership, {"staff@example.org"}, bob).empty());
  EXPECT_TRUE(groups_of(membership, {"nobody@example.org"}).empty());
  EXPECT_EQ(list.asked, 1) << "one look-up serves all users";
  list.people = {bob};
  EXPECT_TRUE(groups_of(membership, {"staff@example.org"}, bob).empty());
  clock.advance(Membership::lifetime);
  EXPECT_EQ(groups_of(membership, {"staff@example.org"}, bob), Strings{"staff@example.org"});
  EXPECT_EQ(named_asked, 0);
}

TEST_F(MembershipTest, NamesAreAskedOfWhoChecksPasswords) {
  EXPECT_EQ(groups_of(membership, {"sales", "board"}), Strings{"sales"});
  EXPECT_EQ(groups_of(membership, {"cn=sales,dc=example", "sales"}),
            (Strings{"cn=sales,dc=example", "sales"}))
      << "a name that nobody asked for before is not answered from memory";
  EXPECT_TRUE(groups_of(membership, {"sales"}, bob).empty());
  const int before = named_asked;
  EXPECT_EQ(groups_of(membership, {"sales"}), Strings{"sales"});
  EXPECT_EQ(named_asked, before);
  membership.forget();
  EXPECT_EQ(groups_of(membership, {"sales"}), Strings{"sales"});
  EXPECT_EQ(named_asked, before + 1);
  EXPECT_EQ(list.asked, 0);
}

TEST_F(MembershipTest, WithoutSuchACheckTheAddressListKnowsDistinguishedNames) {
  Membership alone(clock, &list);
  EXPECT_EQ(groups_of(alone, {"cn=staff"}), Strings{"cn=staff"});
  Membership nobody(clock, nullptr);
  EXPECT_TRUE(groups_of(nobody, {"staff@example.org", "staff"}).empty());
}

// Whose policy depends on a group must not pass by a weaker one while nobody can say.
TEST_F(MembershipTest, WhatNobodyEverSaidIsAFaultAndWhatWasSaidStands) {
  list.down = named_down = true;
  for (int i = 0; i < 2; ++i) {
    EXPECT_THROW(groups_of(membership, {"staff@example.org"}), Fault);
    EXPECT_THROW(groups_of(membership, {"sales"}), Fault);
  }
  EXPECT_EQ(named_asked, 1) << "not asked again at once";
  list.down = named_down = false;
  clock.advance(Membership::pause);
  EXPECT_EQ(groups_of(membership, {"staff@example.org", "sales"}).size(), 2U);
  list.down = named_down = true;
  clock.advance(Membership::lifetime);
  EXPECT_EQ(groups_of(membership, {"staff@example.org", "sales"}).size(), 2U);
}

}  // namespace
}  // namespace godwit::command
