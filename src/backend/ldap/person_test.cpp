#include "backend/ldap/person.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace godwit::backend::ldap {
namespace {

using Values = std::vector<std::string>;

Entry entry(std::vector<std::pair<std::string, Values>> attributes) {
  Entry out;
  out.dn = "cn=x";
  out.attributes = std::move(attributes);
  return out;
}

// RFC 4516; [MS-ADA2] msExchDynamicDLFilter, msExchDynamicDLBaseDN.
TEST(LdapMembers, OfEveryKindOfGroup) {
  const GroupMembers members =
      members_of(entry({{"member", {"cn=a", "cn=b"}},
                        {"uniqueMember", {"cn=c"}},
                        {"memberURL",
                         {"ldap:///ou=x,dc=y??sub?(uid=*)", "ldap:///ou=%C3%BC?cn?one",
                          "ldap:///cn=z", "ldap://elsewhere.example.org/cn=z", "ldap:///cn=%zz"}},
                        {"msExchDynamicDLFilter", {"(&(department=Sales)(mail=*))"}},
                        {"msExchDynamicDLBaseDN", {"OU=Offices,DC=example,DC=com"}}}));
  EXPECT_EQ(members.names, (Values{"cn=a", "cn=b", "cn=c"}));
  EXPECT_EQ(members.searches,
            (std::vector<GroupSearch>{{"ou=x,dc=y", Scope::subtree, "(uid=*)"},
                                      {"ou=\xC3\xBC", Scope::children, "(objectClass=*)"},
                                      {"cn=z", Scope::entry, "(objectClass=*)"},
                                      {"OU=Offices,DC=example,DC=com", Scope::subtree,
                                       "(&(department=Sales)(mail=*))"}}));
}

TEST(LdapMembers, AnExchangeGroupIsOne) {
  const auto& names = names_of(LdapSettings::Preset::active_directory);
  const Entry group = entry({{"objectClass", {"top", "msExchDynamicDistributionList"}},
                             {"displayName", {"Sales"}},
                             {"mail", {"sales@example.com"}}});
  EXPECT_TRUE(directory_entry(group, names).is_group);
  EXPECT_FALSE(directory_entry(entry({{"objectClass", {"top", "person"}}}), names).is_group);
}

// RFC 2798 2.7: preferredLanguage. Exchange's own where that is not there.
TEST(LdapLanguage, IsTheFirstThatIsThere) {
  const auto& active = names_of(LdapSettings::Preset::active_directory);
  EXPECT_EQ(language_of(entry({{"msExchUserCulture", {"de-DE"}}}), active), "de-DE");
  EXPECT_EQ(
      language_of(entry({{"msExchUserCulture", {"de-DE"}}, {"preferredLanguage", {"fr"}}}), active),
      "fr");
  EXPECT_EQ(language_of(entry({{"preferredLanguage", {std::string(5000, 'x')}}}), active).size(),
            text_bytes_max);
  EXPECT_EQ(language_of(entry({}), active), "");
}

// RFC 4530; [MS-ADA3] objectGUID: 16 bytes.
TEST(LdapIdentity, OutlivesNames) {
  const auto& openldap = names_of(LdapSettings::Preset::openldap);
  const auto& active = names_of(LdapSettings::Preset::active_directory);
  const std::string uuid = "597ae2f6-16a6-1027-98f4-d28b5365dc14";
  EXPECT_EQ(identity_of(entry({{"entryUUID", {uuid}}}), openldap), "entryUUID=" + uuid);
  const std::string guid("\x01\x00 AAAAAAAAAA\xFF\n\r", 16);
  EXPECT_EQ(identity_of(entry({{"objectGUID", {guid}}}), active),
            "objectGUID=01002041414141414141414141ff0a0d");
  EXPECT_EQ(identity_of(entry({}), openldap), "dn=cn=x");
  Entry odd = entry({});
  odd.dn = "cn=a\nb";
  EXPECT_EQ(identity_of(odd, openldap), "dn=636e3d610a62");
  odd.dn = std::string(100'000, 'x');
  EXPECT_LE(identity_of(odd, openldap).size(), identity_bytes_max);
  Entry other = odd;
  other.dn += 'y';
  EXPECT_NE(identity_of(odd, openldap), identity_of(other, openldap));
}

// [MS-ASCMD] MaxSize (Picture): at most 100 KB.
TEST(LdapPhoto, OfAnySize) {
  const auto photo = [](std::size_t size) {
    return photo_of(entry({{"jpegPhoto", {std::string(size, 'x')}}}), "jpegPhoto");
  };
  EXPECT_EQ(photo(photo_bytes_max).bytes.size(), photo_bytes_max);
  EXPECT_EQ(photo(photo_bytes_max + 1).bytes, "");
  EXPECT_EQ(photo(photo_bytes_max + 1).size, photo_bytes_max + 1);
  EXPECT_EQ(photo_of(entry({}), "jpegPhoto").size, 0U);
  // Larger than what is read at all.
  Entry huge = entry({});
  huge.cut = true;
  EXPECT_GT(photo_of(huge, "jpegPhoto").size, photo_bytes_max);
}

}  // namespace
}  // namespace godwit::backend::ldap
