// Passwords checked by OpenLDAP's slapd (tests/parts/slapd.sh) and by Samba's domain controller
// (tests/parts/samba.sh).
#include <gtest/gtest.h>

#include <algorithm>

#include "backend/ldap/check.hpp"
#include "base/fault.hpp"
#include "interop/directory_bed.hpp"

namespace godwit::interop {
namespace {

using backend::LdapCheck;
using backend::LdapCheckSettings;
using backend::LdapSettings;

class CheckTest : public testing::Test {
 protected:
  Result<auth::Proof> verify(const std::string& login, const std::string& password) {
    LdapCheck check(settings_);
    return loop_.get(check.verify({.login = login, .password = Secret(password)}));
  }
  /// The mailbox of a good sign-in; else empty.
  std::string mailbox(const std::string& login, const std::string& password) {
    const auto proof = verify(login, password);
    return proof ? proof->login : "";
  }
  /// Common names alone.
  Names groups(const std::string& login, const std::string& password) {
    settings_.wants_groups = true;
    const auto proof = verify(login, password);
    Names out;
    if (!proof || !proof->facts) return {"refused"};
    for (const std::string& group : proof->facts->groups) {
      if (!group.contains('=')) out.push_back(group);
    }
    std::ranges::sort(out);
    return out;
  }

