#include "convert/header.hpp"

#include <gtest/gtest.h>

#include "convert/address.hpp"
#include "convert/email.hpp"

namespace godwit::convert {
namespace {

TEST(DecodeText, EncodedWords) {
  EXPECT_EQ(decode_text(" =?utf-8?Q?a_=C3=A4?= =?utf-8?b?w7Y=?= end "), "a äö end");
  EXPECT_EQ(decode_text("=?iso-8859-1?q?=E4?=x=?ISO-8859-1*de?Q?=F6?="), "äxö");
  EXPECT_EQ(decode_text("=?utf-8?b?w6Q?="), "ä");
  // A character split between two words, against RFC 2047 5.
  EXPECT_EQ(decode_text("=?utf-8?B?w?=\r\n =?utf-8?B?6Q=?="),
            decode_text("=?utf-8?B?w?= =?utf-8?B?6Q=?="));
  EXPECT_EQ(decode_text("=?utf-8?Q?=C3?= =?utf-8?Q?=A4?="), "ä");
  EXPECT_EQ(decode_text("=?utf-8?Q?not closed"), "=?utf-8?Q?not closed");
  EXPECT_EQ(decode_text("=?x? =?utf-8?Q?y?="), "=?x? y");
  EXPECT_EQ(decode_text("=?gb2312?B?xKO6/Q==?="), "模糊");
}

TEST(DecodeText, RawEightBit) {
  EXPECT_EQ(decode_text("\xC3\xA4"), "ä");
  EXPECT_EQ(decode_text("\xE4"), "ä");
  EXPECT_EQ(decode_text("\xC4\xA3\xBA\xFD", "gb2312"), "模糊");
  EXPECT_EQ(decode_text("a\r\n\tb\x01"), "a b");
}

TEST(Parameters, QuotedContinuedAndEncoded) {
  const auto type = parse_parameters(
      "Text/Plain; charset=\"utf-8\" ; Name=\"a \\\"b\\\".txt\"; x*0=one; x*1=two (comment)");
  EXPECT_EQ(type.value, "text/plain");
  EXPECT_EQ(type.parameter("charset"), "utf-8");
  EXPECT_EQ(type.parameter("name"), "a \"b\".txt");
  EXPECT_TRUE(type.parameter("x").starts_with("onetwo"));
  const auto disposition = parse_parameters(
      "attachment; filename*0*=iso-8859-1'de'%E4; filename*1=\"b%20\"; filename*2*=%F6");
  EXPECT_EQ(disposition.parameter("filename"), "äb%20ö");
  EXPECT_EQ(parse_parameters("a/b; name=\"=?utf-8?Q?=C3=A4.pdf?=\"").parameter("name"), "ä.pdf");
  EXPECT_EQ(parse_parameters("a/b charset=x").parameter("charset"), "x");
  EXPECT_EQ(parse_parameters("a/b; name=my file.pdf; y").parameter("name"), "my file.pdf");
  EXPECT_EQ(parse_parameters("").value, "");
}

TEST(Header, FieldsAndTheirEnd) {
  const std::string block =
      "From x Mon\r\nSubject: a\r\n b\r\nEmpty:\r\nbad line is not there\r\n\r\nTo: c";
  const auto fields = parse_fields(block);
  ASSERT_EQ(fields.size(), 2U);
  EXPECT_EQ(unfold(fields[0].value), "a b");
  EXPECT_EQ(header_length("A: b\r\n\r\nbody"), 8U);
  EXPECT_EQ(header_length("A: b\r\nno header"), 6U);
}

TEST(Header, IdsAndDates) {
  EXPECT_EQ(first_message_id(" <a@b> (x)"), "a@b");
  EXPECT_EQ(first_message_id("bare@id "), "bare@id");
  EXPECT_EQ(message_ids("<a@b>\r\n <c@d><e@f>").size(), 3U);
  EXPECT_EQ(parse_date("Mon, 31 Mar 2025 10:00:00 +0200"),
            Time(std::chrono::seconds(1'743'408'000)));
  EXPECT_FALSE(parse_date("nonsense"));
}

TEST(Addresses, Forms) {
  const auto show = [](std::string_view raw) {
    return format_addresses(parse_addresses(raw), ", ", 1000);
  };
  EXPECT_EQ(show("a@b, \"C, D\" <c@d>"), "a@b, \"C, D\" <c@d>");
  EXPECT_EQ(show("=?utf-8?Q?J=C3=B6rg,_X?= <j@x> (comment)"), "\"Jörg, X\" <j@x>");
  EXPECT_EQ(show("a@b (Name (nested))"), "\"Name (nested)\" <a@b>");
  EXPECT_EQ(show("Group: a@b, c@d;, e@f"), "a@b, c@d, e@f");
  EXPECT_EQ(show("undisclosed-recipients:;"), "");
  EXPECT_EQ(show("<@relay:a@b>"), "a@b");
  EXPECT_EQ(show("Say \"hi\" <x@y"), "\"Say hi\" <x@y>");
  EXPECT_EQ(format_addresses(parse_addresses("a@b, c@d"), "; ", 5), "a@b");
  EXPECT_EQ(format_names(parse_addresses("A B <a@b>, c@d"), 100), "A B; c@d");
}

Message message(std::string header, Part structure = {}) {
  Message message;
  message.header = std::move(header);
  message.structure = std::move(structure);
  return message;
}

TEST(EmailOf, HeaderFields) {
  Message mail = message(
      "From: A <a@x>\r\nSender: B <b@x>\r\nTo: me@x, \"C\" <c@x>\r\nReply-To: r@x, s@x\r\n"
      "Subject: Re: AW: =?utf-8?Q?=C3=A4?=\r\nX-Priority: 1 (Highest)\r\nBcc: z@x\r\n\r\n");
  mail.state.flags.seen = true;
  mail.state.flags.answered = true;
  mail.state.flags.keywords = {"Work", "$x"};
  EmailContext context;
  std::vector<std::string> own{"primary@x", "ME@x"};
  context.own_addresses = own;
  const Email email = email_of(mail, context);
  EXPECT_EQ(email.from, "\"A\" <a@x>");
  EXPECT_EQ(email.sender, "\"B\" <b@x>");
  EXPECT_EQ(email.to, "me@x, \"C\" <c@x>");
  EXPECT_EQ(email.display_to, "me@x; C");
  EXPECT_EQ(email.reply_to, "r@x; s@x");
  EXPECT_EQ(email.subject, "Re: AW: ä");
  EXPECT_EQ(email.thread_topic, "ä");
  EXPECT_EQ(email.importance, Importance::high);
  EXPECT_EQ(email.bcc, "");
  EXPECT_EQ(email.last_verb, Verb::reply);
  EXPECT_EQ(email.categories, std::vector<std::string>{"Work"});
  EXPECT_FALSE(email.received_as_bcc);
  own.pop_back();
  context.own_addresses = own;
  EXPECT_TRUE(email_of(mail, context).received_as_bcc);
}

TEST(EmailOf, Classes) {
  const auto class_of = [](Part part, std::string header = "") {
    return message_class_of(part, Header(header));
  };
  Part part;
  EXPECT_EQ(class_of(part), "IPM.Note");
  part.type = "application";
  part.subtype = "pkcs7-mime";
  EXPECT_EQ(class_of(part), "IPM.Note.SMIME");
  part.type = "multipart";
  part.subtype = "signed";
  EXPECT_EQ(class_of(part), "IPM.Note.SMIME.MultipartSigned");
  part.parameters = {{"protocol", "application/pgp-signature"}};
  EXPECT_EQ(class_of(part), "IPM.Note");
  part.subtype = "report";
  part.parameters = {{"report-type", "delivery-status"}};
  EXPECT_EQ(class_of(part), "REPORT.IPM.NOTE.NDR");
  part.subtype = "alternative";
  Part calendar;
  calendar.subtype = "calendar";
  calendar.parameters = {{"method", "REQUEST"}};
  part.children = {Part{}, calendar};
  EXPECT_EQ(class_of(part), "IPM.Schedule.Meeting.Request");
  part.children[1].parameters = {{"method", "reply"}};
  EXPECT_EQ(class_of(part, "Subject: Declined: x\r\n"), "IPM.Schedule.Meeting.Resp.Neg");
}

TEST(Conversation, OneThread) {
  const std::string root = "Message-ID: <1@x>\r\n";
  const std::string reply = "Message-ID: <2@x>\r\nIn-Reply-To: <1@x>\r\nReferences: <1@x>\r\n";
  const std::string third = "Message-ID: <3@x>\r\nReferences: <1@x> <2@x>\r\n";
  EXPECT_EQ(conversation_id_of(Header(root)).size(), 16U);
  EXPECT_EQ(conversation_id_of(Header(root)), conversation_id_of(Header(reply)));
  EXPECT_EQ(conversation_id_of(Header(root)), conversation_id_of(Header(third)));
  EXPECT_NE(conversation_id_of(Header(root)), conversation_id_of(Header("Message-ID: <9@x>\r\n")));
  const auto index = [](const std::string& header) {
    return conversation_index_of(Header(header));
  };
  EXPECT_EQ(index(root).size(), 5U);
  EXPECT_EQ(index(root).front(), '\x01');
  EXPECT_EQ(index(reply).size(), 10U);
  EXPECT_TRUE(index(third).starts_with(index(reply)));
  EXPECT_TRUE(index(reply).starts_with(index(root)));
  EXPECT_EQ(index("").size(), 5U);
}

// Quirk parents_only: the first mail is not in such a header.
TEST(Conversation, AReplyThatNamesItsParentAlone) {
  const std::string third = "Message-ID: <3@x>\r\nIn-Reply-To: <2@x>\r\n";
  EXPECT_EQ(conversation_id_of(Header(third)), conversation_id_of(Header("Message-ID: <2@x>\r\n")));
}

TEST(Conversation, ThreadIndexAsExchangeShortensIt) {
  // 22 bytes of root, one level of 5.
  const std::string header = "Thread-Index: Ac6axljAaRAAAQIDBAUGBwgJCgsMDQ4PEBEAAQIDBA==\r\n";
  const std::string index = conversation_index_of(Header(header));
  EXPECT_TRUE(index.starts_with("\x01\xCE\x9A\xC6\x58"));
  EXPECT_EQ(index.size() % 5, 0U);
}

TEST(Subject, Base) {
  EXPECT_EQ(base_subject("Re: Fwd:  WG: x: y"), "x: y");
  EXPECT_EQ(base_subject("RE[2]: x"), "x");
  EXPECT_EQ(base_subject("Report: x"), "Report: x");
}

}  // namespace
}  // namespace godwit::convert
