#include "auth/credentials.hpp"

#include <gtest/gtest.h>

#include "base/bytes.hpp"

namespace godwit::auth {
namespace {

Result<Credentials> basic(std::string_view pair) {
  return parse_authorization("Basic " + base64_encode(pair));
}

TEST(Credentials, ReadsBasic) {
  const auto credentials = basic("ann@example.com:pass:word ");
  ASSERT_TRUE(credentials.has_value());
  EXPECT_EQ(credentials->user, "ann@example.com");
  EXPECT_EQ(credentials->name.login, "ann");
  EXPECT_EQ(credentials->name.domain, "example.com");
  EXPECT_EQ(credentials->password.reveal(), "pass:word ");
  EXPECT_TRUE(parse_authorization("  bASIC   YTpi ").has_value());  // a:b
}

TEST(Credentials, TakesUtf8AndLatin1) {
  EXPECT_EQ(basic("j\xC3\xBCrgen:\xE2\x82\xAC")->password.reveal(), "\xE2\x82\xAC");
  const auto latin1 = basic("j\xFCrgen:p\xE4ss");
  ASSERT_TRUE(latin1.has_value());
  EXPECT_EQ(latin1->user, "j\xC3\xBCrgen");
  EXPECT_EQ(latin1->password.reveal(), "p\xC3\xA4ss");
}

TEST(Credentials, RefusesTheRest) {
  EXPECT_EQ(parse_authorization("").error().code, Errc::incomplete);
  EXPECT_EQ(parse_authorization("Digest abc").error().code, Errc::unsupported);
  EXPECT_EQ(parse_authorization("BasicYTpi").error().code, Errc::unsupported);
  EXPECT_EQ(parse_authorization("Basic").error().code, Errc::malformed);
  EXPECT_EQ(parse_authorization("Basic !").error().code, Errc::malformed);
  EXPECT_EQ(basic("ann").error().code, Errc::malformed);
  EXPECT_EQ(basic(":secret").error().code, Errc::malformed);
  EXPECT_EQ(basic("ann:").error().code, Errc::refused);
  EXPECT_EQ(basic({"a\0b:c", 5}).error().code, Errc::malformed);
  EXPECT_EQ(basic("ann:a\r\nb").error().code, Errc::malformed);
  EXPECT_EQ(parse_authorization("Basic " + std::string(authorization_max, 'A')).error().code,
            Errc::too_large);
  EXPECT_EQ(basic(std::string(user_name_max + 1, 'a') + ":b").error().code, Errc::too_large);
  EXPECT_EQ(basic("a:" + std::string(password_max + 1, 'b')).error().code, Errc::too_large);
}

TEST(Credentials, ReadsBearer) {
  const auto credentials = parse_authorization(" bearer  abc.DEF-_~+/09== ");
  ASSERT_TRUE(credentials.has_value());
  EXPECT_EQ(credentials->scheme, Scheme::bearer);
  EXPECT_EQ(credentials->password.reveal(), "abc.DEF-_~+/09==");
  EXPECT_EQ(credentials->user, "");
  EXPECT_EQ(basic("ann:abc")->scheme, Scheme::password);
  EXPECT_EQ(parse_authorization("Bearer").error().code, Errc::incomplete);
  EXPECT_EQ(parse_authorization("Bearer  ").error().code, Errc::incomplete);
  EXPECT_EQ(parse_authorization("Bearer a b").error().code, Errc::malformed);
  EXPECT_EQ(parse_authorization("Bearer a\x01").error().code, Errc::malformed);
  EXPECT_EQ(parse_authorization("Bearer a\"").error().code, Errc::malformed);
  EXPECT_TRUE(parse_authorization("Bearer " + std::string(authorization_max - 7, 'a')));
  EXPECT_EQ(parse_authorization("Bearer " + std::string(authorization_max - 6, 'a')).error().code,
            Errc::too_large);
}

TEST(UserName, IsTakenApart) {
  struct Case {
    const char *user, *login, *domain;
  };
  for (const auto& [user, login, domain] :
       {Case{"ann", "ann", ""}, Case{"ann@example.com", "ann", "example.com"},
        Case{"EXAMPLE\\ann", "ann", "EXAMPLE"}, Case{"\\ann", "ann", ""},
        Case{"EXAMPLE\\ann@example.com", "ann", "example.com"}, Case{"ann@", "ann", ""},
        Case{"\"a@b\"@example.com", "\"a@b\"", "example.com"}, Case{"a\\b\\c", "b\\c", "a"}}) {
    const auto name = split_user_name(user);
    ASSERT_TRUE(name.has_value()) << user;
    EXPECT_EQ(name->login, login) << user;
    EXPECT_EQ(name->domain, domain) << user;
  }
  for (const auto* user : {"", "@example.com", "EXAMPLE\\", "\\@x"}) {
    EXPECT_EQ(split_user_name(user).error().code, Errc::malformed) << user;
  }
}

}  // namespace
}  // namespace godwit::auth
