// The LDAP directory with its Active Directory preset against Samba's domain controller
// (tests/parts/samba.sh).
#include <gtest/gtest.h>

#include <algorithm>

#include "backend/ldap/ldap.hpp"
#include "base/fault.hpp"
#include "interop/imap_servers.hpp"

namespace godwit::interop {
namespace {

using backend::DirectoryEntry;
using backend::DirectoryMatches;
using backend::LdapDirectory;
using backend::LdapSettings;
using Names = std::vector<std::string>;

class SambaTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!RunningServer::is_there("samba")) GTEST_SKIP() << RunningServer::why_not("samba");
    const RunningServer& server = *RunningServer::get("samba", "");
    if (const std::string why = server.value("WHY"); !why.empty()) {
      GTEST_SKIP() << "Samba cannot run here: " << why;
    }
    settings_.urls = {"ldap://127.0.0.1:" + server.value("LDAP_PORT")};
    settings_.encryption = LdapSettings::Encryption::none;
    settings_.bind_dn = "CN=reader,CN=Users,DC=example,DC=com";
    settings_.password = Secret("Reader.pw1");
    settings_.base = "DC=example,DC=com";
    settings_.preset = LdapSettings::Preset::active_directory;
    settings_.limit = std::chrono::seconds(20);
  }
  template <class T>
  T run(Task<T> work) {
    return loop_.get(std::move(work));
  }
  DirectoryMatches find(const std::string& text, bool address_alone = false) {
    LdapDirectory directory(settings_, clock_);
    return run(directory.find(account_, {.text = text, .address_alone = address_alone}));
  }
  Names names(const std::string& text) {
    Names out;
    for (const DirectoryEntry& entry : find(text).entries) out.push_back(entry.display_name);
    return out;
  }

  TestLoop loop_;
  ManualClock clock_{std::chrono::floor<std::chrono::milliseconds>(
      std::chrono::system_clock::now() + std::chrono::hours(1))};
  backend::Account account_{.user = UserId::parse("ada@example.com").value(),
                            .login = {},
                            .password = {},
                            .display_name = {},
                            .addresses = {}};
  LdapSettings settings_;
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
  EXPECT_EQ("Ada Lovelace", find("countess@example.com", true).entries.at(0).display_name);
}

TEST_F(SambaTest, PhotosAndCertificates) {
  LdapDirectory directory(settings_, clock_);
  const std::string ada = find("lovelace").entries.at(0).id;
  EXPECT_TRUE(run(directory.photos(account_, {ada})).at(0).bytes.starts_with("\xFF\xD8\xFF"));
  EXPECT_EQ(1U, run(directory.certificates(account_, ada)).size());
}

TEST_F(SambaTest, GroupsAreOpened) {
  LdapDirectory directory(settings_, clock_);
  const auto team = find("team@example.com", true).entries;
  ASSERT_EQ(1U, team.size());
  EXPECT_TRUE(team[0].is_group);
  Names out;
  for (const auto& each : run(directory.members(account_, team[0].id, 20)).entries) {
    out.push_back(each.display_name);
  }
  std::ranges::sort(out);
  EXPECT_EQ((Names{"Ada Lovelace", "Bob Babbage", "Zoe Elsewhere"}), out);
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
