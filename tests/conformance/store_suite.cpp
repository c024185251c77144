#include "conformance/store_suite.hpp"

#include <array>
#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

#include "run.hpp"

namespace godwit::store::test {

using godwit::test::run;

void StoreSuite::SetUp() {
  fixture_ = GetParam()();
  if (const std::string reason = fixture_->unavailable(); !reason.empty()) GTEST_SKIP() << reason;
  store_ = fixture_->open();
}

void StoreSuite::TearDown() { store_.reset(); }

std::optional<Record> StoreSuite::get(const Key& key) { return run(store_->get(key)); }

bool StoreSuite::commit(std::vector<Write> batch) { return run(store_->commit(std::move(batch))); }

std::vector<std::string> StoreSuite::names(const std::string& user, Kind kind,
                                           const std::string& prefix, const std::string& after,
                                           std::size_t limit) {
  std::vector<std::string> names;
  for (const Record& record : run(store_->list(user, kind, prefix, after, limit))) {
    EXPECT_EQ(record.key.user, user);
    EXPECT_EQ(record.key.kind, kind);
    EXPECT_EQ(record.value, "v" + record.key.name);
    names.push_back(record.key.name);
  }
  return names;
}

namespace {

using Names = std::vector<std::string>;

const Key phone{"ann", Kind::device, "phone"};

Key device(std::string user, std::string name) {
  return {std::move(user), Kind::device, std::move(name)};
}

/// Writes records of which each has the value "v" + its name.
std::vector<Write> filling(const std::string& user, const Names& names) {
  std::vector<Write> batch;
  for (const std::string& name : names) batch.push_back({device(user, name), {}, "v" + name});
  return batch;
}

}  // namespace

TEST_P(StoreSuite, AnEmptyStoreHasNothing) {
  EXPECT_FALSE(get(phone));
  EXPECT_TRUE(run(store_->list("ann", Kind::device, "", "", 10)).empty());
  EXPECT_TRUE(run(store_->list_all(Kind::device, {}, 10)).empty());
  EXPECT_TRUE(commit({}));
}

TEST_P(StoreSuite, WhatIsWrittenIsRead) {
  ASSERT_TRUE(commit({{phone, {}, "one"}}));
  const auto first = get(phone);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->key, phone);
  EXPECT_EQ(first->revision, 1U);
  EXPECT_EQ(first->value, "one");
  ASSERT_TRUE(commit({{phone, {}, "two"}}));
  const auto second = get(phone);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->revision, 2U);
  EXPECT_EQ(second->value, "two");
}

TEST_P(StoreSuite, KeysDifferInEveryPart) {
  const std::array keys = {phone,
                           Key{"bob", Kind::device, "phone"},
                           Key{"ann", Kind::hierarchy, "phone"},
                           Key{"ann", Kind::device, "Phone"},
                           Key{"", Kind::device, "phone"},
                           Key{"ann", Kind::device, ""}};
  for (const Key& key : keys) {
    ASSERT_TRUE(commit({{key, 0, key.user + "/" + key.name}}));
  }
  for (const Key& key : keys) {
    const auto record = get(key);
    ASSERT_TRUE(record);
    EXPECT_EQ(record->value, key.user + "/" + key.name);
    EXPECT_EQ(record->revision, 1U);
  }
}

TEST_P(StoreSuite, InsertsOnlyWhatIsAbsent) {
  EXPECT_TRUE(commit({{phone, 0, "one"}}));
  EXPECT_FALSE(commit({{phone, 0, "two"}}));
  EXPECT_EQ(get(phone)->value, "one");
  EXPECT_EQ(get(phone)->revision, 1U);
}

TEST_P(StoreSuite, ComparesAndSets) {
  EXPECT_FALSE(commit({{phone, 1, "zero"}}));
  ASSERT_TRUE(commit({{phone, {}, "one"}}));
  EXPECT_FALSE(commit({{phone, 2, "two"}}));
  EXPECT_TRUE(commit({{phone, 1, "two"}}));
  EXPECT_FALSE(commit({{phone, 1, "three"}}));
  EXPECT_EQ(get(phone)->value, "two");
  EXPECT_EQ(get(phone)->revision, 2U);
}

TEST_P(StoreSuite, RemovesWithTheRightRevisionOnly) {
  EXPECT_TRUE(commit({{phone, {}, std::nullopt}}));
  EXPECT_TRUE(commit({{phone, 0, std::nullopt}}));
  EXPECT_FALSE(commit({{phone, 1, std::nullopt}}));
  ASSERT_TRUE(commit({{phone, {}, "one"}}));
  EXPECT_FALSE(commit({{phone, 0, std::nullopt}}));
  EXPECT_FALSE(commit({{phone, 2, std::nullopt}}));
  EXPECT_TRUE(get(phone));
  EXPECT_TRUE(commit({{phone, 1, std::nullopt}}));
  EXPECT_FALSE(get(phone));
  ASSERT_TRUE(commit({{phone, 0, "again"}}));
  EXPECT_EQ(get(phone)->revision, 1U);
  EXPECT_TRUE(commit({{phone, {}, std::nullopt}}));
  EXPECT_FALSE(get(phone));
}

