#include "item/uid_set.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace godwit {
namespace {

TEST(UidSet, MergesNeighbours) {
  UidSet set{{1, 3}, {5, 5}};
  EXPECT_EQ(set.str(), "1:3,5");
  set.add(4);
  EXPECT_EQ(set.str(), "1:5");
  set.remove(2, 3);
  EXPECT_EQ(set.str(), "1,4:5");
  EXPECT_EQ(set.count(), 3U);
}

TEST(UidSet, ParsesWhatItPrints) {
  const auto set = UidSet::parse("7,1:3,4294967295");
  ASSERT_TRUE(set);
  EXPECT_EQ(set->str(), "1:3,7,4294967295");
  EXPECT_FALSE(UidSet::parse("0"));
  EXPECT_FALSE(UidSet::parse("1:*"));
  EXPECT_FALSE(UidSet::parse("1,,2"));
  EXPECT_EQ(UidSet::parse("1,3,5", 2).error().code, Errc::too_large);
}

TEST(UidSet, TakesFromBothEnds) {
  const UidSet set{{1, 2}, {9, 10}};
  EXPECT_EQ(set.take_highest(3), (std::vector<Uid>{10, 9, 2}));
  EXPECT_EQ(set.take_lowest(3), (std::vector<Uid>{1, 2, 9}));
}

// Every operation agrees with std::set on random input.
TEST(UidSet, AgreesWithAPlainSet) {
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    UidSet a;
    UidSet b;
    std::set<Uid> plain_a;
    std::set<Uid> plain_b;
    for (int i = 0; i < 40; ++i) {
      const Uid first = random() % 60 + 1;
      const Uid last = first + random() % 5;
      const bool adds = random() % 3 != 0;
      UidSet& set = random() % 2 ? a : b;
      std::set<Uid>& plain = &set == &a ? plain_a : plain_b;
      adds ? set.add(first, last) : set.remove(first, last);
      for (Uid uid = first; uid <= last; ++uid) {
        if (adds)
          plain.insert(uid);
        else
          plain.erase(uid);
      }
    }
    const auto as_vector = [](const std::set<Uid>& set) {
      return std::vector<Uid>(set.begin(), set.end());
    };
    ASSERT_EQ(a.to_vector(), as_vector(plain_a));
    std::set<Uid> both;
    std::set<Uid> only_a;
    for (const Uid uid : plain_a) (plain_b.contains(uid) ? both : only_a).insert(uid);
    ASSERT_EQ(a.intersect(b).to_vector(), as_vector(both));
    ASSERT_EQ(a.minus(b).to_vector(), as_vector(only_a));
    for (Uid uid = 1; uid < 70; ++uid) ASSERT_EQ(a.contains(uid), plain_a.contains(uid));
  }
}

}  // namespace
}  // namespace godwit
