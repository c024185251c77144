#include "mapping/email.hpp"

#include <gtest/gtest.h>

#include "wbxml/pages/airsync.hpp"
#include "wbxml/pages/airsyncbase.hpp"
#include "wbxml/pages/email.hpp"
#include "wbxml/pages/email2.hpp"
#include "wbxml/text.hpp"

namespace godwit::mapping {
namespace {

using eas::Version;

/// The ApplicationData that `write` fills, as text.
template <class Write>
std::string shown(Write write) {
  StringSink sink;
  wbxml::Writer writer(sink);
  writer.open(wbxml::airsync::ApplicationData);
  write(writer);
  writer.close();
  return wbxml::dump(sink.text());
}

/// Reads a change written as the children of ApplicationData.
Result<EmailChange> read(std::string_view children, Version version = Version::v16_1) {
  std::string text = "AirSync:ApplicationData\n";
  text += children;
  static std::vector<std::shared_ptr<std::string>> documents;  // what the results look into
  const auto packed = wbxml::pack(text);
  if (!packed) {
    ADD_FAILURE() << packed.error().message;
    return fail(Errc::malformed, "test");
  }
  documents.push_back(std::make_shared<std::string>(*packed));
  const auto root = wbxml::parse(*documents.back());
  EXPECT_TRUE(root);
  return read_email_change(*root, version);
}

Email sample() {
  Email email;
  email.to = "a@b";
  email.from = "\"C\" <c@d>";
  email.subject = "S";
  email.date_received = Time(std::chrono::milliseconds(1'711'872'300'005));
  email.conversation_id = std::string(16, 'x');
  email.conversation_index = "\x01zzzz";
  email.categories = {"Work"};
  email.bcc = "z@z";
  email.is_draft = true;
  email.sender = "s@d";
  return email;
}

TEST(WriteEmail, EveryDialectGetsItsElements) {
  for (const Version version : eas::all_versions_list) {
    const std::string text =
        shown([&](wbxml::Writer& out) { write_email(sample(), version, out); });
    SCOPED_TRACE(text);
    EXPECT_NE(text.find("DateReceived 2024-03-31T08:05:00.005Z"), std::string::npos);
    EXPECT_NE(text.find("Flag\n"), std::string::npos);
    EXPECT_NE(text.find("InternetCPID 65001"), std::string::npos);
    EXPECT_EQ(text.find("Categories") != std::string::npos, version >= Version::v14_0);
    EXPECT_EQ(text.find("ConversationId") != std::string::npos, version >= Version::v14_0);
    EXPECT_EQ(text.find("Sender") != std::string::npos, version >= Version::v14_0);
    EXPECT_EQ(text.find("IsDraft") != std::string::npos, version >= Version::v16_0);
    EXPECT_EQ(text.find("Bcc") != std::string::npos, version >= Version::v16_0);
  }
}

TEST(WriteFlagsChange, OnlyWhatChanged) {
  FlagsChange change;
  change.read = true;
  EXPECT_EQ(shown([&](auto& out) { write_flags_change(change, Version::v14_1, out); }),
            "AirSync:ApplicationData\n  Email:Read 1\n");
  change = {};
  change.flag.emplace();
  change.categories.emplace();
  EXPECT_EQ(shown([&](auto& out) { write_flags_change(change, Version::v14_1, out); }),
            "AirSync:ApplicationData\n  Email:Flag\n  Email:Categories\n");
  EXPECT_EQ(shown([&](auto& out) { write_flags_change(change, Version::v12_1, out); }),
            "AirSync:ApplicationData\n  Email:Flag\n");
}

TEST(WriteBody, ChildrenInOrder) {
  BodyValue body;
  body.type = 2;
  body.estimated_size = 100;
  body.truncated = true;
  body.preview = "p";
  body.data = [](wbxml::Writer& out) {
    out.begin_text();
    out.piece("x");
    out.end_text();
  };
  EXPECT_EQ(shown([&](auto& out) { write_body(body, out); }),
            "AirSync:ApplicationData\n  AirSyncBase:Body\n    Type 2\n    EstimatedDataSize 100\n"
            "    Truncated 1\n    Data x\n    Preview p\n");
  body.part = 3;
  EXPECT_EQ(shown([&](auto& out) { write_body(body, out); }),
            "AirSync:ApplicationData\n  AirSyncBase:Body\n    Type 2\n    EstimatedDataSize 100\n"
            "    Truncated 1\n    Preview p\n    ItemOperations:Part 3\n");
}

TEST(ReadEmailChange, ReadFlagAndCategories) {
  const auto change = read(
      "  Email:Read 0\n  Email:Flag\n    Status 2\n    FlagType \"Flag for follow up\"\n"
      "  Email:Categories\n    Category One\n    Category Two\n    Category One\n",
      Version::v14_1);
  ASSERT_TRUE(change) << change.error().message;
  EXPECT_EQ(change->read, false);
  EXPECT_EQ(change->flag->status, FollowUp::Status::active);
  EXPECT_EQ(change->categories, (std::vector<std::string>{"One", "Two"}));
  EXPECT_TRUE(change->draft.empty());
  EXPECT_EQ(read("  Email:Read\n")->read, true);
  EXPECT_EQ(read("  Email:Flag\n")->flag->status, FollowUp::Status::cleared);
  EXPECT_TRUE(read("  Email:Categories\n")->categories->empty());
  EXPECT_FALSE(read("  Email:Read 1\n")->categories);
}

TEST(ReadEmailChange, FlagRules) {
  const std::string status = "  Email:Flag\n    Status 2\n    FlagType x\n";
  const std::string start =
      "    Tasks:StartDate 2024-03-01T00:00:00.000Z\n"
      "    Tasks:UtcStartDate 2024-03-01T00:00:00.000Z\n";
  const std::string due =
      "    Tasks:DueDate 2024-03-02T00:00:00.000Z\n"
      "    Tasks:UtcDueDate 2024-03-02T00:00:00.000Z\n";
  EXPECT_TRUE(read(status + start + due));
  EXPECT_FALSE(read(status + start));
  EXPECT_FALSE(read(status +
                    "    Tasks:StartDate 2024-03-03T00:00:00.000Z\n"
                    "    Tasks:UtcStartDate 2024-03-03T00:00:00.000Z\n" +
                    due));
  EXPECT_FALSE(read(status + "    Tasks:ReminderSet 1\n"));
  EXPECT_TRUE(read(status + "    Tasks:ReminderSet 1\n"
                            "    Tasks:ReminderTime 2024-03-01T00:00:00Z\n"));
  EXPECT_FALSE(read(status + "    Tasks:ReminderSet 2\n"));
  EXPECT_FALSE(read(status + "    Tasks:StartDate soon\n"));
  EXPECT_FALSE(read("  Email:Flag\n    Status 3\n"));
  EXPECT_FALSE(read("  Email:Flag\n    FlagType x\n"));
  EXPECT_FALSE(read("  Email:Flag\n    Status 2\n    Status 2\n"));
  EXPECT_FALSE(read("  Email:Flag\n    Status 1\n"));
  EXPECT_FALSE(read("  Email:Flag\n    Status 1\n    CompleteTime 2024-03-01T00:00:00.000Z\n"));
  const auto complete = read(
      "  Email:Flag\n    Status 1\n    CompleteTime 2024-03-01T00:00:00.000Z\n"
      "    Tasks:DateCompleted 2024-03-01T00:00:00.000Z\n");
  ASSERT_TRUE(complete);
  EXPECT_EQ(complete->flag->status, FollowUp::Status::complete);
}

TEST(ReadEmailChange, WhatOnlyAServerSets) {
  EXPECT_FALSE(read("  Email:Read maybe\n"));
  EXPECT_FALSE(read("  Email2:ConversationId opaque:\"x\"\n"));
  EXPECT_FALSE(read("  Email2:ReceivedAsBcc 1\n"));
  EXPECT_FALSE(read("  Email2:UmCallerID x\n"));
  EXPECT_FALSE(read("  Email2:IsDraft 1\n"));
  EXPECT_FALSE(read("  Email:Subject x\n", Version::v14_1));
  EXPECT_FALSE(read("  Email:Categories\n", Version::v12_1));
  EXPECT_FALSE(read("  Email:Read 1\n  Email:Read 1\n"));
}

TEST(ReadEmailChange, Drafts) {
  const auto change = read(
      "  Email:To \"a@b\"\n  Email:Cc\n  Email2:Bcc c@d\n  Email:Subject S\n"
      "  Email:Importance 2\n  Email:From me@here\n"
      "  AirSyncBase:Body\n    Type 2\n    Data \"<p>x\"\n"
      "  AirSyncBase:Attachments\n    Add\n      ClientId 1\n      Method 1\n"
      "      Content opaque:\"bytes\"\n      DisplayName f.txt\n      IsInline\n"
      "    Delete\n      FileReference c1:1.2:3\n");
  ASSERT_TRUE(change) << change.error().message;
  const DraftPatch& draft = change->draft;
  EXPECT_EQ(draft.to, "a@b");
  EXPECT_EQ(draft.cc, "");
  EXPECT_FALSE(draft.reply_to);
  EXPECT_EQ(draft.importance, Importance::high);
  EXPECT_EQ(draft.body->data, "<p>x");
  ASSERT_EQ(draft.attachments.size(), 1U);
  EXPECT_EQ(draft.attachments[0].content, "bytes");
  EXPECT_TRUE(draft.attachments[0].is_inline);
  EXPECT_EQ(draft.removed_attachments, std::vector<std::string>{"c1:1.2:3"});
}

TEST(ReadEmailChange, DraftRules) {
  const std::string mime = "  AirSyncBase:Body\n    Type 4\n    Data x\n";
  EXPECT_TRUE(read(mime));
  EXPECT_FALSE(read(mime + "  Email:To a@b\n"));
  EXPECT_FALSE(read("  AirSyncBase:Body\n    Type 3\n    Data x\n"));
  EXPECT_FALSE(read("  Email:Importance 3\n"));
  EXPECT_FALSE(read("  AirSyncBase:Attachments\n    Add\n      ClientId 1\n"));
  EXPECT_FALSE(
      read("  AirSyncBase:Attachments\n    Add\n      ClientId 1\n      Method 6\n"
           "      Content x\n      DisplayName f\n"));
  EXPECT_FALSE(read("  AirSyncBase:Attachments\n    Delete\n"));
}

TEST(Dates, BothNotations) {
  const Time time(std::chrono::milliseconds(1'711'872'300'005));
  EXPECT_EQ(format_dashed_date(time), "2024-03-31T08:05:00.005Z");
  EXPECT_EQ(format_compact_date(time), "20240331T080500Z");
  EXPECT_EQ(*parse_date("2024-03-31T08:05:00.005Z"), time);
  EXPECT_EQ(*parse_date("20240331T080500Z"), std::chrono::floor<std::chrono::seconds>(time));
  EXPECT_TRUE(parse_date("2024-03-31"));
  EXPECT_TRUE(parse_date("20240331"));
  for (const auto* const bad : {"", "2024", "2024-13-01", "2024-02-30T00:00:00Z", "2024-03-31T08",
                                "2024-03-31T08:05:00.Z", "20240331T080500Zx", "9999999999"}) {
    EXPECT_FALSE(parse_date(bad)) << bad;
  }
}

}  // namespace
}  // namespace godwit::mapping
