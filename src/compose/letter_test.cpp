#include "compose/letter.hpp"

#include <gtest/gtest.h>

#include "compose/encode.hpp"

namespace godwit::compose {
namespace {

const Identity anna{{"anna@example.test", "a.smith@example.test"}, "Anna Smith"};
const Stamp stamp{"unique@example.test", Time(std::chrono::seconds(1'750'067'200))};

Fields fields(std::string_view block) { return read_letter(block).value().header; }

std::string from_of(std::string_view from) {
  Fields header =
      fields(from.empty() ? "To: b@x.test\r\n\r\n" : "From: " + std::string(from) + "\r\n\r\n");
  complete(header, anna, stamp);
  return std::string(header.get("From"));
}

std::vector<std::string> to_of(std::string_view block) {
  return recipients(fields(block)).value_or(std::vector<std::string>{"(none)"});
}

Errc error_of(std::string_view block) { return recipients(fields(block)).error().code; }

TEST(Letter, NeedsAWholeHeader) {
  EXPECT_EQ(read_letter("").error().code, Errc::malformed);
  EXPECT_EQ(read_letter("just words").error().code, Errc::malformed);
  EXPECT_EQ(read_letter("\r\n\r\ntext").error().code, Errc::malformed);
  EXPECT_EQ(read_letter("To: a@x\r\nno header line\r\nBcc: b@x\r\n\r\nt").error().code,
            Errc::malformed);
  EXPECT_EQ(read_letter("Content-Type: multipart/mixed\r\n\r\ntext").error().code, Errc::malformed);
  EXPECT_EQ(read_letter("To: a@x\r\n\r\ntext")->body, 11U);
  EXPECT_EQ(read_letter("\r\nTo: a@x\n\ntext")->body, 11U);
  EXPECT_EQ(read_letter("To: a@x\r\n")->body, 9U);
}

TEST(Letter, FindsRecipientsOnce) {
  EXPECT_EQ(to_of("To: A <a@x.test>, a@X.TEST\r\nCc: team: b@x.test, c@x.test;\r\n"
                  "Bcc: d@x.test,\r\n a@x.test\r\n\r\n"),
            (std::vector<std::string>{"a@x.test", "b@x.test", "c@x.test", "d@x.test"}));
  // Letter case of the local part may matter: RFC 5321 2.4.
  EXPECT_EQ(to_of("To: a@x.test, A@x.test\r\n\r\n").size(), 2U);
  EXPECT_EQ(to_of("To: undisclosed-recipients:;\r\nBcc: b@x.test\r\n\r\n").size(), 1U);
}

TEST(Letter, RefusesWhatIsNoAddress) {
  EXPECT_EQ(error_of("Subject: x\r\n\r\n"), Errc::incomplete);
  EXPECT_EQ(error_of("To: Bruno\r\n\r\n"), Errc::refused);
  EXPECT_EQ(error_of("To: a@x.test, Bruno\r\n\r\n"), Errc::refused);
  EXPECT_EQ(error_of("To: <a@x.test> <b\r\n\r\n"), Errc::refused);
  EXPECT_EQ(error_of("To: \"two words\"@x.test\r\n\r\n"), Errc::refused);
  EXPECT_EQ(error_of("To: a@\r\n\r\n"), Errc::refused);
  std::string many = "To: a0@x.test";
  for (int i = 1; i < 1500; ++i) many += ",\r\n a" + std::to_string(i) + "@x.test";
  EXPECT_EQ(error_of(many + "\r\n\r\n"), Errc::too_large);
}

TEST(Letter, NamesOnlyTheAccountAsAuthor) {
  EXPECT_EQ(from_of(""), "\"Anna Smith\" <anna@example.test>");
  EXPECT_EQ(from_of("anna@example.test"), "\"Anna Smith\" <anna@example.test>");
  EXPECT_EQ(from_of("Me <A.Smith@example.test>"), "Me <A.Smith@example.test>");
  EXPECT_EQ(from_of("\"The Boss\" <boss@example.test>"), "\"The Boss\" <anna@example.test>");
  EXPECT_EQ(from_of("anna@example.test, boss@example.test"), "\"Anna Smith\" <anna@example.test>");
  EXPECT_EQ(from_of("=?utf-8?Q?J=C3=BCrgen?= <x@y.test>"),
            "=?utf-8?B?SsO8cmdlbg==?= <anna@example.test>");
}

TEST(Letter, WritesAsOthersWhereThatIsPermitted) {
  Identity identity = anna;
  identity.send_as = {"info@example.test"};
  const auto from = [&](const std::string& given) {
    Fields header = fields("From: " + given + "\r\nTo: b@x.test\r\n\r\n");
    EXPECT_EQ(complete(header, identity, stamp), "anna@example.test");
    return std::string(header.get("From"));
  };
  EXPECT_EQ(from("The Office <INFO@example.test>"), "The Office <INFO@example.test>");
  EXPECT_EQ(from("info@example.test"), "info@example.test");
  EXPECT_EQ(from("info@example.test, boss@example.test"), "\"Anna Smith\" <anna@example.test>");
  EXPECT_EQ(from("a@x.test\r\nFrom: info@example.test"), "\"Anna Smith\" <anna@example.test>");
  EXPECT_EQ(from("infos@example.test"), "\"Anna Smith\" <anna@example.test>");
}

TEST(Letter, ANameMakesNoFields) {
  Identity odd = anna;
  odd.display_name = "Anna\r\nBcc: eve@x.test\r\n\"x\\";
  Fields header = fields("To: b@x.test\r\n\r\n");
  complete(header, odd, stamp);
  EXPECT_FALSE(fields(header.str() + "\r\n").has("Bcc"));
  EXPECT_EQ(header.str().find("\r\nBcc"), std::string::npos);
}

TEST(Letter, AddsWhatIsMissing) {
  Fields header = fields("To: b@x.test\r\nContent-Type: text/plain\r\n\r\n");
  EXPECT_EQ(complete(header, anna, stamp), "anna@example.test");
  EXPECT_EQ(header.str(),
            "To: b@x.test\r\nContent-Type: text/plain\r\n"
            "From: \"Anna Smith\" <anna@example.test>\r\n"
            "Date: Mon, 16 Jun 2025 09:46:40 +0000\r\n"
            "Message-ID: <unique@example.test>\r\nMIME-Version: 1.0\r\n");
}

TEST(Letter, KeepsWhatIsThere) {
  const std::string block =
      "From: Me <anna@example.test>\r\nSender: s@x.test\r\nReply-To: r@x.test\r\n"
      "Date: Sun, 01 Jun 2025 10:00:00 +0200\r\nMessage-ID: <mine@phone>\r\n"
      "Subject: a\r\n folded one\r\nBcc: b@x.test\r\n";
  Fields header = fields(block + "\r\n");
  complete(header, anna, stamp);
  EXPECT_EQ(header.str(), block);
  hide_recipients(header);
  EXPECT_EQ(header.str().find("Bcc"), std::string::npos);
}

TEST(Letter, ReplacesNonsense) {
  Fields header = fields("Date: soon\r\nMessage-ID: none\r\nReturn-Path: <x@y>\r\n\r\n");
  complete(header, anna, stamp);
  EXPECT_EQ(header.get("Date"), "Mon, 16 Jun 2025 09:46:40 +0000");
  EXPECT_EQ(header.get("Message-ID"), "<unique@example.test>");
  EXPECT_FALSE(header.has("Return-Path"));
}

TEST(Fields, AreTheSameWhenReadAgain) {
  using namespace std::string_literals;
  const Fields header("To: \0\0@x\r\n \0\r\n\t\r\r\n a\rb\n c\r\nX:\r\n  \r\n\r\n"s);
  EXPECT_EQ(Fields(header.str()).str(), header.str());
  EXPECT_EQ(header.str(), "To: @x\r\n a b\r\n c\r\nX: \r\n");
}

TEST(Fields, ValuesNeverBreakOut) {
  Fields header;
  header.set("X", "one\r\nBcc: two\r\n three\nfour\r\n\r\nfive");
  EXPECT_EQ(header.str(), "X: one Bcc: two\r\n three four five\r\n");
}

}  // namespace
}  // namespace godwit::compose
