// The LDAP directory with its Active Directory preset against Samba's domain controller
// (tests/parts/samba.sh).
#include <gtest/gtest.h>

#include <algorithm>

#include "backend/ldap/session.hpp"
#include "base/fault.hpp"
#include "interop/directory_bed.hpp"

namespace godwit::interop {
namespace {

using backend::LdapDirectory;

class SambaTest : public DirectoryTest {
 protected:
  void SetUp() override {
    if (const std::string why = use_samba(settings_); !why.empty()) GTEST_SKIP() << why;
  }
};

TEST_F(SambaTest, FindsPeopleByAmbiguousNameResolution) {
  const auto ada = find("lovel").entries;
  ASSERT_EQ(1U, ada.size());
  EXPECT_EQ("Ada Lovelace", ada[0].display_name);
  EXPECT_EQ("ada", ada[0].alias);
  EXPECT_EQ("ada@example.com", ada[0].address);
  EXPECT_EQ("Countess", ada[0].title);
  EXPECT_EQ("Analytical Engines", ada[0].company);
  EXPECT_EQ("Mills", ada[0].department);
  EXPECT_EQ("Mill Hall", ada[0].office);
  EXPECT_EQ("+44 20 1", ada[0].phone);
  EXPECT_EQ("+44 7700 3", ada[0].mobile_phone);
  EXPECT_FALSE(ada[0].is_group);
  EXPECT_EQ(Names{"Zoe Elsewhere"}, names("zoe"));
  EXPECT_EQ(Names{"Bob Babbage"}, names("bob"));
  EXPECT_EQ(Names{}, names("nomail"));
  EXPECT_EQ(Names{}, names("*"));
  EXPECT_EQ("Ada Lovelace", find("countess@example.com", 100, true).entries.at(0).display_name);
}

TEST_F(SambaTest, PhotosAndCertificates) {
  LdapDirectory directory(settings_, clock_);
  const std::string ada = find("lovelace").entries.at(0).id;
  EXPECT_TRUE(run(directory.photos(account_, {ada})).at(0).bytes.starts_with("\xFF\xD8\xFF"));
  EXPECT_EQ(1U, run(directory.certificates(account_, ada)).size());
}

TEST_F(SambaTest, GroupsAreOpened) {
  LdapDirectory directory(settings_, clock_);
  const auto team = find("team@example.com", 100, true).entries;
  ASSERT_EQ(1U, team.size());
  EXPECT_TRUE(team[0].is_group);
  Names out;
  for (const auto& each : run(directory.members(account_, team[0].id, 20)).entries) {
    out.push_back(each.display_name);
  }
  std::ranges::sort(out);
  EXPECT_EQ((Names{"Ada Lovelace", "Bob Babbage", "Zoe Elsewhere"}), out);
}

// The server gives all of small groups at once; the rest of them it gives as Active Directory does.
TEST_F(SambaTest, TheRestOfAGroup) {
  const std::string team = find("team@example.com", 100, true).entries.at(0).id;
  backend::ldap::Session session(settings_, settings_.urls.front(),
                                 backend::ldap::Session::As::reader);
  const auto whole = session.read(team, {"member"}).entries.at(0);
  ASSERT_EQ(3U, whole.values("member")->size());
  backend::ldap::Entry entry;
  entry.dn = team;
  session.read_rest(entry, "member", 1);
  EXPECT_FALSE(entry.cut);
  EXPECT_EQ(Names(whole.values("member")->begin() + 1, whole.values("member")->end()),
            *entry.values("member"));
}

TEST_F(SambaTest, TheWholeList) {
  LdapDirectory directory(settings_, clock_);
  Names out;
  for (const auto& each : run(directory.everybody(100))) out.push_back(each.display_name);
  EXPECT_EQ((Names{"Ada Lovelace", "Bob Babbage", "Engine Team", "Inner", "Zoe Elsewhere"}), out);
}

TEST_F(SambaTest, AWrongPasswordIsAFault) {
  settings_.password = Secret("wrong");
  EXPECT_THROW(find("ada"), Fault);
}

}  // namespace
}  // namespace godwit::interop
