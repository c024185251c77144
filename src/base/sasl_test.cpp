#include "base/sasl.hpp"

#include <gtest/gtest.h>

#include "base/bytes.hpp"

namespace godwit {
namespace {

std::string said(TokenMechanism mechanism, std::string_view login) {
  return base64_decode(token_credentials(
                           mechanism, {.login = login, .host = "server.example.com", .port = 143},
                           Secret("vF9dft4qmT")))
      .value();
}

TEST(Sasl, SaysATokenAsItsRfcDoes) {
  // RFC 7628 4.1, with one name for the user.
  EXPECT_EQ(said(TokenMechanism::oauthbearer, "user@example.com"),
            "n,a=user@example.com,\x01host=server.example.com\x01port=143\x01"
            "auth=Bearer vF9dft4qmT\x01\x01");
  EXPECT_TRUE(said(TokenMechanism::oauthbearer, "a,b=c").starts_with("n,a=a=2Cb=3Dc,\x01"));
  EXPECT_EQ(said(TokenMechanism::xoauth2, "user@example.com"),
            "user=user@example.com\x01"
            "auth=Bearer vF9dft4qmT\x01\x01");
  EXPECT_EQ(base64_decode(token_farewell(TokenMechanism::oauthbearer)), "\x01");
  EXPECT_EQ(token_farewell(TokenMechanism::xoauth2), "");
}

}  // namespace
}  // namespace godwit
