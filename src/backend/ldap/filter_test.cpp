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

}  // namespace
}  // namespace godwit::backend::ldap