TEST_P(StoreSuite, ABatchIsAllOrNothing) {
  ASSERT_TRUE(commit({{device("ann", "a"), {}, "1"}, {device("ann", "b"), {}, "1"}}));
  EXPECT_FALSE(commit({{device("ann", "a"), 1, "2"},
                       {device("ann", "b"), 7, "2"},
                       {device("ann", "c"), 0, "2"},
                       {device("bob", "d"), {}, "2"}}));
  EXPECT_EQ(get(device("ann", "a"))->revision, 1U);
  EXPECT_FALSE(get(device("ann", "c")));
  EXPECT_FALSE(get(device("bob", "d")));
  EXPECT_TRUE(commit({{device("bob", "d"), {}, "2"},
                      {device("ann", "b"), 1, std::nullopt},
                      {device("ann", "a"), 1, "2"},
                      {device("ann", "c"), 0, "2"}}));
  EXPECT_EQ(get(device("ann", "a"))->value, "2");
  EXPECT_FALSE(get(device("ann", "b")));
  EXPECT_EQ(get(device("ann", "c"))->value, "2");
  EXPECT_EQ(get(device("bob", "d"))->value, "2");
}

TEST_P(StoreSuite, AKeyTwiceInABatchIsABug) {
  EXPECT_THROW(commit({{phone, {}, "1"}, {phone, {}, "2"}}), std::logic_error);
  EXPECT_FALSE(get(phone));
}

TEST_P(StoreSuite, GetsManyInTheOrderAsked) {
  ASSERT_TRUE(commit(filling("ann", {"a", "b"})));
  const auto records = run(store_->get_many(
      {device("ann", "b"), device("ann", "x"), device("ann", "a"), device("ann", "b")}));
  ASSERT_EQ(records.size(), 4U);
  EXPECT_EQ(records[0]->value, "vb");
  EXPECT_FALSE(records[1]);
  EXPECT_EQ(records[2]->value, "va");
  EXPECT_EQ(records[3]->value, "vb");
  EXPECT_TRUE(run(store_->get_many({})).empty());
}

TEST_P(StoreSuite, ListsByNameWithPrefixAndLimit) {
  ASSERT_TRUE(commit(filling("ann", {"p/2", "p/1", "p/10", "q", "P", "p", "p0", "\xFF\xFF", "é"})));
  ASSERT_TRUE(commit(filling("ann2", {"p/0"})));
  ASSERT_TRUE(commit({{{"ann", Kind::folders, "p/3"}, {}, "x"}}));
  EXPECT_EQ(names("ann", Kind::device, "", "", 100),
            (Names{"P", "p", "p/1", "p/10", "p/2", "p0", "q", "é", "\xFF\xFF"}));
  EXPECT_EQ(names("ann", Kind::device, "p/", "", 100), (Names{"p/1", "p/10", "p/2"}));
  EXPECT_EQ(names("ann", Kind::device, "p/", "p/1", 1), (Names{"p/10"}));
  EXPECT_EQ(names("ann", Kind::device, "p/", "p/2", 5), Names{});
  EXPECT_EQ(names("ann", Kind::device, "p/", "a", 1), (Names{"p/1"}));
  EXPECT_EQ(names("ann", Kind::device, "p/", "z", 5), Names{});
  EXPECT_EQ(names("ann", Kind::device, "\xFF", "", 5), (Names{"\xFF\xFF"}));
  EXPECT_EQ(names("ann", Kind::device, "", "", 0), Names{});
  EXPECT_EQ(names("ann", Kind::device, "", "", std::string::npos).size(), 9U);
}

TEST_P(StoreSuite, PagesThroughAllUsersOfAKind) {
  ASSERT_TRUE(commit(filling("bob", {"1", "2"})));
  ASSERT_TRUE(commit(filling("ann", {"1", "3", ""})));
  ASSERT_TRUE(commit({{{"ann", Kind::folders, ""}, {}, "x"}}));
  std::vector<std::pair<std::string, std::string>> seen;
  Key after{"", Kind::device, ""};
  for (;;) {
    const auto page = run(store_->list_all(Kind::device, after, 2));
    for (const Record& record : page) seen.emplace_back(record.key.user, record.key.name);
    if (page.size() < 2) break;
    after = page.back().key;
  }
  EXPECT_EQ(seen, (std::vector<std::pair<std::string, std::string>>{
                      {"ann", ""}, {"ann", "1"}, {"ann", "3"}, {"bob", "1"}, {"bob", "2"}}));
}

