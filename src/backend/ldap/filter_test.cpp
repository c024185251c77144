#include "backend/ldap/filter.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "backend/ldap/ldap.hpp"

namespace godwit::backend::ldap {
namespace {

using Words = std::vector<std::string>;

TEST(Filter, ValuesMeanThemselves) {
  EXPECT_EQ("Ann", escape_filter("Ann"));
  EXPECT_EQ("\\2a\\28\\29\\5c", escape_filter("*()\\"));
  EXPECT_EQ("a\\00b", escape_filter(std::string_view("a\0b", 3)));
  EXPECT_EQ("a\\0ab\\7f", escape_filter("a\nb\x7F"));
  EXPECT_EQ("Müller", escape_filter("Müller"));
  EXPECT_EQ("\\ff\\c3", escape_filter("\xFF\xC3"));
}

// What gets into a filter from outside stays one assertion value, whatever it is.
TEST(Filter, NothingGetsOutOfItsPlace) {
  for (const std::string evil :
       {"*)(uid=*", "x)(|(userPassword=*))", "\\2a", "*", "admin*)((|userPassword=*)", ")", "(",
        "%s", "a)(&", "\\", "x\\29(objectClass=*"}) {
    const std::string filter = search_filter("(mail=*)", "(|(cn=%s*)(uid=%s))", {evil});
    EXPECT_TRUE(is_filter_pattern(fill_pattern("(cn=%s)", "x"))) << evil;
    // As many parentheses and stars as without it.
    const auto count = [&](char c) { return std::ranges::count(filter, c); };
    EXPECT_EQ(5, count('(')) << filter;
    EXPECT_EQ(5, count(')')) << filter;
    EXPECT_EQ(2, count('*')) << filter;
  }
}

TEST(Filter, PatternsAreFilled) {
  EXPECT_EQ("(|(cn=ann*)(mail=ann*))", fill_pattern("(|(cn=%s*)(mail=%s*))", "ann"));
  EXPECT_EQ("(cn=100% ann)", fill_pattern("(cn=100%% %s)", "ann"));
  EXPECT_EQ("(cn=%s)", fill_pattern("(cn=%s)", "%s"));
  EXPECT_EQ("(&(mail=*)(cn=a*)(cn=b*))", search_filter("(mail=*)", "(cn=%s*)", {"a", "b"}));
}

TEST(Filter, PatternsAreChecked) {
  for (const std::string good : {"(cn=%s)", "(&(a=%s)(!(b=1)))", "(cn=100%%)"}) {
    EXPECT_TRUE(is_filter_pattern(good)) << good;
  }
  for (const std::string bad :
       {"", "cn=%s", "(cn=%s", "(cn=%s))", "(a=1)(b=2)", "(cn=%d)", "(cn=%", "(a=%s) "}) {
    EXPECT_FALSE(is_filter_pattern(bad)) << bad;
  }
}

TEST(Filter, QueriesAreCutIntoWords) {
  EXPECT_EQ((Words{"Lovelace", "Ada"}), query_words("  Lovelace, Ada "));
  EXPECT_EQ(Words{}, query_words(" ,; "));
  EXPECT_EQ(16U, query_words(std::string(200, 'x') + " a b c d e f g h i j k l m n o p q").size());
}

TEST(LdapSettings, WhatCannotWorkIsSaid) {
  LdapSettings good{.urls = {"ldap://a", "LDAPS://b:636"}, .base = "dc=example"};
  EXPECT_EQ("", check_ldap_settings(good));
  const auto wrong = [&](auto change) {
    LdapSettings settings = good;
    change(settings);
    return !check_ldap_settings(settings).empty();
  };
  EXPECT_TRUE(wrong([](LdapSettings& s) { s.urls.clear(); }));
  EXPECT_TRUE(wrong([](LdapSettings& s) { s.urls = {"host"}; }));
  EXPECT_TRUE(wrong([](LdapSettings& s) { s.base.clear(); }));
  EXPECT_TRUE(wrong([](LdapSettings& s) { s.match = "(cn=*)"; }));
  EXPECT_TRUE(wrong([](LdapSettings& s) { s.listed = "mail=*"; }));
}

TEST(Login, HasParts) {
  const auto parts = [](std::string_view login) {
    const LoginParts out = login_parts(login);
    return out.login + '|' + out.name + '|' + out.domain;
  };
  EXPECT_EQ(parts("ann"), "ann|ann|");
  EXPECT_EQ(parts("ann@example.org"), "ann@example.org|ann|example.org");
  EXPECT_EQ(parts("EXAMPLE\\ann"), "ann|ann|EXAMPLE");
  EXPECT_EQ(parts("EXAMPLE\\ann@example.org"), "ann@example.org|ann|example.org");
}

TEST(Login, IsNeverMoreThanAValueOfAFilter) {
  EXPECT_EQ(fill_filter("(|(uid={name})(mail={login})(o={domain}))", login_parts("ann@x.org")),
            "(|(uid=ann)(mail=ann@x.org)(o=x.org))");
  for (const std::string pattern : {"(a={login})", "(a={name})", "(a={domain})"}) {
    for (const std::string evil : {"*", "a)(uid=*", "a))(|(b=*", "\\2a", "a\\*"}) {
      // In each place of a login: before a backslash, before and after an @.
      for (const std::string& login : {evil, evil + "@" + evil, evil + "\\" + evil}) {
        const std::string filled = fill_filter(pattern, login_parts(login));
        EXPECT_EQ(std::ranges::count(filled, '('), 1) << filled;
        EXPECT_EQ(std::ranges::count(filled, ')'), 1) << filled;
        EXPECT_EQ(std::ranges::count(filled, '*'), 0) << filled;
      }
    }
  }
  // What a value brings along is no place.
  EXPECT_EQ(fill_filter("(a={name})(b={domain})", login_parts("{domain}@x")), "(a={domain})(b=x)");
}

TEST(Login, IsNeverMoreThanAValueOfAName) {
  EXPECT_EQ(fill_dn("uid={name},dc=x", login_parts("ann")), "uid=ann,dc=x");
  EXPECT_EQ(fill_dn("uid={name},dc=x", login_parts("a,ou=b")), "uid=a\\2cou\\3db,dc=x");
  EXPECT_EQ(escape_dn(" #a+b\"<>;\\= "), "\\20\\23a\\2bb\\22\\3c\\3e\\3b\\5c\\3d\\20");
  EXPECT_EQ(escape_dn(std::string_view("a\0b\n", 4)), "a\\00b\\0a");
  EXPECT_EQ(escape_dn("j\xC3\xBCrgen"), "j\xC3\xBCrgen");
  EXPECT_EQ(escape_dn("j\xFC"), "j\\fc");
  EXPECT_EQ(escape_dn("two words"), "two words");
}

TEST(PrimaryGroup, IsTheAccountsDomainWithItsOwnNumber) {
  using namespace std::string_view_literals;
  const auto account = "\x01\x02\0\0\0\0\0\x05\x15\0\0\0\x4F\x04\0\0"sv;
  EXPECT_EQ(primary_group_filter(account, "513"),
            "(objectSid=\\01\\02\\00\\00\\00\\00\\00\\05\\15\\00\\00\\00\\01\\02\\00\\00)");
  for (const std::string_view sid : {""sv, "\x01\0\0\0\0\0\0\x05"sv, account.substr(4),
                                     account.substr(0, 15), "S-1-5-21-1-1103"sv}) {
    EXPECT_EQ(primary_group_filter(sid, "513"), "");
  }
  EXPECT_EQ(primary_group_filter(account, ""), "");
  EXPECT_EQ(primary_group_filter(account, "-1"), "");
}

TEST(Login, PatternsNameIt) {
  EXPECT_TRUE(is_login_pattern("uid={name},dc={domain}"));
  EXPECT_FALSE(is_login_pattern("uid=ann"));
  EXPECT_FALSE(is_login_pattern("uid={user}"));
  EXPECT_FALSE(is_login_pattern("uid={login}}"));
}

}  // namespace
}  // namespace godwit::backend::ldap
