#include "auth/network.hpp"

#include <gtest/gtest.h>

namespace godwit::auth {
namespace {

Address address(std::string_view text) { return Address::parse(text).value(); }
bool in(std::string_view network, std::string_view text) {
  return Network::parse(network).value().contains(address(text));
}

TEST(Address, SpellingsOfOnePeerAreEqual) {
  EXPECT_EQ(address("192.0.2.1"), address("::ffff:192.0.2.1"));
  EXPECT_EQ(address("192.0.2.1"), address("::FFFF:c000:201"));
  EXPECT_EQ(address("2001:db8::1"), address("2001:0db8:0:0:0:0:0:1"));
  EXPECT_EQ(address("fe80::1%eth0"), address("fe80::1"));
  EXPECT_EQ(address("1::"), address("1:0:0:0:0:0:0:0"));
  EXPECT_NE(address("::1"), address("::2"));
  EXPECT_TRUE(address("10.0.0.1").is_v4());
  EXPECT_FALSE(address("::").is_v4());
}

TEST(Address, OthersAreMalformed) {
  for (const auto* text : {"",
                           "1",
                           "1.2.3",
                           "1.2.3.4.",
                           "1.2.3.4.5",
                           "1.2.3.256",
                           "01.2.3.4",
                           "1.2.3.+4",
                           " 1.2.3.4",
                           ":",
                           ":::",
                           ":1",
                           "1:",
                           "1:2:3:4:5:6:7",
                           "1:2:3:4:5:6:7:8:9",
                           "1::2::3",
                           "12345::",
                           "g::",
                           "1:2:3:4:5:6:7::8",
                           "1.2.3.4::",
                           "::1.2.3",
                           "1:2:3:4:5:6:7:1.2.3.4",
                           "-1::",
                           "example.com"}) {
    EXPECT_FALSE(Address::parse(text).has_value()) << text;
  }
}

TEST(Network, ContainsItsAddresses) {
  EXPECT_TRUE(in("10.0.0.0/8", "10.255.0.1"));
  EXPECT_FALSE(in("10.0.0.0/8", "11.0.0.1"));
  EXPECT_TRUE(in("10.1.2.3/9", "10.127.0.1"));
  EXPECT_FALSE(in("10.1.2.3/9", "10.128.0.1"));
  EXPECT_TRUE(in("10.0.0.0/8", "::ffff:10.0.0.1"));
  EXPECT_TRUE(in("192.0.2.1", "192.0.2.1"));
  EXPECT_FALSE(in("192.0.2.1", "192.0.2.2"));
  EXPECT_TRUE(in("0.0.0.0/0", "255.0.0.1"));
  EXPECT_FALSE(in("0.0.0.0/0", "2001:db8::1"));
  EXPECT_TRUE(in("2001:db8::/32", "2001:db8:ffff::1"));
  EXPECT_FALSE(in("2001:db8::/32", "2001:db9::1"));
  EXPECT_TRUE(in("::/0", "2001:db9::1"));
  EXPECT_TRUE(in("::1/128", "::1"));
}

TEST(Network, OthersAreMalformed) {
  for (const auto* text : {"10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8/8",
                           "10/8", "/8", "10.0.0.0/8 "}) {
    EXPECT_FALSE(Network::parse(text).has_value()) << text;
  }
}

TEST(Network, ListsAreAskedAsOne) {
  const std::vector<Network> networks{Network::parse("10.0.0.0/8").value(),
                                      Network::parse("::1").value()};
  EXPECT_TRUE(contains(networks, address("::1")));
  EXPECT_FALSE(contains(networks, address("::2")));
  EXPECT_FALSE(contains({}, address("::2")));
}

}  // namespace
}  // namespace godwit::auth