TEST_P(StoreSuite, KeepsEveryByte) {
  std::string value;
  for (int i = 0; i < 512; ++i) value.push_back(static_cast<char>(i));
  const Key odd{"ann@example.com", Kind::sent, "ünï 'quote\" \\ %_"};
  ASSERT_TRUE(commit({{odd, 0, value}, {phone, 0, ""}}));
  EXPECT_EQ(get(odd)->value, value);
  EXPECT_EQ(get(phone)->value, "");
}

TEST_P(StoreSuite, KeepsAMegabyte) {
  std::string value(1024 * 1024, '\0');
  for (std::size_t i = 0; i < value.size(); ++i) value[i] = static_cast<char>(i * 31 >> 3);
  ASSERT_TRUE(commit({{phone, 0, value}}));
  EXPECT_EQ(get(phone)->value, value);
  const auto listed = run(store_->list("ann", Kind::device, "", "", 1));
  ASSERT_EQ(listed.size(), 1U);
  EXPECT_EQ(listed[0].value, value);
}

TEST_P(StoreSuite, CommitsLargeBatches) {
  constexpr int count = 2000;
  std::vector<Write> batch;
  batch.reserve(count);
  for (int i = 0; i < count; ++i) {
    batch.push_back({{"ann", Kind::item, std::to_string(10000 + i)}, 0, "x"});
  }
  ASSERT_TRUE(commit(batch));
  EXPECT_FALSE(commit(batch));
  EXPECT_EQ(run(store_->list("ann", Kind::item, "", "", 5000)).size(), 2000U);
  for (Write& write : batch) {
    write.expected = 1;
    write.value = std::nullopt;
  }
  batch.back().expected = 2;
  EXPECT_FALSE(commit(batch));
  batch.back().expected = 1;
  EXPECT_TRUE(commit(batch));
  EXPECT_TRUE(run(store_->list("ann", Kind::item, "", "", 1)).empty());
}

TEST_P(StoreSuite, ARestartKeepsEverything) {
  if (!fixture_->persistent()) GTEST_SKIP() << "this store keeps nothing by design";
  ASSERT_TRUE(commit({{phone, 0, "one"}}));
  ASSERT_TRUE(commit({{phone, 1, "two"}}));
  store_.reset();
  store_ = fixture_->open();
  EXPECT_EQ(get(phone)->value, "two");
  EXPECT_EQ(get(phone)->revision, 2U);
  EXPECT_TRUE(commit({{phone, 2, "three"}}));
}

TEST_P(StoreSuite, OfConcurrentWritersExactlyOneWins) {
  if (!fixture_->concurrent()) GTEST_SKIP() << "this store belongs to one thread by design";
  constexpr unsigned rounds = 40;
  constexpr int writers = 4;
  for (unsigned round = 0; round < rounds; ++round) {
    std::atomic<int> winners = 0;
    {
      std::vector<std::jthread> threads;
      threads.reserve(writers);
      for (int writer = 0; writer < writers; ++writer) {
        threads.emplace_back([&, writer] {
          const std::string value = std::to_string(writer);
          // Opposite orders, as two nodes might have them.
          std::vector<Write> batch = {{phone, round, value}, {device("ann", "tab"), {}, value}};
          if (writer % 2 == 1) std::swap(batch[0], batch[1]);
          if (run(store_->commit(std::move(batch)))) ++winners;
        });
      }
    }
    ASSERT_EQ(winners, 1) << "in round " << round;
    ASSERT_EQ(get(phone)->revision, round + 1);
    ASSERT_EQ(get(phone)->value, get(device("ann", "tab"))->value);
  }
}

TEST_P(StoreSuite, ConcurrentCountersLoseNothing) {
  if (!fixture_->concurrent()) GTEST_SKIP() << "this store belongs to one thread by design";
  constexpr int writers = 4;
  constexpr int each = 25;
  {
    std::vector<std::jthread> threads;
    threads.reserve(writers);
    for (int writer = 0; writer < writers; ++writer) {
      threads.emplace_back([this] {
        for (int done = 0; done < each;) {
          const auto record = run(store_->get(phone));
          const int value = record ? std::stoi(record->value) : 0;
          const std::uint64_t revision = record ? record->revision : 0;
          if (run(store_->commit({{phone, revision, std::to_string(value + 1)}}))) ++done;
        }
      });
    }
  }
  EXPECT_EQ(get(phone)->value, std::to_string(writers * each));
}

}  // namespace godwit::store::test
