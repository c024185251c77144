/// Messages: storing, reading in parts, flags, moving, removing. Part of backend_suite.hpp.
#pragma once

#include "conformance/backend_suite.hpp"

namespace godwit::conformance {

TEST_P(BackendSuite, WhatIsAppendedIsReadBack) {
  const FolderKey key = make("Box");
  const Time received(std::chrono::seconds(1'700'000'000));
  Flags flags{.seen = true, .flagged = true};
  const Uid uid = append(mail(), key, simple_message("back"), flags, received);
  const auto messages = ok(mail().fetch(key, validity(key), {uid}));
  ASSERT_EQ(1U, messages.size());
  EXPECT_EQ(uid, messages[0].state.uid);
  EXPECT_EQ(flags, messages[0].state.flags);
  EXPECT_EQ(received, messages[0].state.internal_date);
  EXPECT_EQ(simple_message("back").size(), messages[0].size);
  EXPECT_EQ(simple_message("back", ""), messages[0].header);
  EXPECT_EQ("1", messages[0].structure.section);
  EXPECT_TRUE(messages[0].structure.is("text", "plain"));
  EXPECT_EQ(simple_message("back"), read(key, {.uid = uid, .section = ""}));
  EXPECT_EQ("Hello.\r\n", read(key, {.uid = uid, .section = "1"}));
}

TEST_P(BackendSuite, DeliveredMailArrivesInTheInbox) {
  server_->deliver(simple_message("delivered"));
  const FolderKey key = inbox();
  const UidSet uids = ok(mail().search(key, std::nullopt));
  ASSERT_EQ(1U, uids.count());
  const auto messages = ok(mail().fetch(key, validity(key), uids.to_vector()));
  ASSERT_EQ(1U, messages.size());
  EXPECT_EQ(Flags{}, messages[0].state.flags);
  EXPECT_NE(std::string::npos, messages[0].header.find("<delivered@example.com>"));
  EXPECT_EQ("Hello.\r\n", read(key, {.uid = uids.highest(), .section = "1"}));
  const std::string whole = read(key, {.uid = uids.highest(), .section = ""});
  EXPECT_EQ(messages[0].size, whole.size());
  EXPECT_EQ(messages[0].header, read(key, {.uid = uids.highest(), .section = "HEADER"}));
  EXPECT_TRUE(whole.starts_with(messages[0].header));
}

TEST_P(BackendSuite, UidsAscendAndAreNeverUsedTwice) {
  const FolderKey key = make("Box");
  const Uid first = append(key, simple_message("a"));
  const Uid second = append(key, simple_message("b"));
  EXPECT_GT(second, first);
  ok(mail().expunge(key, validity(key), UidSet{{second, second}}));
  const Uid third = append(key, simple_message("c"));
  EXPECT_GT(third, second);
  EXPECT_GT(ok(mail().status(key)).uid_next, third);
}

TEST_P(BackendSuite, FetchAnswersAscendingAndSkipsWhatIsGone) {
  const FolderKey key = make("Box");
  const Uid a = append(key, simple_message("a"));
  const Uid b = append(key, simple_message("b"));
  const Uid c = append(key, simple_message("c"));
  ok(mail().expunge(key, validity(key), UidSet{{b, b}}));
  EXPECT_EQ((std::vector<Uid>{a, c}),
            uids_of(ok(mail().fetch_state(key, validity(key), {c, b, a, c + 1000}))));
  const auto messages = ok(mail().fetch(key, validity(key), {c, b, a}));
  ASSERT_EQ(2U, messages.size());
  EXPECT_EQ(a, messages[0].state.uid);
  EXPECT_EQ(c, messages[1].state.uid);
  EXPECT_TRUE(ok(mail().fetch(key, validity(key), {})).empty());
}

TEST_P(BackendSuite, AnotherUidValidityIsStale) {
  const FolderKey key = make("Box");
  const FolderKey target = make("Target");
  const Uid uid = append(key, simple_message("a"));
  const std::uint32_t wrong = validity(key) + 7;
  EXPECT_EQ(Errc::stale, error(mail().fetch(key, wrong, {uid})));
  EXPECT_EQ(Errc::stale, error(mail().fetch_state(key, wrong, {uid})));
  EXPECT_EQ(Errc::stale, error(mail().read(key, wrong, {PartRange{.uid = uid, .section = ""}})));
  EXPECT_EQ(Errc::stale, error(mail().store_flags(key, wrong, uid, {.seen = true})));
  EXPECT_EQ(Errc::stale, error(mail().move(key, wrong, uid, target)));
  EXPECT_EQ(Errc::stale, error(mail().expunge(key, wrong, UidSet{{uid, uid}})));
  EXPECT_EQ(1U, ok(mail().status(key)).messages);
  EXPECT_FALSE(state(key, uid).flags.seen);
}

TEST_P(BackendSuite, StructureAndSectionsOfANestedMessage) {
  const FolderKey key = make("Box");
  const Uid uid = append(key, nested_message());
  const auto messages = ok(mail().fetch(key, validity(key), {uid}));
  ASSERT_EQ(1U, messages.size());
  const Part& top = messages[0].structure;
  EXPECT_TRUE(top.is("multipart", "mixed"));
  ASSERT_EQ(3U, top.children.size());
  EXPECT_EQ("1", top.children[0].section);
  EXPECT_EQ("utf-8", top.children[0].parameter("charset"));
  EXPECT_EQ("first", read(key, {.uid = uid, .section = "1"}));
  const Part& embedded = top.children[1];
  EXPECT_TRUE(embedded.is("message", "rfc822"));
  ASSERT_EQ(1U, embedded.children.size());
  ASSERT_EQ(2U, embedded.children[0].children.size());
  EXPECT_EQ("2.2", embedded.children[0].children[1].section);
  EXPECT_EQ("plain inside", read(key, {.uid = uid, .section = "2.1"}));
  EXPECT_EQ("<b>html inside</b>", read(key, {.uid = uid, .section = "2.2"}));
  const std::string inside = read(key, {.uid = uid, .section = "2"});
  EXPECT_TRUE(inside.starts_with("From: eve@example.com\r\nSubject: inside\r\n")) << inside;
  const Part& pdf = top.children[2];
  EXPECT_TRUE(pdf.is("application", "pdf"));
  EXPECT_EQ("a.pdf", pdf.file_name);
  EXPECT_EQ("attachment", pdf.disposition);
  EXPECT_EQ("base64", pdf.encoding);
  EXPECT_EQ("QUJDREVGRw==", read(key, {.uid = uid, .section = "3"}));
  EXPECT_EQ(12U, pdf.size);
}

TEST_P(BackendSuite, ReadsByOffsetAndLength) {
  const FolderKey key = make("Box");
  std::string body;
  for (int i = 0; i < 20'000; ++i) body += std::to_string(100'000 + i) + "\r\n";
  const std::string text = simple_message("long", body);
  const Uid uid = append(key, text);
  EXPECT_EQ(body.substr(80'000, 16),
            read(key, {.uid = uid, .section = "1", .offset = 80'000, .length = 16}));
  EXPECT_EQ(body.substr(body.size() - 5),
            read(key, {.uid = uid, .section = "1", .offset = body.size() - 5, .length = 100}));
  EXPECT_EQ("", read(key, {.uid = uid, .section = "1", .offset = body.size(), .length = 10}));
  EXPECT_EQ("", read(key, {.uid = uid, .section = "1", .offset = 0, .length = 0}));
  EXPECT_EQ(text.substr(70'000),
            read(key, {.uid = uid, .section = "", .offset = 70'000, .length = UINT64_MAX}));
  const std::string header = simple_message("long", "");
  EXPECT_EQ(header, read(key, {.uid = uid, .section = "HEADER"}));
  EXPECT_EQ(header.substr(6, 20),
            read(key, {.uid = uid, .section = "HEADER", .offset = 6, .length = 20}));
}

TEST_P(BackendSuite, ReadsManyRangesInTheOrderAsked) {
  const FolderKey key = make("Box");
  const Uid a = append(key, simple_message("a", "body of a\r\n"));
  const Uid b = append(key, simple_message("b", "body of b\r\n"));
  const auto bytes = ok(mail().read(key, validity(key),
                                    {{.uid = b, .section = "1"},
                                     {.uid = a, .section = "1"},
                                     {.uid = b + 99, .section = "1"},
                                     {.uid = b, .section = "7"},
                                     {.uid = b, .section = "1", .offset = 5, .length = 4}}));
  ASSERT_EQ(5U, bytes.size());
  EXPECT_EQ("body of b\r\n", bytes[0]);
  EXPECT_EQ("body of a\r\n", bytes[1]);
  EXPECT_EQ("", bytes[2]);
  EXPECT_EQ("", bytes[3]);
  EXPECT_EQ("of b", bytes[4]);
}

TEST_P(BackendSuite, ReadingMarksNothingAsSeen) {
  const FolderKey key = make("Box");
  const Uid uid = append(key, simple_message("unseen"));
  read(key, {.uid = uid, .section = ""});
  read(key, {.uid = uid, .section = "1"});
  ok(mail().fetch(key, validity(key), {uid}));
  EXPECT_FALSE(state(key, uid).flags.seen);
}

TEST_P(BackendSuite, EveryFlagIsSetAndCleared) {
  const FolderKey key = make("Box");
  const Uid uid = append(key, simple_message("flags"));
  const std::uint32_t uid_validity = validity(key);
  const std::vector<std::pair<FlagChange, FlagChange>> changes = {
      {{.seen = true}, {.seen = false}},
      {{.answered = true}, {.answered = false}},
      {{.flagged = true}, {.flagged = false}},
      {{.draft = true}, {.draft = false}},
      {{.forwarded = true}, {.forwarded = false}}};
  const std::vector<Flags> expected = {
      {.seen = true}, {.answered = true}, {.flagged = true}, {.draft = true}, {.forwarded = true}};
  for (std::size_t i = 0; i < changes.size(); ++i) {
    ok(mail().store_flags(key, uid_validity, uid, changes[i].first));
    EXPECT_EQ(expected[i], state(key, uid).flags) << "flag " << i;
    ok(mail().store_flags(key, uid_validity, uid, changes[i].second));
    EXPECT_EQ(Flags{}, state(key, uid).flags) << "flag " << i;
  }
  ok(mail().store_flags(key, uid_validity, uid, {.seen = true, .flagged = true}));
  ok(mail().store_flags(key, uid_validity, uid, {.seen = false, .answered = true}));
  EXPECT_EQ((Flags{.answered = true, .flagged = true}), state(key, uid).flags);
  EXPECT_EQ(Errc::not_found, error(mail().store_flags(key, uid_validity, uid + 9, {.seen = true})));
}

TEST_P(BackendSuite, KeywordsAreReplacedAsAWhole) {
  if (!quirks().any_keyword) GTEST_SKIP() << "quirk: the server keeps no keywords of our own";
  const FolderKey key = make("Box");
  const Uid uid = append(key, simple_message("keywords"));
  const std::uint32_t uid_validity = validity(key);
  ok(mail().store_flags(key, uid_validity, uid,
                        {.seen = true, .keywords = std::vector<std::string>{"Work", "Blue"}}));
  EXPECT_EQ((std::vector<std::string>{"Blue", "Work"}), state(key, uid).flags.keywords);
  ok(mail().store_flags(key, uid_validity, uid,
                        {.keywords = std::vector<std::string>{"Blue", "Red"}}));
  EXPECT_EQ((std::vector<std::string>{"Blue", "Red"}), state(key, uid).flags.keywords);
  EXPECT_TRUE(state(key, uid).flags.seen);
  ok(mail().store_flags(key, uid_validity, uid, {.forwarded = true}));
  EXPECT_EQ((std::vector<std::string>{"Blue", "Red"}), state(key, uid).flags.keywords);
  ok(mail().store_flags(key, uid_validity, uid, {.keywords = std::vector<std::string>{}}));
  EXPECT_EQ((Flags{.seen = true, .forwarded = true}), state(key, uid).flags);
}

TEST_P(BackendSuite, AMoveKeepsEverythingAndLeavesOneCopy) {
  const FolderKey from = make("From");
  const FolderKey to = make("To");
  const Time received(std::chrono::seconds(1'600'000'000));
  const Flags flags{.seen = true, .flagged = true};
  const Uid uid = append(mail(), from, nested_message(), flags, received);
  const Uid told = ok(mail().move(from, validity(from), uid, to));
  const UidSet there = ok(mail().search(to, std::nullopt));
  ASSERT_EQ(1U, there.count());
  if (quirks().tells_uid_of_move) EXPECT_EQ(there.highest(), told);
  EXPECT_TRUE(ok(mail().search(from, std::nullopt)).empty());
  EXPECT_EQ(flags, state(to, there.highest()).flags);
  EXPECT_EQ(received, state(to, there.highest()).internal_date);
  EXPECT_EQ(nested_message(), read(to, {.uid = there.highest(), .section = ""}));
  EXPECT_EQ(Errc::not_found, error(mail().move(from, validity(from), uid, to)));
  EXPECT_EQ(1U, ok(mail().status(to)).messages);
}

TEST_P(BackendSuite, AMoveIntoAFolderThatIsGoneMovesNothing) {
  const FolderKey from = make("From");
  const FolderKey to = make("To");
  const Uid uid = append(from, simple_message("stays"));
  ok(mail().delete_folder(to));
  EXPECT_EQ(Errc::not_found, error(mail().move(from, validity(from), uid, to)));
  EXPECT_EQ(uid, state(from, uid).uid);
}

TEST_P(BackendSuite, ExpungeRemovesOnlyWhatIsNamed) {
  const FolderKey key = make("Box");
  const Uid a = append(key, simple_message("a"));
  const Uid b = append(key, simple_message("b"));
  const Uid c = append(key, simple_message("c"));
  ok(mail().expunge(key, validity(key), UidSet{{a, a}, {c, c + 50}}));
  EXPECT_EQ((UidSet{{b, b}}), ok(mail().search(key, std::nullopt)));
  ok(mail().expunge(key, validity(key), UidSet{{a, a}}));
  EXPECT_EQ("", read(key, {.uid = a, .section = ""}));
}

TEST_P(BackendSuite, SearchSinceLooksAtWhenItWasReceived) {
  using namespace std::chrono;
  const FolderKey key = make("Box");
  const auto at = [](sys_days day) { return Time(day) + hours(12); };
  const Uid old = append(mail(), key, simple_message("old"), {}, at(2024y / January / 10));
  const Uid mid = append(mail(), key, simple_message("mid"), {}, at(2024y / June / 10));
  const Uid late = append(mail(), key, simple_message("new"), {}, at(2025y / January / 10));
  EXPECT_EQ(UidSet::of(std::vector<Uid>{old, mid, late}), ok(mail().search(key, std::nullopt)));
  EXPECT_EQ(UidSet::of(std::vector<Uid>{mid, late}),
            ok(mail().search(key, sys_days(2024y / June / 10))));
  EXPECT_EQ(UidSet::of(std::vector<Uid>{late}),
            ok(mail().search(key, sys_days(2024y / June / 12))));
  EXPECT_TRUE(ok(mail().search(key, sys_days(2025y / February / 1))).empty());
}

TEST_P(BackendSuite, MessagesAreFoundByMessageId) {
  const FolderKey key = make("Box");
  const Uid first = append(key, simple_message("wanted"));
  append(key, simple_message("another"));
  const Uid second = append(key, simple_message("wanted"));
  const std::string id = "<wanted@example.com>";
  EXPECT_EQ(UidSet::of(std::vector<Uid>{first, second}), ok(mail().find_message_id(key, 1, id)));
  EXPECT_EQ(UidSet::of(std::vector<Uid>{second}), ok(mail().find_message_id(key, first + 1, id)));
  EXPECT_TRUE(ok(mail().find_message_id(key, second + 1, id)).empty());
  EXPECT_TRUE(ok(mail().find_message_id(key, 1, "<absent@example.com>")).empty());
}

TEST_P(BackendSuite, OddMessagesAreKeptAsTheyAre) {
  const FolderKey key = make("Box");
  const std::vector<std::string> odd = {
      "Subject: no body\r\n\r\n", "Subject: 8bit\r\n\r\n\xC3\xA4\xFF\r\n",
      simple_message("no-final-newline", "last line"),
      "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nunclosed\r\n"};
  for (const std::string& text : odd) {
    const Uid uid = append(key, text);
    EXPECT_EQ(text, read(key, {.uid = uid, .section = ""}));
    const auto messages = ok(mail().fetch(key, validity(key), {uid}));
    ASSERT_EQ(1U, messages.size());
    EXPECT_EQ(text.size(), messages[0].size);
  }
}

}  // namespace godwit::conformance
