#include "transcript_text.hpp"

#include <gtest/gtest.h>

#include "transcript_match.hpp"

namespace godwit::test {
namespace {

TEST(TranscriptText, ReadsTwoColumns) {
  const Transcript transcript = parse_transcript(
      "given device phone1 version 16.1\n"
      "> FolderSync                  < 200 X-MS-RP=*\n"
      "  FolderSync                    FolderSync\n"
      "    SyncKey 0                     Status 1\n"
      "                                  Changes Count=1\n");
  ASSERT_EQ(transcript.size(), 2U);
  const auto& step = std::get<TranscriptStep>(transcript[1]);
  EXPECT_EQ(step.command, "FolderSync");
  EXPECT_EQ(step.status, "200");
  ASSERT_EQ(step.answer.words.size(), 1U);
  EXPECT_EQ(step.request.root.children.at(0).value, "0");
  ASSERT_EQ(step.answer.root.children.size(), 2U);
  EXPECT_EQ(step.answer.root.children[1].children.at(0).name, "Count");
}

TEST(TranscriptText, ReadsOneColumnAndRawBodies) {
  const Transcript transcript = parse_transcript(
      "> SendMail SaveInSent=T\n"
      "  | From: a@example.test\n"
      "  |\n"
      "  | Hello\n"
      "< 200\n");
  const auto& step = std::get<TranscriptStep>(transcript.at(0));
  EXPECT_EQ(step.request.raw, "From: a@example.test\r\n\r\nHello\r\n");
  EXPECT_EQ(step.answer.body, Side::Body::none);
}

TEST(TranscriptText, RefusesWhatItCannotRead) {
  EXPECT_THROW(parse_transcript("nonsense\n"), TranscriptError);
  EXPECT_THROW(parse_transcript("> Sync\n"), TranscriptError);
  EXPECT_THROW(parse_transcript("> Sync    < 200\n  Overlong tail\n"), TranscriptError);
  EXPECT_THROW(parse_transcript("given x \"open\n"), TranscriptError);
}

TEST(TranscriptMatch, BindsAndCompares) {
  const Transcript transcript = parse_transcript(
      "> FolderSync        < 200\n"
      "                      FolderSync\n"
      "                        Status 1\n"
      "                        SyncKey $new!=$old\n"
      "                        ...\n");
  const Pattern& pattern = std::get<TranscriptStep>(transcript.at(0)).answer.root;
  const wbxml::Tag root = wbxml::find_tag("FolderHierarchy", "FolderSync")->tag;
  const wbxml::Tag status = wbxml::find_tag("FolderHierarchy", "Status")->tag;
  const wbxml::Tag key = wbxml::find_tag("FolderHierarchy", "SyncKey")->tag;
  client::Node answer(root, {client::Node(status, "1"), client::Node(key, "b")});
  Captures captures{{"old", "a"}};
  EXPECT_FALSE(mismatch(pattern, answer, captures));
  EXPECT_EQ(captures["new"], "b");
  captures = {{"old", "b"}};
  EXPECT_TRUE(mismatch(pattern, answer, captures));
  answer.children[0].text = "9";
  captures = {{"old", "a"}};
  EXPECT_TRUE(mismatch(pattern, answer, captures)->contains("Status is '9'"));
}

}  // namespace
}  // namespace godwit::test
