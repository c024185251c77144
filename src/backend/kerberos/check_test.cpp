#include "backend/kerberos/check.hpp"

#include <gtest/gtest.h>

namespace godwit::backend {
namespace {

std::string login(std::string_view principal, const std::string& domain = {}) {
  return login_of_principal(principal, "EXAMPLE.ORG", domain).value_or("refused");
}

TEST(Principal, IsItsUsersMailbox) {
  EXPECT_EQ(login("ann@EXAMPLE.ORG"), "ann@example.org");
  EXPECT_EQ(login("ann@EXAMPLE.ORG", "mail.example"), "ann@mail.example");
}

TEST(Principal, OfOthersIsNone) {
  for (const char* const other :
       {"ann", "ann@example.org", "ann@OTHER.ORG", "@EXAMPLE.ORG", "ann/admin@EXAMPLE.ORG",
        "HTTP/mail.example.org@EXAMPLE.ORG", "bob\\@x@EXAMPLE.ORG", "a b@EXAMPLE.ORG",
        "bj\xC3\xB6rn@EXAMPLE.ORG", "WELLKNOWN/ANONYMOUS@WELLKNOWN:ANONYMOUS"}) {
    EXPECT_EQ(login(other), "refused") << other;
  }
}

}  // namespace
}  // namespace godwit::backend
