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
