/// Change listings: additions, flags, removals since a position. Part of backend_suite.hpp.
#pragma once

#include "conformance/backend_suite.hpp"

namespace godwit::conformance {

TEST_P(BackendSuite, ADefaultCursorGivesThePositionAndNothingElse) {
  const FolderKey key = make("Box");
  append(key, simple_message("a"));
  const auto changes = ok(mail().changes(key, {}, UidSet{{1, 100}}));
  EXPECT_TRUE(changes.changed.empty());
  EXPECT_TRUE(changes.vanished.empty());
  const auto status = ok(mail().status(key));
  EXPECT_EQ(status.uid_validity, changes.cursor.status.uid_validity);
  EXPECT_EQ(status.uid_next, changes.cursor.status.uid_next);
  EXPECT_EQ(1U, changes.cursor.status.messages);
}

TEST_P(BackendSuite, NothingChangedIsNothing) {
  const FolderKey key = make("Box");
  const Uid uid = append(key, simple_message("a"));
  const MailCursor cursor = position(key);
  const auto changes = ok(mail().changes(key, cursor, UidSet{{uid, uid}}));
  EXPECT_TRUE(changes.changed.empty());
  EXPECT_TRUE(changes.vanished.empty());
  EXPECT_EQ(cursor.status, changes.cursor.status);
}

TEST_P(BackendSuite, NewMessagesAreChanges) {
  const FolderKey key = make("Box");
  const Uid a = append(key, simple_message("a"));
  const MailCursor cursor = position(key);
  const Uid b = append(other(), key, simple_message("b"), {.flagged = true});
  const Uid c = append(other(), key, simple_message("c"));
  const auto changes = ok(mail().changes(key, cursor, UidSet{{a, a}}));
  EXPECT_EQ((std::vector<Uid>{b, c}), uids_of(changes.changed));
  EXPECT_TRUE(changes.changed[0].flags.flagged);
  EXPECT_TRUE(changes.vanished.empty());
  const auto again = ok(mail().changes(key, changes.cursor, UidSet{{a, c}}));
  EXPECT_TRUE(again.changed.empty());
}

TEST_P(BackendSuite, AnOldPositionStillAnswersTheSame) {
  const FolderKey key = make("Box");
  const MailCursor cursor = position(key);
  const Uid a = append(key, simple_message("a"));
  ok(mail().changes(key, cursor, {}));
  const Uid b = append(key, simple_message("b"));
  EXPECT_EQ((std::vector<Uid>{a, b}), uids_of(ok(mail().changes(key, cursor, {})).changed));
}

TEST_P(BackendSuite, FlagsSetByOthersAreChanges) {
  const FolderKey key = make("Box");
  const Uid a = append(key, simple_message("a"));
  const Uid b = append(key, simple_message("b"));
  const UidSet known = UidSet::of(std::vector<Uid>{a, b});
  const MailCursor cursor = position(key);
  ok(other().store_flags(key, validity(key), b, {.seen = true}));
  const auto changes = ok(mail().changes(key, cursor, known));
  ASSERT_EQ((std::vector<Uid>{b}), uids_of(changes.changed));
  EXPECT_TRUE(changes.changed[0].flags.seen);
  EXPECT_TRUE(changes.vanished.empty());
  ok(other().store_flags(key, validity(key), b, {.seen = false, .answered = true}));
  const auto more = ok(mail().changes(key, changes.cursor, known));
  ASSERT_EQ((std::vector<Uid>{b}), uids_of(more.changed));
  EXPECT_EQ(Flags{.answered = true}, more.changed[0].flags);
}

TEST_P(BackendSuite, OnlyKnownMessagesVanish) {
  const FolderKey key = make("Box");
  const Uid a = append(key, simple_message("a"));
  const Uid b = append(key, simple_message("b"));
  const Uid c = append(key, simple_message("c"));
  const MailCursor cursor = position(key);
  ok(other().expunge(key, validity(key), UidSet{{a, b}}));
  const auto changes = ok(mail().changes(key, cursor, UidSet{{b, c}}));
  EXPECT_TRUE(changes.changed.empty());
  EXPECT_EQ((UidSet{{b, b}}), changes.vanished);
  EXPECT_EQ(1U, changes.cursor.status.messages);
  EXPECT_TRUE(ok(mail().changes(key, changes.cursor, UidSet{{c, c}})).vanished.empty());
}

TEST_P(BackendSuite, WhatCameAndWentIsNotAChange) {
  const FolderKey key = make("Box");
  const Uid a = append(key, simple_message("a"));
  const MailCursor cursor = position(key);
  const Uid b = append(key, simple_message("b"));
  const MailCursor later = position(key);
  ok(other().expunge(key, validity(key), UidSet{{b, b}}));
  const auto changes = ok(mail().changes(key, cursor, UidSet{{a, a}}));
  EXPECT_TRUE(changes.changed.empty());
  EXPECT_TRUE(changes.vanished.empty());
  // To who knew it, it is one, though it was the newest.
  EXPECT_EQ((UidSet{{b, b}}), ok(mail().changes(key, later, UidSet{{a, b}})).vanished);
}

TEST_P(BackendSuite, OneForAnotherIsSeenThoughTheCountIsEqual) {
  const FolderKey key = make("Box");
  const Uid a = append(key, simple_message("a"));
  const Uid b = append(key, simple_message("b"));
  const MailCursor cursor = position(key);
  ok(other().expunge(key, validity(key), UidSet{{a, a}}));
  const Uid c = append(other(), key, simple_message("c"));
  ok(other().store_flags(key, validity(key), b, {.flagged = true}));
  const auto changes = ok(mail().changes(key, cursor, UidSet{{a, b}}));
  EXPECT_EQ((std::vector<Uid>{b, c}), uids_of(changes.changed));
  EXPECT_EQ((UidSet{{a, a}}), changes.vanished);
}

TEST_P(BackendSuite, AMoveVanishesHereAndIsNewThere) {
  const FolderKey from = make("From");
  const FolderKey to = make("To");
  const Uid uid = append(from, simple_message("wanderer"));
  const MailCursor before_from = position(from);
  const MailCursor before_to = position(to);
  ok(other().move(from, validity(from), uid, to));
  EXPECT_EQ((UidSet{{uid, uid}}),
            ok(mail().changes(from, before_from, UidSet{{uid, uid}})).vanished);
  EXPECT_EQ(1U, ok(mail().changes(to, before_to, {})).changed.size());
}

TEST_P(BackendSuite, ManyMessagesChangedAtOnceAreAllTold) {
  const FolderKey key = make("Box");
  UidSet uids;
  for (std::size_t i = 0; i < quirks().many_messages; ++i) {
    uids.add(append(key, simple_message("m" + std::to_string(i))));
  }
  const MailCursor cursor = position(key);
  server_->mark_all_seen(key, uids);
  const auto changes = ok(mail().changes(key, cursor, uids));
  EXPECT_EQ(uids.to_vector(), uids_of(changes.changed));
  EXPECT_TRUE(std::ranges::all_of(changes.changed,
                                  [](const MessageState& each) { return each.flags.seen; }));
  EXPECT_TRUE(ok(mail().changes(key, changes.cursor, uids)).changed.empty());
}

TEST_P(BackendSuite, PositionsThatCannotBeAreStale) {
  const FolderKey key = make("Box");
  const Uid uid = append(key, simple_message("a"));
  MailCursor other_validity = position(key);
  other_validity.status.uid_validity += 1;
  EXPECT_EQ(Errc::stale, error(mail().changes(key, other_validity, UidSet{{uid, uid}})));
  MailCursor ahead = position(key);
  ahead.status.uid_next += 10;
  EXPECT_EQ(Errc::stale, error(mail().changes(key, ahead, UidSet{{uid, uid}})));
  MailCursor modseq_ahead = position(key);
  if (modseq_ahead.status.highest_modseq != 0) {
    modseq_ahead.status.highest_modseq += 1000;
    EXPECT_EQ(Errc::stale, error(mail().changes(key, modseq_ahead, UidSet{{uid, uid}})));
  }
}

TEST_P(BackendSuite, ChangesOfAnEmptyFolder) {
  const FolderKey key = make("Box");
  const MailCursor cursor = position(key);
  EXPECT_TRUE(ok(mail().changes(key, cursor, {})).changed.empty());
  const Uid uid = append(key, simple_message("first"));
  EXPECT_EQ((std::vector<Uid>{uid}), uids_of(ok(mail().changes(key, cursor, {})).changed));
}

}  // namespace godwit::conformance
