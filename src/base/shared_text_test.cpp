#include "base/shared_text.hpp"

#include <gtest/gtest.h>

#include "base/id.hpp"

namespace godwit {
namespace {

TEST(SharedText, CopiesShareAndOutliveTheFirst) {
  SharedText copy;
  {
    const SharedText first("first.lastname@example.org");
    copy = first;
    EXPECT_EQ(copy.view().data(), first.view().data());
  }
  EXPECT_EQ(copy.view(), "first.lastname@example.org");
  const SharedText moved = std::move(copy);
  EXPECT_EQ(moved.view(), "first.lastname@example.org");
}

TEST(SharedText, ComparesByContent) {
  EXPECT_EQ(SharedText("a"), SharedText("a"));
  EXPECT_NE(SharedText("a"), SharedText("b"));
  EXPECT_LT(SharedText("a"), SharedText("b"));
  EXPECT_TRUE(SharedText("").empty());
  EXPECT_EQ(SharedText(), SharedText(""));
  const std::string_view zero("a\0b", 3);
  EXPECT_EQ(SharedText(zero).view(), zero);
}

TEST(SharedText, IdsOfUsersAreAsLargeAsAPointer) {
  const auto user = UserId::parse("ann@example.org").value();
  EXPECT_EQ(sizeof(user), sizeof(void*));
  UserId same = UserId::parse("bob@example.org").value();
  same = user;
  EXPECT_EQ(same.view().data(), user.view().data());
  EXPECT_EQ(std::hash<UserId>{}(same), std::hash<UserId>{}(*UserId::parse("ann@example.org")));
}

}  // namespace
}  // namespace godwit
