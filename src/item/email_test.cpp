#include "item/email.hpp"

#include <gtest/gtest.h>

namespace godwit {
namespace {

using Strings = std::vector<std::string>;

TEST(Categories, NamesSurviveTheWayThroughKeywords) {
  for (const std::string name :
       {"Work", "Purple Category", "R&D", "a&-b", "Ärger", "важное дело", "日本 & 語", "😀", "(x)",
        "$Forwarded", "NonJunk", "junk", "]", "100%", "\"quoted\"", "back\\slash", "a-b+c/d,e"}) {
    const std::string keyword = keyword_of_category(name);
    EXPECT_FALSE(keyword.empty());
    for (const char c : keyword) {
      EXPECT_TRUE(c > 0x20 && c < 0x7F &&
                  std::string_view("(){%*\"\\]").find(c) == std::string_view::npos)
          << keyword;
    }
    EXPECT_EQ(category_of_keyword(keyword), name) << keyword;
  }
  EXPECT_EQ(keyword_of_category("Work"), "Work");
  EXPECT_EQ(keyword_of_category("Purple Category"), "Purple&ACA-Category");
}

TEST(Categories, ForeignKeywordsAreTheirOwnNames) {
  EXPECT_EQ(category_of_keyword("R&D"), "R&D");
  EXPECT_EQ(category_of_keyword("a&!!-b"), "a&!!-b");
  EXPECT_EQ(category_of_keyword("$label1"), std::nullopt);
  EXPECT_EQ(category_of_keyword("NonJunk"), std::nullopt);
}

TEST(Categories, WhatIsNoCategoryStays) {
  const Strings keywords{"$MDNSent", "NonJunk", "Old", "R&D", "work"};
  EXPECT_EQ(categories_of(keywords), (Strings{"Old", "R&D", "work"}));
  EXPECT_EQ(keywords_with(keywords, {"Work", "R&D", "New one"}),
            (Strings{"$MDNSent", "New&ACA-one", "NonJunk", "R&D", "work"}));
  EXPECT_EQ(keywords_with(keywords, {}), (Strings{"$MDNSent", "NonJunk"}));
}

TEST(FollowUp, PacksWhole) {
  FollowUp flag;
  flag.status = FollowUp::Status::active;
  flag.type = "Flag for follow up";
  flag.subject = "ä";
  flag.start_date = Time(std::chrono::milliseconds(-5));
  flag.due_date = Time(std::chrono::milliseconds(1'700'000'000'123));
  flag.reminder_set = false;
  flag.sub_ordinal_date = "5555555";
  const auto again = unpack_follow_up(pack_follow_up(flag));
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, flag);
  EXPECT_FALSE(unpack_follow_up(""));
  EXPECT_FALSE(unpack_follow_up("\x02"));
}

TEST(FollowUp, TheMailboxDecidesAndDetailsGoWithIt) {
  FollowUp active;
  active.status = FollowUp::Status::active;
  active.type = "Call";
  FollowUp complete = active;
  complete.status = FollowUp::Status::complete;
  EXPECT_EQ(effective_follow_up(false, std::nullopt), std::nullopt);
  EXPECT_EQ(effective_follow_up(false, active), std::nullopt);
  EXPECT_EQ(effective_follow_up(false, complete), complete);
  EXPECT_EQ(effective_follow_up(true, active), active);
  EXPECT_EQ(effective_follow_up(true, complete)->status, FollowUp::Status::active);
  EXPECT_EQ(effective_follow_up(true, std::nullopt)->type, "Flag for follow up");
}

TEST(KeptMail, PacksWholeAndReadsWhatWasWrittenWithoutVerbs) {
  KeptMail kept;
  kept.flag = FollowUp{};
  kept.flag->status = FollowUp::Status::active;
  EXPECT_EQ(pack_kept(kept), pack_follow_up(*kept.flag));
  EXPECT_EQ(unpack_kept(pack_follow_up(*kept.flag)).value(), kept);
  kept.verb = Verb::reply_all;
  kept.verb_time = Time(std::chrono::milliseconds(1'700'000'000'123));
  EXPECT_EQ(unpack_kept(pack_kept(kept)).value(), kept);
  kept.flag.reset();
  EXPECT_EQ(unpack_kept(pack_kept(kept)).value(), kept);
  for (const std::string_view bad : {"", "\x02", "\x03", "\x02\x01x"}) {
    EXPECT_FALSE(unpack_kept(bad)) << bad.size();
  }
}

TEST(LastVerb, TheMailboxDecidesAndTheTimeGoesWithIt) {
  const Time when(std::chrono::seconds(5));
  const KeptMail all{std::nullopt, Verb::reply_all, when};
  const KeptMail forward{std::nullopt, Verb::forward, when};
  Flags flags;
  EXPECT_EQ(last_verb(flags, all).verb, Verb::unknown);
  flags.answered = true;
  EXPECT_EQ(last_verb(flags, all).verb, Verb::reply_all);
  EXPECT_EQ(last_verb(flags, all).time, when);
  EXPECT_EQ(last_verb(flags, {}).verb, Verb::reply);
  EXPECT_EQ(last_verb(flags, forward).verb, Verb::reply);
  EXPECT_EQ(last_verb(flags, forward).time, std::nullopt);
  flags.forwarded = true;
  EXPECT_EQ(last_verb(flags, all).verb, Verb::reply_all);
  EXPECT_EQ(last_verb(flags, forward).time, when);
  EXPECT_EQ(last_verb(flags, {}).verb, Verb::forward);
}

}  // namespace
}  // namespace godwit
