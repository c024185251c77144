// The LDAP directory against OpenLDAP's slapd, below build/parts (tests/parts/slapd.sh).
#include <gtest/gtest.h>

#include <algorithm>

#include "base/fault.hpp"
#include "interop/directory_bed.hpp"

namespace godwit::interop {
namespace {

using backend::DirectoryEntry;
using backend::LdapDirectory;
using backend::LdapSettings;
using Encryption = LdapSettings::Encryption;

class LdapTest : public DirectoryTest {
 protected:
  void SetUp() override {
    if (!RunningServer::is_there("slapd")) GTEST_SKIP() << RunningServer::why_not("slapd");
    server_ = RunningServer::get("slapd", "");
    settings_.urls = {url("ldap", "LDAP_PORT")};
    settings_.ca_file = server_->value("CA_FILE");
    settings_.bind_dn = "uid=reader,dc=example,dc=com";
    settings_.password = Secret("readerpw");
    settings_.base = "dc=example,dc=com";
  }

  std::string url(const std::string& scheme, const std::string& port,
                  const std::string& host = "127.0.0.1") const {
    return scheme + "://" + host + ':' + std::to_string(server_->port(port));
  }
  std::optional<Fault::Kind> fault(const std::string& text = "ada") {
    try {
      find(text);
    } catch (const Fault& failure) {
      return failure.kind();
    }
    return std::nullopt;
  }

