#include "compose/smart.hpp"

#include <gtest/gtest.h>

#include "backend/memory/memory.hpp"
#include "compose/compose_bed.hpp"
#include "convert/mime.hpp"
#include "run.hpp"

namespace godwit::compose {
namespace {

const std::string plain_original =
    "From: Bruno <bruno@x.test>\r\nTo: anna@x.test\r\nSubject: One\r\n"
    "Date: Sun, 01 Jun 2025 10:00:00 +0000\r\nMessage-ID: <one@x.test>\r\n"
    "References: <zero@x.test>\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\n"
    "Gr\xFC\xDF"
    "e\r\nB.\r\n";

const std::string mixed_original =
    "From: Bruno <bruno@x.test>\r\nSubject: Two\r\nMessage-ID: <two@x.test>\r\n"
    "Content-Type: multipart/mixed; boundary=edge\r\n\r\n--edge\r\n"
    "Content-Type: text/html; charset=utf-8\r\n\r\n<html><body><p>Words</p></body></html>\r\n"
    "--edge\r\nContent-Type: application/pdf; name=\"=?utf-8?Q?=C3=BC.pdf?=\"\r\n"
    "Content-Disposition: attachment\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    "MDEyMzQ1Njc4OQ==\r\n--edge--\r\n";

const std::string signed_original =
    "From: b@x.test\r\nSubject: Signed\r\nContent-Type: multipart/signed; boundary=s;\r\n"
    " protocol=\"application/pkcs7-signature\"\r\n\r\n--s\r\nContent-Type: text/plain\r\n\r\n"
    "Sealed.\r\n--s\r\nContent-Type: application/pkcs7-signature\r\n\r\nxx\r\n--s--\r\n";

class Smart : public testing::Test {
 protected:
  /// What goes out, header and all.
  std::string answer(const std::string& original, std::string mime, bool forward) {
    const FolderKey inbox = *mail().find_folder(FolderRole::inbox);
    const Uid uid = mail().deliver(inbox, original);
    const auto status = test::run(mail().status(inbox)).value();
    auto loaded = test::run(
        OriginalMessage::load(server_.open(account_), spools_, {inbox, status.uid_validity, uid}));
    auto body = http::text_body(std::move(mime));
    Answer made{test::run(with_line_ends(spools_, {body, body->view()})), forward, "u"};
    auto composed = test::run(compose_answer(spools_, std::move(made), **loaded));
    if (!composed) return "error: " + composed.error().message;
    return composed->header.str() + "\r\n" +
           composed->content.read(0, static_cast<std::size_t>(composed->content.size()));
  }

  backend::MemoryMail& mail() {
    backend::MemoryMail& mail = server_.mail(account_.user);
    if (!mail.find_folder(FolderRole::inbox)) {
      mail.add_folder(std::nullopt, "Inbox", FolderRole::inbox);
    }
    return mail;
  }