  TestLoop loop_;
  LdapCheckSettings settings_;
};

class SlapdCheck : public CheckTest {
 protected:
  void SetUp() override {
    if (!RunningServer::is_there("slapd")) GTEST_SKIP() << RunningServer::why_not("slapd");
    server_ = RunningServer::get("slapd", "");
    settings_.server.urls = {"ldap://127.0.0.1:" + std::to_string(server_->port("LDAP_PORT"))};
    settings_.server.ca_file = server_->value("CA_FILE");
    settings_.server.bind_dn = "uid=reader,dc=example,dc=com";
    settings_.server.password = Secret("readerpw");
    settings_.server.base = "dc=example,dc=com";
  }
  void by_pattern(const std::string& dn) {
    settings_.dn = dn;
    settings_.server.bind_dn.clear();
    settings_.server.password = Secret();
  }
  const RunningServer* server_ = nullptr;
};

TEST_F(SlapdCheck, SearchesAndAsksForThePassword) {
  const auto ada = verify("ada", "adapw");
  ASSERT_TRUE(ada) << ada.error().message;
  EXPECT_EQ(ada->login, "ada@example.com");
  EXPECT_EQ(ada->display_name, "Ada Lovelace");
  EXPECT_EQ(ada->addresses, Names{"ada@example.com"});
  EXPECT_FALSE(ada->facts);
  EXPECT_EQ(mailbox("ada@example.com", "adapw"), "ada@example.com");
  EXPECT_EQ(mailbox("ADA", "adapw"), "ada@example.com");
  EXPECT_EQ(verify("ada", "wrong").error().code, Errc::refused);
  EXPECT_EQ(verify("nobody", "adapw").error().code, Errc::refused);
  EXPECT_EQ(verify("nomail", "x").error().code, Errc::refused);  // an entry without a password
}

// The directory takes them for one user, and a mailbox of the other name may be somebody's.
TEST_F(SlapdCheck, TheMailboxIsTheEntrysWhateverWasTyped) {
  EXPECT_EQ(mailbox("  ada ", "adapw"), "ada@example.com");
  EXPECT_EQ(mailbox("\xEF\xBD\x81\xEF\xBD\x84\xEF\xBD\x81", "adapw"), "ada@example.com");
  settings_.account = "uid";
  EXPECT_EQ(mailbox("Ada", "adapw"), "ada");
  settings_.account = "employeeNumber";
  EXPECT_EQ(mailbox("ada", "adapw"), "");
}

TEST_F(SlapdCheck, AnEmptyPasswordSignsNobodyIn) {
  EXPECT_EQ(mailbox("ada", ""), "");
  by_pattern("uid={name},ou=people,dc=example,dc=com");
  EXPECT_EQ(mailbox("ada", ""), "");
}

TEST_F(SlapdCheck, NothingTypedIsAFilterOrAName) {
  for (const std::string login :
       {"*", "ad*", "ada)(uid=*", "*)(objectClass=*", "ada*", "\\2a", "a)(|(uid=ada",
        "nobody)(|(a=b", "ada,ou=people,dc=example,dc=com", "twin@example.com"}) {
    EXPECT_EQ(mailbox(login, "adapw"), "") << login;
    EXPECT_EQ(mailbox(login, "twin1pw"), "") << login;
  }
  EXPECT_EQ(mailbox("star", "starpw"), "star@example.com");
  EXPECT_EQ(mailbox("comma, dc=x", "commapw"), "comma@example.com");
  by_pattern("uid={login},ou=people,dc=example,dc=com");
  settings_.account = "mail";
  EXPECT_EQ(mailbox("comma, dc=x", "commapw"), "comma@example.com");
  for (const std::string login : {"ada,ou=people,dc=example,dc=com", "ada+uid=ada", "*", "\\61da",
                                  "reader,dc=example,dc=com", "x,uid=ada", "\"ada\"", "#ada"}) {
    EXPECT_EQ(mailbox(login, "adapw"), "") << login;
    EXPECT_EQ(mailbox(login, "readerpw"), "") << login;
  }
}

TEST_F(SlapdCheck, TheNameMayBeMadeOfAPattern) {
  by_pattern("uid={name},ou=people,dc=example,dc=com");
  EXPECT_EQ(mailbox("ada@example.com", "adapw"), "ada@example.com");
  EXPECT_EQ(mailbox("ada", "adapw"), "ada");
  EXPECT_EQ(mailbox("ada", "wrong"), "");
  EXPECT_EQ(mailbox("\xEF\xBD\x81"
                    "da",
                    "adapw"),
            "");  // no plain login, and no attribute
  settings_.account = "mail";
  EXPECT_EQ(mailbox("\xEF\xBD\x81"
                    "da",
                    "adapw"),
            "ada@example.com");
}

TEST_F(SlapdCheck, GroupsInGroups) {
  EXPECT_EQ(groups("ada", "adapw"), (Names{"circle", "engineers", "everybody"}));
  EXPECT_EQ(groups("star", "starpw"), (Names{"circle", "everybody", "unix"}));
  EXPECT_EQ(groups("juergen", "juergenpw"), Names{});
  EXPECT_EQ(groups("a*)(b", "oddpw"), Names{"odd"}) << "a name that would be a filter";
}

TEST_F(SlapdCheck, OnlyMembersWhereAGroupIsNamed) {
  settings_.groups = {"cn=everybody, ou=Groups, dc=example, dc=com"};
  EXPECT_EQ(mailbox("ada", "adapw"), "ada@example.com");  // by engineers
  EXPECT_EQ(mailbox("star", "starpw"), "star@example.com");
  EXPECT_EQ(mailbox("juergen", "juergenpw"), "");
  settings_.groups = {"unix", "nothing"};
  EXPECT_EQ(mailbox("star", "starpw"), "star@example.com");
  EXPECT_EQ(mailbox("ada", "adapw"), "");
}

TEST_F(SlapdCheck, AttributesThatRulesAreAbout) {
  settings_.attributes = {"title", "employeeType"};
  const auto ada = verify("ada", "adapw");
  ASSERT_TRUE(ada && ada->facts);
  using Attributes = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(ada->facts->attributes, (Attributes{{"title", "Countess"}}));
  LdapCheck check(settings_);
  const auto facts = loop_.get(check.facts("ada@example.com"));
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->attributes, ada->facts->attributes);
  EXPECT_FALSE(loop_.get(check.facts("nobody@example.com")));
}

TEST_F(SlapdCheck, ServersThatCannotBeAskedAreFaultsNotRefusals) {
  const std::string good = settings_.server.urls.front();
  settings_.server.urls = {"ldap://127.0.0.1:1", good};
  EXPECT_EQ(mailbox("ada", "adapw"), "ada@example.com");
  EXPECT_EQ(mailbox("ada", "wrong"), "");
  settings_.server.urls = {"ldap://127.0.0.1:1"};
  EXPECT_THROW(mailbox("ada", "adapw"), Fault);
  settings_.server.urls = {good};
  settings_.server.ca_file = "/etc/ssl/certs/ca-certificates.crt";  // signed by nobody we trust
  EXPECT_THROW(mailbox("ada", "adapw"), Fault);
  settings_.server.ca_file = server_->value("CA_FILE");
  settings_.server.password = Secret("not the reader's");
  EXPECT_THROW(mailbox("ada", "adapw"), Fault);
  settings_.server.urls = {"ldaps://127.0.0.1:" + std::to_string(server_->port("LDAPS_PORT"))};
  settings_.server.password = Secret("readerpw");
  EXPECT_EQ(mailbox("ada", "adapw"), "ada@example.com");
}

class SambaCheck : public CheckTest {
 protected:
  void SetUp() override {
    if (const std::string why = use_samba(settings_.server); !why.empty()) GTEST_SKIP() << why;
  }
};

TEST_F(SambaCheck, SignsInByAccountNameAndAddress) {
  EXPECT_EQ(mailbox("bob", "Bob.pw1!"), "bob@example.com");
  EXPECT_EQ(mailbox("EXAMPLE\\bob", "Bob.pw1!"), "bob@example.com");
  EXPECT_EQ(mailbox("bob@example.com", "Bob.pw1!"), "bob@example.com");
  EXPECT_EQ(mailbox("b\xC3\xB6"
                    "b",
                    "Bob.pw1!"),
            "");
  EXPECT_EQ(verify("bob", "wrong").error().code, Errc::refused);
  EXPECT_EQ(verify("ada", "Bob.pw1!").error().code, Errc::refused);  // disabled, no password
  EXPECT_EQ(mailbox("b*", "Bob.pw1!"), "");
  EXPECT_EQ(mailbox("bob)(objectClass=*", "Bob.pw1!"), "");
}

TEST_F(SambaCheck, GroupsInGroups) {
  const Names found = groups("bob", "Bob.pw1!");
  for (const std::string name : {"deep", "inner", "outer", "team"}) {
    EXPECT_TRUE(std::ranges::binary_search(found, name)) << name;
  }
  // The primary group, which has no list of members, and what it is in.
  EXPECT_TRUE(std::ranges::binary_search(found, "domain users"));
  EXPECT_TRUE(std::ranges::binary_search(found, "users"));
  EXPECT_FALSE(std::ranges::binary_search(found, "empty"));
  settings_.groups = {"CN=Deep,CN=Users,DC=example,DC=com"};
  EXPECT_EQ(mailbox("bob", "Bob.pw1!"), "bob@example.com");
  settings_.groups = {"Empty"};
  EXPECT_EQ(mailbox("bob", "Bob.pw1!"), "");
}

}  // namespace
}  // namespace godwit::interop