  const RunningServer* server_ = nullptr;
};

TEST_F(LdapTest, FindsPeopleAndGroups) {
  const auto ada = find("lovel").entries;
  ASSERT_EQ(1U, ada.size());
  EXPECT_EQ("Ada Lovelace", ada[0].display_name);
  EXPECT_EQ("Ada", ada[0].first_name);
  EXPECT_EQ("Lovelace", ada[0].last_name);
  EXPECT_EQ("ada", ada[0].alias);
  EXPECT_EQ("ada@example.com", ada[0].address);
  EXPECT_EQ("Countess", ada[0].title);
  EXPECT_EQ("Analytical Engines", ada[0].company);
  EXPECT_EQ("Mill Hall", ada[0].office);
  EXPECT_EQ("+44 20 1", ada[0].phone);
  EXPECT_EQ("+44 20 2", ada[0].home_phone);
  EXPECT_EQ("+44 7700 3", ada[0].mobile_phone);
  EXPECT_EQ((Names{"Ada Lovelace"}), names("ADA mill"));
  EXPECT_EQ((Names{"engineers"}), names("engin"));
  EXPECT_EQ((Names{"Jürgen Müller-Lüdenscheid"}), names("Müll"));
  EXPECT_EQ(Names{}, names("nomail"));
  EXPECT_EQ(Names{}, names("ada nobody"));
}

TEST_F(LdapTest, NothingTypedIsAFilter) {
  EXPECT_EQ((Names{"Star * (Paren) \\Back"}), names("star *"));
  EXPECT_EQ((Names{"Star * (Paren) \\Back"}), names("star (paren)"));
  EXPECT_EQ((Names{"Star * (Paren) \\Back"}), names("star \\back"));
  for (const std::string text : {"ada*", "*", "ada)(uid=*", "*)(objectClass=*", "\\2a", "a\\"}) {
    EXPECT_EQ(Names{}, names(text)) << text;
  }
}

TEST_F(LdapTest, AnAddressStandsAlone) {
  const auto alone = find("countess@example.com", 100, true);
  ASSERT_EQ(1U, alone.entries.size());
  EXPECT_EQ("Ada Lovelace", alone.entries[0].display_name);
  EXPECT_EQ(0U, find("nobody@example.com", 100, true).total);
}

TEST_F(LdapTest, LimitsOfSize) {
  // The server gives out 50 of 60.
  const auto many = find("many", 10);
  EXPECT_EQ(10U, many.entries.size());
  EXPECT_GT(many.total, 50U);
  settings_.entries_max = 20;
  EXPECT_EQ(21U, find("many").total);
}

TEST_F(LdapTest, PhotosAndCertificates) {
  LdapDirectory directory(settings_, clock_);
  const std::string ada = find("lovelace").entries.at(0).id;
  const std::string other = find("star").entries.at(0).id;
  const auto photos = run(directory.photos(account_, {other, ada, "uid=nobody,dc=example,dc=com"}));
  ASSERT_EQ(3U, photos.size());
  EXPECT_EQ(0U, photos[0].size);
  EXPECT_EQ(10U, photos[1].size);
  EXPECT_TRUE(photos[1].bytes.starts_with("\xFF\xD8\xFF"));
  EXPECT_EQ(0U, photos[2].size);
  EXPECT_EQ(1U, run(directory.certificates(account_, ada)).size());
  EXPECT_EQ(0U, run(directory.certificates(account_, other)).size());
  clock_.advance(std::chrono::hours(24) * 365 * 20);
  EXPECT_EQ(0U, run(directory.certificates(account_, ada)).size());
}

TEST_F(LdapTest, ALanguageIsFoundByAnAddress) {
  LdapDirectory directory(settings_, clock_);
  const auto said = [&](const std::string& user, std::vector<std::string> addresses) {
    return run(directory.preferred_language({.user = UserId::parse(user).value(),
                                             .login = user,
                                             .password = {},
                                             .display_name = {},
                                             .addresses = std::move(addresses)}));
  };
  const std::string french = "fr-CH, en-gb;q=0.8";
  EXPECT_EQ(french, said("ada@example.com", {}));
  EXPECT_EQ(french, said("ada", {"nobody@example.com", "Countess@example.com"}));
  EXPECT_EQ("", said("ada", {"star@example.com"}));
  EXPECT_EQ("", said("ada", {})) << "no address";
  EXPECT_EQ("", said("twin@example.com", {})) << "of two entries";
  EXPECT_EQ("", said("x", {"*@example.com", "ada)(mail=*@example.com"}));
  settings_.urls = {"ldap://127.0.0.1:1"};
  LdapDirectory down(settings_, clock_);
  EXPECT_THROW(static_cast<void>(run(down.preferred_language(account_))), Fault);
}

TEST_F(LdapTest, GroupsAreOpened) {
  LdapDirectory directory(settings_, clock_);
  const auto members = [&](const std::string& group, std::size_t entries_max = 20) {
    const auto found = find(group + "@example.com", 1, true).entries;
    EXPECT_EQ(1U, found.size()) << group;
    EXPECT_TRUE(found.at(0).is_group) << group;
    return run(directory.members(account_, found.at(0).id, entries_max));
  };
  const auto names_in = [&](const std::string& group) {
    Names out;
    for (const DirectoryEntry& each : members(group).entries) out.push_back(each.display_name);
    std::ranges::sort(out);
    return out;
  };
  EXPECT_EQ((Names{"Ada Lovelace"}), names_in("engineers"));
  // Groups in groups, in a circle; who has no address, or is not there, is nobody.
  EXPECT_EQ((Names{"Ada Lovelace", "Star * (Paren) \\Back"}), names_in("everybody"));
  EXPECT_EQ((Names{"Ada Lovelace", "Star * (Paren) \\Back"}), names_in("circle"));
  // By searches, of which the server does not understand one.
  EXPECT_EQ((Names{"Jürgen Müller-Lüdenscheid", "Star * (Paren) \\Back"}), names_in("stars"));
  EXPECT_EQ(20U, members("crowd").entries.size());
  EXPECT_GT(members("crowd").total, 20U);
  const std::string ada = find("lovelace").entries.at(0).id;
  EXPECT_EQ(0U, run(directory.members(account_, ada, 20)).total);
  EXPECT_EQ(0U, run(directory.members(account_, "nonsense", 20)).total);
}

TEST_F(LdapTest, TheListMayHaveSeveralPlaces) {
  settings_.base = "ou=groups,dc=example,dc=com";
  EXPECT_EQ(Names{}, names("lovelace"));
  settings_.more_bases = {"ou=people,dc=example,dc=com", "dc=example,dc=com"};
  EXPECT_EQ((Names{"Ada Lovelace"}), names("lovelace"));
  EXPECT_EQ((Names{"engineers"}), names("engin"));
}

TEST_F(LdapTest, ConnectionsAreProtectedAndServersKnown) {
  settings_.urls = {url("ldaps", "LDAPS_PORT")};
  EXPECT_EQ(std::nullopt, fault());
  // Not its name: libldap looks for this machine's own where the URL says localhost.
  settings_.urls = {url("ldaps", "LDAPS_PORT", "localhost")};
  EXPECT_EQ(Fault::Kind::unavailable, fault());
  settings_.urls = {url("ldaps", "LDAPS_PORT")};
  // Signed by nobody whom we trust.
  settings_.ca_file = "/etc/ssl/certs/ca-certificates.crt";
  EXPECT_EQ(Fault::Kind::unavailable, fault());
  settings_.urls = {url("ldap", "LDAP_PORT")};
  EXPECT_EQ(Fault::Kind::unavailable, fault());
  settings_.verify = false;
  EXPECT_EQ(std::nullopt, fault());
  settings_.encryption = Encryption::none;
  EXPECT_EQ(std::nullopt, fault());
}

TEST_F(LdapTest, AnotherServerIsAskedWhenOneIsDown) {
  const std::string good = settings_.urls.front();
  settings_.urls = {"ldap://127.0.0.1:1", good};
  LdapDirectory directory(settings_, clock_);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(1U, run(directory.find(account_, {.text = "lovelace"})).total);
  }
  settings_.urls = {"ldap://127.0.0.1:1"};
  EXPECT_EQ(Fault::Kind::unavailable, fault());
}

TEST_F(LdapTest, RefusalsAreFaults) {
  settings_.password = Secret("wrong");
  EXPECT_EQ(Fault::Kind::unavailable, fault());
  settings_.password = Secret("readerpw");
  settings_.base = "not a name";
  EXPECT_EQ(Fault::Kind::corrupt, fault());
}

TEST_F(LdapTest, OwnFilters) {
  settings_.listed = "(objectClass=groupOfNames)";
  EXPECT_EQ(Names{}, names("ada"));
  EXPECT_EQ((Names{"engineers"}), names("engineers"));
  settings_.listed = {};
  settings_.match = "(title=%s*)";
  EXPECT_EQ((Names{"Ada Lovelace"}), names("count"));
}

}  // namespace
}  // namespace godwit::interop
