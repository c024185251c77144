#include "ingest/event.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace godwit::ingest {
namespace {

using Kind = Event::Kind;

/// "user|folder|kind" of each event; "-N" for what was ignored.
std::string told(std::string_view body) {
  const auto batch = parse_events(body);
  if (!batch) return batch.error().message;
  std::string out;
  for (const Event& event : batch->events) {
    out += fmt::format("{}|{}|{} ", event.user, event.folder, static_cast<int>(event.kind));
  }
  return batch->ignored == 0 ? out : out + fmt::format("-{}", batch->ignored);
}

TEST(Event, IsReadInOurOwnFormAloneAndInLists) {
  EXPECT_EQ(told(R"({"user": "ann", "folder": "INBOX", "event": "new"})"), "ann|INBOX|0 ");
  EXPECT_EQ(told(R"([{"user": "ann"}, {"login": "bob", "mailbox": "A/B", "event": "changed"}])"),
            "ann||3 bob|A/B|1 ");
  EXPECT_EQ(told(R"({"events": [{"user": "ann", "event": "hierarchy"}]})"), "ann||2 ");
  EXPECT_EQ(told("[]"), "");
}

TEST(Event, OfOpenXchangesDriverIsRead) {
  EXPECT_EQ(told(R"({"user":"u1","event":"messageNew","folder":"INBOX","imap-uidvalidity":17953,)"
                 R"("imap-uid":2,"from":"\"Ann\" <ann@example.com>","subject":"S","unseen":2})"),
            "u1|INBOX|0 ");
}

TEST(Event, OfDovecotsExporterHasItsUserInFields) {
  EXPECT_EQ(told(R"({"event":"mail_delivery_finished","hostname":"h","categories":["lda"],)"
                 R"("fields":{"user":"u1","rcpt_to":"u1@x","message_size":100}})"),
            "u1||3 ");
  EXPECT_EQ(told(R"({"event":"imap_command_finished","fields":{"user":"u1",)"
                 R"("cmd_name":"MOVE","cmd_args":"1 Trash","mailbox":"INBOX"}})"),
            "u1||3 ");
}

TEST(Event, OfCyrusNamesMailboxAndOwnerByAnAddress) {
  EXPECT_EQ(told(R"({"event":"MessageAppend","service":"imap",)"
                 R"("uri":"imap://ann%40example.org@mail/Caf%C3%A9/2026;UIDVALIDITY=17/;UID=3"})"),
            "ann@example.org|Café/2026|0 ");
  const auto cyrus = [](const std::string& event, const std::string& path) {
    return told(
        fmt::format(R"({{"event":"{}","user":"proxy","uri":"imap://localhost/{}"}})", event, path));
  };
  EXPECT_EQ(cyrus("MessageNew", "user/ann;UIDVALIDITY=1/;UID=1"), "ann|INBOX|0 ");
  EXPECT_EQ(cyrus("FlagsSet", "user/ann/Caf%C3%A9;UIDVALIDITY=1"), "ann|Café|1 ");
  EXPECT_EQ(cyrus("vnd.cmu.MessageMove", "user/ann/A/B@example.org"), "ann@example.org|A/B|0 ");
  EXPECT_EQ(cyrus("MailboxRename", "user.ann^b.Sent"), "ann.b|Sent|2 ");
  EXPECT_EQ(cyrus("MessageAppend", "Public/News"), "proxy|Public/News|0 ");
  EXPECT_EQ(cyrus("MessageAppend", "user"), "proxy|user|0 ");
  EXPECT_EQ(cyrus("MailboxModseq", "user/ann"), "-1");
  EXPECT_EQ(told(R"({"event":"Login","user":"ann","uri":"imap://mail"})"), "-1");
}

TEST(Event, WithoutAUserOrWithAnUnusableOneIsIgnored) {
  EXPECT_EQ(told(R"([1, null, "text", {}, {"user": 7}, {"user": ""}, {"user": "a\nb"}])"), "-7");
  EXPECT_EQ(told(fmt::format(R"({{"user": "{}"}})", std::string(user_bytes_max + 1, 'a'))), "-1");
  EXPECT_EQ(told(fmt::format(R"({{"user": "ann", "folder": "{}"}})",
                             std::string(folder_bytes_max + 1, 'f'))),
            "ann||3 ");
}

TEST(Event, ByANameThatIsNotKnownMayBeAnything) {
  EXPECT_EQ(told(R"({"user": "ann", "event": "somethingLater"})"), "ann||3 ");
}

TEST(Event, ThatIsNoneIsRefused) {
  for (const char* body : {"", "{", "7", "\"ann\"", "{\"user\": \"\xff\"}", "[{}] x"}) {
    const auto batch = parse_events(body);
    ASSERT_FALSE(batch) << body;
    EXPECT_EQ(batch.error().code, Errc::malformed) << body;
  }
}

TEST(Event, BoundsAreBytesCountAndDepth) {
  const auto list = [](std::size_t count) {
    std::string out = "[{\"user\":\"a\"}";
    for (std::size_t i = 1; i < count; ++i) out += ",{\"user\":\"a\"}";
    return out + "]";
  };
  EXPECT_EQ(parse_events(list(events_max))->events.size(), events_max);
  EXPECT_EQ(parse_events(list(events_max + 1)).error().code, Errc::too_large);
  const std::string blanks(body_bytes_max - 2, ' ');
  EXPECT_TRUE(parse_events("[]" + blanks));
  EXPECT_EQ(parse_events("[] " + blanks).error().code, Errc::too_large);
  const std::string deep(100'000, '[');
  EXPECT_EQ(told("{\"user\":\"ann\",\"x\":" + deep + std::string(deep.size(), ']') + "}"),
            "ann||3 ");
}

}  // namespace
}  // namespace godwit::ingest
