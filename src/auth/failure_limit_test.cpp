#include "auth/failure_limit.hpp"

#include <gtest/gtest.h>

namespace godwit::auth {
namespace {

using std::chrono::seconds;

constexpr FailureLimit::Limits limits{.user_failures_free = 3,
                                      .address_failures_free = 5,
                                      .device_failures_max = 4,
                                      .delay_first = seconds(10),
                                      .delay_max = seconds(60),
                                      .forget_after = seconds(600),
                                      .known_for = seconds(86'400),
                                      .entries_max = 100};

class FailureLimitTest : public testing::Test {
 protected:
  static FailureLimit::Attempt attempt(std::string_view user, std::string_view device = "",
                                       std::string_view from = "192.0.2.1") {
    return {user, device, Address::parse(from).value()};
  }
  /// Seconds to wait; 0 = may go ahead.
  long wait(const FailureLimit::Attempt& what) {
    return limit_.admit(what).value_or(seconds(0)).count();
  }
  void fail(const FailureLimit::Attempt& what, int times = 1) {
    for (int i = 0; i < times; ++i) limit_.failed(what);
  }

  ManualClock clock_;
  FailureLimit limit_{clock_, limits, {Network::parse("10.0.0.0/8").value()}};
};

TEST_F(FailureLimitTest, AFewFailuresAreFree) {
  fail(attempt("ann"), 2);
  EXPECT_EQ(wait(attempt("ann")), 0);
}

TEST_F(FailureLimitTest, FurtherOnesDoubleTheWaitUpToItsMaximum) {
  fail(attempt("ann"), 3);
  EXPECT_EQ(wait(attempt("ann")), 10);
  EXPECT_EQ(wait(attempt("ANN", "", "198.51.100.9")), 10);  // wherever it comes from
  clock_.advance(std::chrono::milliseconds(1));
  EXPECT_EQ(wait(attempt("ann")), 10);  // rounded up
  clock_.advance(seconds(10));
  EXPECT_EQ(wait(attempt("ann")), 0);
  fail(attempt("ann"));
  EXPECT_EQ(wait(attempt("ann")), 20);
  fail(attempt("ann"), 100);
  EXPECT_EQ(wait(attempt("ann")), 60);
}

TEST_F(FailureLimitTest, WhoLooksTakesNobodysTurn) {
  EXPECT_EQ(limit_.waiting("ann"), seconds(0));
  fail(attempt("ann"), 3);
  EXPECT_EQ(limit_.waiting("Ann"), seconds(10));
  clock_.advance(seconds(11));
  EXPECT_EQ(limit_.waiting("ann"), seconds(0));
  EXPECT_EQ(limit_.waiting("ann"), seconds(0));
  EXPECT_EQ(wait(attempt("ann")), 0);
}

TEST_F(FailureLimitTest, WhoIsNotKnownCountsForTheAddressAlone) {
  fail(attempt("", "phone"), 4);
  EXPECT_EQ(wait(attempt("", "phone")), 0);
  fail(attempt("", "phone"));
  EXPECT_EQ(wait(attempt("", "phone")), 10);
  EXPECT_EQ(wait(attempt("", "phone", "192.0.2.2")), 0);
}

TEST_F(FailureLimitTest, OneAttemptTakesTheTurn) {
  fail(attempt("ann"), 3);
  clock_.advance(seconds(10));
  EXPECT_EQ(wait(attempt("ann")), 0);
  EXPECT_EQ(wait(attempt("ann")), 10);
}

TEST_F(FailureLimitTest, OtherUsersAreNotDelayed) {
  fail(attempt("ann", "", "192.0.2.7"), 4);
  EXPECT_EQ(wait(attempt("bob")), 0);
}

TEST_F(FailureLimitTest, AnAddressThatTriesManyUsersIsDelayed) {
  for (const auto* user : {"a", "b", "c", "d", "e"}) fail(attempt(user));
  EXPECT_EQ(wait(attempt("f")), 10);
  EXPECT_EQ(wait(attempt("f", "", "192.0.2.2")), 0);
}

TEST_F(FailureLimitTest, ASiteOfIpv6AddressesIsOne) {
  for (const auto* from :
       {"2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8::4", "2001:db8::5"}) {
    fail(attempt(from, "", from));
  }
  EXPECT_EQ(wait(attempt("ann", "", "2001:db8::ffff:6")), 10);
  EXPECT_EQ(wait(attempt("ann", "", "2001:db8:0:1::6")), 0);
}

TEST_F(FailureLimitTest, APhoneThatSignedInLatelyIsNeverDelayed) {
  limit_.succeeded(attempt("ann", "phone1"));
  fail(attempt("ann", "", "198.51.100.9"), 50);
  fail(attempt("bob", "x"), 50);  // from the phone's own address
  EXPECT_EQ(wait(attempt("ann", "PHONE1")), 0);
  EXPECT_GT(wait(attempt("ann", "phone2")), 0);
  EXPECT_GT(wait(attempt("bob", "phone1")), 0);
  clock_.advance(seconds(86'400));
  fail(attempt("ann"), 3);
  EXPECT_GT(wait(attempt("ann", "phone1")), 0);
}

TEST_F(FailureLimitTest, APhoneThatKeepsFailingIsLikeAnyOther) {
  limit_.succeeded(attempt("ann", "phone1"));
  fail(attempt("ann", "phone1"), 3);
  EXPECT_EQ(wait(attempt("ann", "phone1")), 0);
  fail(attempt("ann", "phone1"));
  EXPECT_GT(wait(attempt("ann", "phone1")), 0);
  limit_.succeeded(attempt("ann", "phone1"));
  EXPECT_EQ(wait(attempt("ann", "phone1")), 0);
}

TEST_F(FailureLimitTest, SuccessDoesNotPardonTheGuesser) {
  fail(attempt("ann", "evil", "198.51.100.9"), 3);
  limit_.succeeded(attempt("ann", "phone1"));
  EXPECT_EQ(wait(attempt("ann", "evil", "198.51.100.9")), 10);
}

TEST_F(FailureLimitTest, ASuccessWithoutDeviceMakesNobodyKnown) {
  limit_.succeeded(attempt("ann"));
  fail(attempt("ann"), 3);
  EXPECT_EQ(wait(attempt("ann")), 10);
}

TEST_F(FailureLimitTest, FailuresAreForgotten) {
  fail(attempt("ann"), 3);
  clock_.advance(seconds(600));
  fail(attempt("ann"));
  EXPECT_EQ(wait(attempt("ann")), 0);
  fail(attempt("ann"), 2);
  EXPECT_GT(wait(attempt("ann")), 0);
  limit_.forget_user("Ann");
  EXPECT_EQ(wait(attempt("ann")), 0);
}

TEST_F(FailureLimitTest, AllowedNetworksAreNotCounted) {
  fail(attempt("ann", "", "10.1.1.1"), 50);
  EXPECT_EQ(wait(attempt("ann", "", "10.1.1.1")), 0);
  EXPECT_EQ(wait(attempt("ann")), 0);
  fail(attempt("ann"), 3);
  EXPECT_EQ(wait(attempt("ann", "", "10.1.1.1")), 0);
}

TEST_F(FailureLimitTest, MemoryIsBounded) {
  fail(attempt("ann"), 3);
  for (int i = 0; i < 99; ++i) fail(attempt(std::to_string(i), "", "10.0.0.1"));  // not counted
  EXPECT_GT(wait(attempt("ann")), 0);
  for (int i = 0; i < 100; ++i) {
    fail(attempt(std::to_string(i), "", "198.51.100." + std::to_string(i)));
  }
  EXPECT_EQ(wait(attempt("ann")), 0);  // the oldest is forgotten
}

TEST_F(FailureLimitTest, AClockSetBackDoesNotBlockForLong) {
  fail(attempt("ann"), 3);
  clock_.advance(seconds(-100'000));
  EXPECT_LE(wait(attempt("ann")), 60);
}

}  // namespace
}  // namespace godwit::auth
