/// Looking for messages by what they hold. Part of backend_suite.hpp.
#pragma once

#include "conformance/backend_suite.hpp"

namespace godwit::conformance {

using backend::MailClause;
using backend::MailHits;
using backend::MailQuery;
using backend::MailTerm;
using Where = MailTerm::Where;

inline MailQuery words(std::string text, Where where = Where::anywhere) {
  MailQuery query;
  query.clauses.push_back({{{where, std::move(text)}}, false});
  return query;
}

inline std::string letter(const std::string& id, const std::string& from, const std::string& to,
                          const std::string& subject, const std::string& text) {
  return "From: " + from + "\r\nTo: " + to + "\r\nSubject: " + subject + "\r\nMessage-ID: <" + id +
         "@example.com>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
         "Content-Transfer-Encoding: 8bit\r\n\r\n" +
         text + "\r\n";
}

class SearchSuite : public BackendSuite {
 protected:
  void SetUp() override {
    BackendSuite::SetUp();
    box_ = make("Box");
    other_ = make("Other");
    using std::chrono::seconds;
    hedge_ = append(mail(), *box_,
                    letter("h", "Ada <ada@example.com>", "bob@example.com", "The tall hedge",
                           "It grows behind the house."),
                    {}, Time(seconds(1'700'000'000)));
    lunch_ = append(mail(), *box_,
                    letter("l", "Carla <carla@example.com>", "ada@example.com", "Lunch",
                           "Meet me at the hedge. Käsespätzle!"),
                    {}, Time(seconds(1'700'003'600)));
    plan_ = append(mail(), *other_,
                   letter("p", "Bob <bob@example.com>", "carla@example.com", "Plan", "All of it."),
                   {}, Time(seconds(1'700'007'200)));
  }

  /// What is found, newest first.
  std::vector<Uid> find(MailQuery query) { return find(std::move(query), {*box_}); }
  std::vector<Uid> find(MailQuery query, std::vector<FolderKey> folders) {
    const MailHits hits = found(std::move(query), std::move(folders), 100);
    EXPECT_EQ(hits.total, hits.hits.size());
    std::vector<Uid> out;
    for (const MailHits::Hit& hit : hits.hits) {
      EXPECT_LT(hit.folder, hits.folders.size());
      out.push_back(hit.uid);
    }
    return out;
  }
  MailHits found(MailQuery query, std::vector<FolderKey> folders, std::size_t hits_max) {
    return get(mail().find_messages(std::move(folders), std::move(query), hits_max));
  }

  std::optional<FolderKey> box_, other_;
  Uid hedge_ = 0, lunch_ = 0, plan_ = 0;
};

using Uids = std::vector<Uid>;

TEST_P(SearchSuite, WordsAreFoundInHeaderAndText) {
  EXPECT_EQ((Uids{lunch_, hedge_}), find(words("hedge")));
  EXPECT_EQ((Uids{lunch_, hedge_}), find(words("HEDGE")));
  EXPECT_EQ((Uids{hedge_}), find(words("grows")));
  EXPECT_EQ((Uids{hedge_}), find(words("behind the house")));
  EXPECT_EQ((Uids{}), find(words("elsewhere")));
  EXPECT_EQ((Uids{lunch_}), find(words("Käsespätzle")));
  EXPECT_EQ((Uids{lunch_}), find(words("carla@example.com")));
}

TEST_P(SearchSuite, WordsOfFields) {
  EXPECT_EQ((Uids{hedge_}), find(words("hedge", Where::subject)));
  EXPECT_EQ((Uids{lunch_}), find(words("hedge", Where::text)));
  EXPECT_EQ((Uids{hedge_}), find(words("ada", Where::from)));
  EXPECT_EQ((Uids{lunch_}), find(words("ada", Where::to)));
}

TEST_P(SearchSuite, ClausesAreCombined) {
  MailQuery both = words("hedge");
  both.clauses.push_back({{{Where::from, "carla"}}, false});
  EXPECT_EQ((Uids{lunch_}), find(both));
  MailQuery without = words("hedge");
  without.clauses.push_back({{{Where::from, "carla"}, {Where::from, "bob"}}, true});
  EXPECT_EQ((Uids{hedge_}), find(without));
  MailQuery either;
  either.clauses.push_back({{{Where::subject, "lunch"}, {Where::subject, "tall"}}, false});
  EXPECT_EQ((Uids{lunch_, hedge_}), find(either));
  MailQuery no_lunch;
  no_lunch.clauses.push_back({{{Where::anywhere, "lunch"}}, true});
  EXPECT_EQ((Uids{hedge_}), find(no_lunch));
}

TEST_P(SearchSuite, LimitsOfTimeAreExcluded) {
  const auto at = [](std::int64_t seconds) { return Time(std::chrono::seconds(seconds)); };
  MailQuery query;
  query.after = at(1'700'000'000);
  EXPECT_EQ((Uids{lunch_}), find(query));
  query.after = at(1'699'999'999);
  EXPECT_EQ((Uids{lunch_, hedge_}), find(query));
  query.before = at(1'700'003'600);
  EXPECT_EQ((Uids{hedge_}), find(query));
  query.after = at(1'700'003'600);
  query.before = at(1'800'000'000);
  EXPECT_EQ((Uids{}), find(query));
}

TEST_P(SearchSuite, CategoriesAreWholeNames) {
  if (!quirks().any_keyword) GTEST_SKIP() << "the server keeps no keywords";
  FlagChange change;
  change.keywords = std::vector<std::string>{"Garden"};
  ok(mail().store_flags(*box_, validity(*box_), lunch_, change));
  EXPECT_EQ((Uids{lunch_}), find(words("garden", Where::category)));
  EXPECT_EQ((Uids{}), find(words("gard", Where::category)));
  MailQuery both = words("tall");
  both.clauses.push_back({{{Where::category, "garden"}}, false});
  EXPECT_EQ((Uids{}), find(both));
}

TEST_P(SearchSuite, SeveralFoldersAreOneList) {
  EXPECT_EQ((Uids{plan_, lunch_}), find(words("carla"), {*box_, *other_}));
  const MailHits hits = found(words("carla"), {*box_, *other_}, 1);
  EXPECT_EQ(2U, hits.total);
  ASSERT_EQ(1U, hits.hits.size());
  EXPECT_EQ(*other_, hits.folders.at(hits.hits[0].folder).key);
  EXPECT_EQ(validity(*other_), hits.folders.at(hits.hits[0].folder).uid_validity);
}

TEST_P(SearchSuite, WhatIsGoneIsNotFound) {
  ok(mail().expunge(*box_, validity(*box_), UidSet{{hedge_, hedge_}}));
  EXPECT_EQ((Uids{lunch_}), find(words("hedge")));
  ok(mail().move(*box_, validity(*box_), lunch_, *other_));
  EXPECT_EQ((Uids{}), find(words("hedge")));
  EXPECT_EQ(1U, find(words("hedge"), {*other_}).size());
  ok(mail().delete_folder(*other_));
  EXPECT_EQ((Uids{}), find(words("hedge"), {*box_, *other_}));
}

TEST_P(SearchSuite, WhatIsNoWordIsHarmless) {
  for (const std::string text :
       {"\"", "*", "a\" OR b", "NEAR(", "{", "\r\nA1 NOOP", "(", "^hedge", "subject : x", "\x7F"}) {
    find(words(text));
    find(words(text, Where::from));
  }
  EXPECT_EQ((Uids{lunch_, hedge_}), find(words("hedge")));
}

}  // namespace godwit::conformance