  ManualClock clock_;
  backend::MemoryServer server_{clock_};
  backend::Account account_ = server_.add_user("anna@x.test", "secret");
  TextSpools spools_;
};

TEST_F(Smart, RepliesInPlainText) {
  EXPECT_EQ(answer(plain_original,
                   "To: bruno@x.test\nSubject: Re: One\nContent-Type: text/plain; "
                   "charset=us-ascii\nContent-Transfer-Encoding: 7bit\n\nThanks!",
                   false),
            "To: bruno@x.test\r\nSubject: Re: One\r\n"
            "In-Reply-To: <one@x.test>\r\nReferences: <zero@x.test> <one@x.test>\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n"
            "Content-Transfer-Encoding: quoted-printable\r\n"
            "MIME-Version: 1.0\r\n\r\n"
            "Thanks!\r\n\r\n-------- Original message --------\r\n"
            "=46rom: \"Bruno\" <bruno@x.test>\r\nDate: Sun, 01 Jun 2025 10:00:00 +0000\r\n"
            "To: anna@x.test\r\nSubject: One\r\n\r\n> Gr=C3=BC=C3=9Fe\r\n> B.\r\n");
}

TEST_F(Smart, RepliesInHtmlInsideTheBody) {
  const std::string out =
      answer(mixed_original,
             "To: b@x.test\r\nContent-Type: text/html\r\n\r\n<html><body>Yes</body></html>", false);
  EXPECT_TRUE(out.contains("<html><body>Yes<div><br></div>")) << out;
  EXPECT_TRUE(out.contains("<p>Words</p></blockquote>")) << out;
  EXPECT_TRUE(out.ends_with("</body></html>\r\n")) << out;
  EXPECT_FALSE(out.contains("MDEyMzQ1"));
  EXPECT_FALSE(out.contains("<html><body><p>"));
}

TEST_F(Smart, ForwardsWithAttachmentsAsTheyAre) {
  const std::string out =
      answer(mixed_original, "To: c@x.test\r\nSubject: Fwd: Two\r\n\r\nLook.\r\n", true);
  const auto layout = convert::parse_layout(convert::read_at(std::string_view(out)));
  ASSERT_TRUE(layout.structure.is("multipart", "mixed")) << out;
  ASSERT_EQ(layout.structure.children.size(), 2U) << out;
  const Part& attached = layout.structure.children[1];
  EXPECT_TRUE(attached.is("application", "pdf"));
  EXPECT_EQ(attached.file_name, "ü.pdf");
  EXPECT_EQ(attached.disposition, "attachment");
  EXPECT_EQ(attached.encoding, "base64");
  const convert::Located* at = layout.find("2");
  EXPECT_EQ(out.substr(at->begin, at->end - at->begin), "MDEyMzQ1Njc4OQ==");
  EXPECT_TRUE(out.contains("Look.\r\n"));
  EXPECT_TRUE(out.contains("Words"));
  EXPECT_FALSE(out.contains("> Words"));
  EXPECT_FALSE(out.contains("In-Reply-To"));
}

TEST_F(Smart, KeepsAlternativesAndOwnAttachments) {
  const std::string out = answer(
      plain_original,
      "To: b@x.test\r\nContent-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\n"
      "Content-Type: multipart/alternative; boundary=i\r\n\r\n--i\r\n"
      "Content-Type: text/plain\r\n\r\nHi\r\n--i\r\nContent-Type: text/html\r\n\r\n<b>Hi</b>\r\n"
      "--i--\r\n--o\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n"
      "AAAA\r\n--o--\r\n",
      false);
  const auto layout = convert::parse_layout(convert::read_at(std::string_view(out)));
  ASSERT_EQ(layout.structure.children.size(), 2U) << out;
  const Part& words = layout.structure.children[0];
  ASSERT_TRUE(words.is("multipart", "alternative")) << out;
  ASSERT_EQ(words.children.size(), 2U);
  for (const Part& each : words.children) {
    const convert::Located* at = layout.find(each.section);
    EXPECT_TRUE(out.substr(at->begin, at->end - at->begin).contains("Gr=C3=BC=C3=9Fe"));
  }
  const convert::Located* image = layout.find("2");
  EXPECT_EQ(out.substr(image->begin, image->end - image->begin), "AAAA");
}

TEST_F(Smart, ForwardsSignedMailWhole) {
  const std::string out = answer(signed_original, "To: c@x.test\r\n\r\nSee.\r\n", true);
  const auto layout = convert::parse_layout(convert::read_at(std::string_view(out)));
  ASSERT_EQ(layout.structure.children.size(), 2U) << out;
  EXPECT_TRUE(layout.structure.children[1].is("message", "rfc822"));
  EXPECT_EQ(layout.structure.children[1].file_name, "Signed.eml");
  EXPECT_TRUE(out.contains(signed_original));
}

TEST_F(Smart, AnswersToTextThatIsNotThere) {
  const std::string out = answer(plain_original,
                                 "To: c@x.test\r\nContent-Type: image/png\r\n"
                                 "Content-Transfer-Encoding: base64\r\n\r\nAAAA\r\n",
                                 true);
  const auto layout = convert::parse_layout(convert::read_at(std::string_view(out)));
  ASSERT_EQ(layout.structure.children.size(), 2U) << out;
  EXPECT_TRUE(layout.structure.children[0].is("text", "plain"));
  EXPECT_TRUE(layout.structure.children[1].is("image", "png"));
  EXPECT_EQ(layout.structure.children[1].encoding, "base64");
}

TEST(Pieces, ReadAcrossEdges) {
  Pieces pieces;
  pieces.add("abc");
  const auto body = http::text_body("0123456789");
  pieces.add(body, body->view().substr(2, 5));
  pieces.add("");
  pieces.add("xyz");
  ASSERT_EQ(pieces.size(), 11U);
  EXPECT_EQ(pieces.read(0, 100), "abc23456xyz");
  EXPECT_EQ(pieces.read(2, 3), "c23");
  EXPECT_EQ(pieces.read(8, 1), "x");
  EXPECT_EQ(pieces.read(11, 1), "");
  EXPECT_EQ(pieces.read(0, 0), "");
}

}  // namespace
}  // namespace godwit::compose
