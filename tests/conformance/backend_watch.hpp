/// Watches: what is told when something changes. Part of backend_suite.hpp.
#pragma once

#include "conformance/backend_suite.hpp"

namespace godwit::conformance {

TEST_P(BackendSuite, AWatchTellsOfNewMail) {
  if (!quirks().watch_tells) GTEST_SKIP() << "quirk: only a sweep finds out";
  const FolderKey key = inbox();
  Recorder recorder;
  const auto watch = mail().watch(recorder);
  server_->wait_until([&] { return watch->authoritative() == quirks().watch_is_authoritative; });
  EXPECT_EQ(quirks().watch_is_authoritative, watch->authoritative());
  server_->deliver(simple_message("news"));
  EXPECT_TRUE(server_->wait_until([&] { return recorder.has(key, ChangeListener::Kind::added); }));
  recorder.clear();
  append(other(), key, simple_message("appended"));
  EXPECT_TRUE(server_->wait_until([&] { return recorder.has(key, ChangeListener::Kind::added); }));
}

TEST_P(BackendSuite, AWatchTellsOfFlagsAndRemovals) {
  if (!quirks().watch_tells) GTEST_SKIP() << "quirk: only a sweep finds out";
  const FolderKey key = inbox();
  const Uid uid = append(key, simple_message("flagged"));
  Recorder recorder;
  const auto watch = mail().watch(recorder);
  server_->wait_until([&] { return watch->authoritative() == quirks().watch_is_authoritative; });
  ok(other().store_flags(key, validity(key), uid, {.seen = true}));
  EXPECT_TRUE(server_->wait_until([&] { return recorder.has(key, ChangeListener::Kind::other); }));
  recorder.clear();
  ok(other().expunge(key, validity(key), UidSet{{uid, uid}}));
  EXPECT_TRUE(server_->wait_until([&] { return recorder.has(key, ChangeListener::Kind::other); }));
}

TEST_P(BackendSuite, AWatchTellsBothEndsOfAMove) {
  if (!quirks().watch_is_authoritative) GTEST_SKIP() << "quirk: not every folder is watched";
  const FolderKey from = make("From");
  const FolderKey to = make("To");
  const Uid uid = append(from, simple_message("moved"));
  Recorder recorder;
  const auto watch = mail().watch(recorder);
  ok(other().move(from, validity(from), uid, to));
  EXPECT_TRUE(server_->wait_until([&] {
    return recorder.has(from, ChangeListener::Kind::other) &&
           recorder.has(to, ChangeListener::Kind::added);
  }));
}

TEST_P(BackendSuite, AWatchTellsOfTheHierarchy) {
  if (!quirks().watch_is_authoritative) GTEST_SKIP() << "quirk: folders are found by a sweep";
  Recorder recorder;
  const auto watch = mail().watch(recorder);
  const auto told = [&] { return recorder.has(std::nullopt, ChangeListener::Kind::hierarchy); };
  const FolderKey key = ok(other().create_folder(std::nullopt, "Made"));
  EXPECT_TRUE(server_->wait_until(told));
  recorder.clear();
  const FolderKey renamed = ok(other().rename_folder(key, std::nullopt, "Renamed"));
  EXPECT_TRUE(server_->wait_until(told));
  recorder.clear();
  ok(other().delete_folder(renamed));
  EXPECT_TRUE(server_->wait_until(told));
}

TEST_P(BackendSuite, WhatIsToldIsThereToBeRead) {
  if (!quirks().watch_is_authoritative) GTEST_SKIP() << "quirk: told is a hint";
  const FolderKey key = inbox();
  const MailCursor cursor = position(key);
  Recorder recorder;
  const auto watch = mail().watch(recorder);
  append(other(), key, simple_message("there"));
  ASSERT_TRUE(server_->wait_until([&] { return recorder.has(key, ChangeListener::Kind::added); }));
  EXPECT_EQ(1U, ok(mail().changes(key, cursor, {})).changed.size());
}

TEST_P(BackendSuite, AnEndedWatchTellsNothing) {
  const FolderKey key = inbox();
  Recorder ended;
  {
    const auto watch = mail().watch(ended);
  }
  ended.clear();
  Recorder alive;
  const auto watch = mail().watch(alive);
  append(other(), key, simple_message("quiet"));
  if (quirks().watch_tells) {
    server_->wait_until([&] { return !alive.told().empty(); });
  }
  EXPECT_TRUE(ended.told().empty());
}

TEST_P(BackendSuite, NothingChangedTellsNothing) {
  if (!quirks().watch_is_authoritative) GTEST_SKIP() << "quirk: a watch may tell too much";
  const FolderKey key = inbox();
  const Uid uid = append(key, simple_message("still"));
  position(key);  // a watch tells what nobody was told before
  Recorder recorder;
  const auto watch = mail().watch(recorder);
  read(key, {.uid = uid, .section = ""});
  ok(mail().search(key, std::nullopt));
  position(key);
  get(mail().folders());
  EXPECT_TRUE(recorder.told().empty());
}

}  // namespace godwit::conformance
