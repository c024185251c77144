#include "render/render.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/bytes.hpp"
#include "render/bed.hpp"
#include "wbxml/pages/airsyncbase.hpp"
#include "wbxml/pages/email.hpp"
#include "wbxml/pages/item_operations.hpp"

namespace godwit::render {
namespace {

namespace airsyncbase = wbxml::airsyncbase;
namespace email = wbxml::email;
using airsyncbase::Body;
using airsyncbase::Data;

constexpr std::string_view alternative =
    "From: a@b\r\nSubject: s\r\nContent-Type: multipart/alternative; boundary=x\r\n\r\n"
    "--x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nplain \xC3\xA4 text\r\n"
    "--x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    "<p>html \xC3\xA4 text</p><blockquote>old</blockquote>\r\n--x--\r\n";

Options asking(std::vector<BodyPreference> bodies, eas::Version version = eas::Version::v16_1) {
  Options options;
  options.version = version;
  options.bodies = std::move(bodies);
  return options;
}

std::string with_attachment(std::string_view content, std::string_view headers = "") {
  return "Subject: s\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\ntext\r\n--x\r\n"
         "Content-Type: application/pdf; name=\"a.pdf\"\r\n" +
         std::string(headers) + "\r\n" + std::string(content) + "\r\n--x--\r\n";
}

struct RenderTest : testing::Test {
  std::string text(const Prepared& item) {
    return std::string(Written(item).at({Body, Data}).text);
  }
  std::string type(const Prepared& item) {
    return std::string(Written(item).at({Body, airsyncbase::Type}).text);
  }
  Bed bed;
};

TEST_F(RenderTest, ChoosesTheStoredFormatFirst) {
  const auto item = bed.one(std::string(alternative), asking({{1}, {2}}));
  EXPECT_EQ(type(item), "2");
  EXPECT_EQ(Written(item).at({airsyncbase::NativeBodyType}).text, "2");
  const auto plain = bed.one("Subject: x\r\n\r\nbody", asking({{2}, {1}}));
  EXPECT_EQ(type(plain), "1");
  EXPECT_EQ(text(plain), "body");
  EXPECT_EQ(text(bed.one("Subject: x\r\n\r\na<b", asking({{2}}))),
            "<html><body>a&lt;b</body></html>");
}

/// RFC 1896 asks for it last of the alternatives; few can read it.
TEST_F(RenderTest, EnrichedTextIsTheLastChoice) {
  const std::string enriched = "--x\r\nContent-Type: text/enriched\r\n\r\n<bold>rich</bold>\r\n";
  std::string both(alternative);
  both.insert(both.rfind("--x--"), enriched);
  EXPECT_EQ(text(bed.one(both, asking({{1}}))), "plain \xC3\xA4 text");
  EXPECT_TRUE(text(bed.one(both, asking({{2}}))).starts_with("<p>html"));
  const std::string alone =
      "Content-Type: multipart/alternative; boundary=x\r\n\r\n" + enriched + "--x--\r\n";
  EXPECT_EQ(text(bed.one(alone, asking({{1}}))), "rich");
}

TEST_F(RenderTest, MimeOnlyWhereItIsAllowed) {
  Options options = asking({{2}, {4}});
  EXPECT_EQ(type(bed.one(std::string(alternative), options)), "2");
  options.mime_support = 2;
  const auto item = bed.one(std::string(alternative), options);
  EXPECT_EQ(type(item), "4");
  EXPECT_EQ(text(item), alternative);
  options.mime_support = 1;
  EXPECT_EQ(type(bed.one(std::string(alternative), options)), "2");
  const std::string encrypted =
      "Content-Type: application/pkcs7-mime; name=smime.p7m\r\n"
      "Content-Transfer-Encoding: base64\r\n\r\nQUJD\r\n";
  EXPECT_EQ(text(bed.one(encrypted, options)), encrypted);
  options.mime_truncation = 1;
  const std::string large = encrypted + std::string(10'000, 'x');
  EXPECT_EQ(text(bed.one(large, options)), large.substr(0, 4096));
}

TEST_F(RenderTest, CutsOnCharacterBoundaries) {
  const auto item = bed.one(std::string(alternative), asking({{1, 7}}));
  EXPECT_EQ(text(item), "plain ");
  const Written written(item);
  EXPECT_EQ(written.at({Body, airsyncbase::Truncated}).text, "1");
  EXPECT_EQ(written.at({Body, airsyncbase::EstimatedDataSize}).text, "13");
  const auto whole = bed.one(std::string(alternative), asking({{1, 100}}));
  EXPECT_FALSE(Written(whole).has({Body, airsyncbase::Truncated}));
  const auto none = bed.one(std::string(alternative), asking({{1, 0}}));
  EXPECT_FALSE(Written(none).has({Body, Data}));
  EXPECT_EQ(Written(none).at({Body, airsyncbase::Truncated}).text, "1");
  EXPECT_FALSE(Written(bed.one(std::string(alternative), asking({}))).has({Body, Data}));
}

TEST_F(RenderTest, NeverEndsWithinATag) {
  EXPECT_EQ(text(bed.one(std::string(alternative), asking({{2, 25}}))),
            "<p>html \xC3\xA4 text</p>");
}

TEST_F(RenderTest, AllOrNoneGoesOnToTheNext) {
  const auto item = bed.one(std::string(alternative), asking({{2, 20, true}, {1, 500}}));
  EXPECT_EQ(type(item), "1");
  const auto none = bed.one(std::string(alternative), asking({{2, 20, true}}));
  EXPECT_EQ(type(none), "2");
  EXPECT_FALSE(Written(none).has({Body, Data}));
  EXPECT_EQ(Written(none).at({Body, airsyncbase::Truncated}).text, "1");
}

TEST_F(RenderTest, PreviewIsPlainAndNotBesidePlainText) {
  const auto item = bed.one(std::string(alternative), asking({{2, std::nullopt, false, 6}}));
  EXPECT_EQ(Written(item).at({Body, airsyncbase::Preview}).text, "html \xC3\xA4");
  const auto plain = bed.one("Subject: x\r\n\r\nbody", asking({{1, std::nullopt, false, 6}}));
  EXPECT_FALSE(Written(plain).has({Body, airsyncbase::Preview}));
  const auto old =
      bed.one(std::string(alternative), asking({{2, std::nullopt, false, 6}}, eas::Version::v12_1));
  EXPECT_FALSE(Written(old).has({Body, airsyncbase::Preview}));
}

TEST_F(RenderTest, BodyPartIsTheNewText) {
  Options options = asking({{1}});
  options.body_part = BodyPreference{2};
  const Written written(bed.one(std::string(alternative), options));
  EXPECT_EQ(written.at({airsyncbase::BodyPart, airsyncbase::Status}).text, "1");
  EXPECT_EQ(written.at({airsyncbase::BodyPart, Data}).text, "<p>html \xC3\xA4 text</p>");
  options.version = eas::Version::v14_0;
  EXPECT_FALSE(Written(bed.one(std::string(alternative), options)).has({airsyncbase::BodyPart}));
}

TEST_F(RenderTest, PlainerForms) {
  const Written plain(bed.one(std::string(alternative), asking({{2}}), Form::plain_text));
  EXPECT_EQ(plain.at({Body, Data}).text, "plain \xC3\xA4 text");
  const Written bare(bed.one(std::string(alternative), asking({{2}}), Form::headers_only));
  EXPECT_FALSE(bare.has({Body, Data}));
  EXPECT_EQ(bare.at({email::Subject}).text, "s");
}

TEST_F(RenderTest, MultipartAnswersCarryBodiesApart) {
  std::vector<Uid> uids;
  uids.reserve(2);
  for (int i = 0; i < 2; ++i)
    uids.push_back(bed.memory.deliver(bed.inbox, std::string(alternative)));
  Request request = bed.request(uids, asking({{2}}));
  request.multipart = true;
  request.first_part = 3;
  auto batch = bed.prepare(std::move(request));
  ASSERT_TRUE(batch);
  ASSERT_EQ(batch->items.size(), 2U);
  const Written second(batch->items[1]);
  EXPECT_EQ(second.at({Body, wbxml::item_operations::Part}).text, "4");
  EXPECT_FALSE(second.has({Body, Data}));
  ASSERT_EQ(batch->items[1].parts.size(), 1U);
  EXPECT_TRUE(batch->items[1].parts[0]->view().starts_with("<p>html"));
}

TEST_F(RenderTest, KeepsTheOrderAndCountsWhatIsGone) {
  std::vector<Uid> uids;
  uids.reserve(150);
  for (int i = 0; i < 150; ++i) {
    uids.push_back(bed.memory.deliver(bed.inbox, "Subject: " + std::to_string(i) + "\r\n\r\nx"));
  }
  std::reverse(uids.begin(), uids.end());
  bed.memory.remove(bed.inbox, UidSet{{uids[3], uids[3]}});
  const auto before = bed.memory.calls();
  auto batch = bed.prepare(bed.request(uids, asking({{1}})));
  ASSERT_TRUE(batch);
  EXPECT_EQ(batch->consumed, 150U);
  ASSERT_EQ(batch->items.size(), 149U);
  EXPECT_EQ(batch->items[0].uid, uids[0]);
  EXPECT_EQ(batch->items[3].uid, uids[4]);
  EXPECT_LE(bed.memory.calls() - before, 7U);
}

TEST_F(RenderTest, StopsWhenEnoughIsHeld) {
  std::vector<Uid> uids;
  uids.reserve(20);
  for (int i = 0; i < 20; ++i) {
    uids.push_back(bed.memory.deliver(bed.inbox, "Subject: x\r\n\r\n" + std::string(100'000, 'x')));
  }
  Request request = bed.request(uids, asking({{1}}));
  request.memory_max = 300'000;
  auto batch = bed.prepare(std::move(request));
  ASSERT_TRUE(batch);
  EXPECT_GE(batch->items.size(), 1U);
  EXPECT_LE(batch->items.size(), 5U);
  EXPECT_EQ(batch->consumed, batch->items.size());
}

TEST_F(RenderTest, OldUidValidityIsAnError) {
  Request request = bed.request({1}, asking({{1}}));
  request.uid_validity += 1;
  EXPECT_EQ(bed.prepare(std::move(request)).error().code, Errc::stale);
}

TEST_F(RenderTest, Attachments) {
  const std::string message =
      "Content-Type: multipart/mixed; boundary=x\r\n\r\n"
      "--x\r\nContent-Type: multipart/related; boundary=y\r\n\r\n"
      "--y\r\nContent-Type: text/html\r\n\r\n<img src='cid:i@x'>\r\n"
      "--y\r\nContent-Type: image/png\r\nContent-ID: <i@x>\r\n\r\nPNG\r\n--y--\r\n"
      "--x\r\nContent-Type: message/rfc822\r\nContent-Description: old mail\r\n\r\nA: "
      "b\r\n\r\nc\r\n"
      "--x--\r\n";
  const Written written(bed.one(message, asking({{2}})));
  const auto& list = written.at({airsyncbase::Attachments}).children;
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list[0].text_of(airsyncbase::ContentId), "i@x");
  EXPECT_EQ(list[0].text_of(airsyncbase::IsInline), "1");
  EXPECT_EQ(list[0].text_of(airsyncbase::FileReference),
            "c1:" + std::to_string(bed.validity()) + ".1:1.2");
  EXPECT_EQ(list[1].text_of(airsyncbase::Method), "5");
  EXPECT_EQ(list[1].text_of(airsyncbase::DisplayName), "old mail.eml");
  EXPECT_EQ(written.at({Body, Data}).text, "<img src='cid:i@x'>");
}

/// TNEF is nobody's business but the reader's: no body is made of it, no octet changed.
TEST_F(RenderTest, AWinmailDatIsPassedThroughAsItIs) {
  const std::string tnef("\x78\x9F\x3E\x22\x01\x00\x01\x06\x90\x08\x00\x04", 12);
  const Uid uid = bed.memory.deliver(
      bed.inbox,
      "Subject: s\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n"
      "Content-Type: text/plain\r\n\r\nThe text.\r\n--x\r\n"
      "Content-Type: application/ms-tnef\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
          base64_encode(tnef) + "\r\n--x--\r\n");
  const auto batch = bed.prepare(bed.request({uid}, asking({{1}})));
  const Written written(batch->items.at(0));
  EXPECT_EQ(written.at({Body, Data}).text, "The text.");
  const auto& list = written.at({airsyncbase::Attachments}).children;
  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(list[0].text_of(airsyncbase::DisplayName), "winmail.dat");
  EXPECT_EQ(list[0].text_of(airsyncbase::IsInline), "");
  const auto reference = parse_file_reference(list[0].text_of(airsyncbase::FileReference));
  ASSERT_TRUE(reference);
  const auto loaded =
      test::run(load_attachment(bed.mail, bed.spools, bed.inbox, *reference, std::nullopt));
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->content_type, "application/ms-tnef");
  EXPECT_EQ(loaded->content->view(), tnef);
}

struct AttachmentTest : RenderTest {
  Result<Attachment> load(const std::string& message, std::optional<ByteRange> range = {}) {
    const Uid uid = bed.memory.deliver(bed.inbox, message);
    return test::run(
        load_attachment(bed.mail, bed.spools, bed.inbox, {"c1", bed.validity(), uid, "2"}, range));
  }
};

TEST_F(AttachmentTest, RangesOfEveryEncodingAreExact) {
  std::string content;
  for (int i = 0; i < 5000; ++i) content += static_cast<char>('a' + i * 7 % 26);
  std::string lines, ragged;
  const std::string base64 = base64_encode(content);
  for (std::size_t i = 0; i < base64.size(); i += 76) lines += base64.substr(i, 76) + "\r\n";
  for (std::size_t i = 0; i < base64.size(); i += 40 + i % 13) {
    ragged += base64.substr(i, 40 + i % 13) + "\r\n";
  }
  const std::string is_base64 = "Content-Transfer-Encoding: base64\r\n";
  const std::vector<std::string> messages = {
      with_attachment(lines.substr(0, lines.size() - 2), is_base64),
      with_attachment(base64, is_base64), with_attachment(ragged, is_base64),
      with_attachment(content),
      with_attachment(content, "Content-Transfer-Encoding: quoted-printable\r\n")};
  for (const std::string& message : messages) {
    const auto whole = load(message);
    ASSERT_TRUE(whole);
    EXPECT_EQ(whole->content->view(), content);
    EXPECT_EQ(whole->file_name, "a.pdf");
    for (const ByteRange range :
         {ByteRange{0, 0}, {0, 10}, {56, 58}, {1000, 3000}, {4998, 4999}, {4990, 9999}}) {
      const auto some = load(message, range);
      ASSERT_TRUE(some);
      EXPECT_EQ(some->content->view(), content.substr(range.first, range.last - range.first + 1));
      EXPECT_EQ(some->total, content.size());
      EXPECT_EQ(some->first, range.first);
    }
    EXPECT_EQ(load(message, ByteRange{5000, 5001}).error().code, Errc::out_of_range);
    EXPECT_EQ(load(message, ByteRange{5, 4}).error().code, Errc::out_of_range);
  }
}

TEST_F(AttachmentTest, WhatIsNotThere) {
  const Uid uid = bed.memory.deliver(bed.inbox, with_attachment("x"));
  for (const std::string section : {"3", "2.1"}) {
    FileReference reference{"c1", bed.validity(), uid, section};
    EXPECT_EQ(
        test::run(load_attachment(bed.mail, bed.spools, bed.inbox, reference, {})).error().code,
        Errc::not_found);
  }
  EXPECT_EQ(test::run(load_attachment(bed.mail, bed.spools, bed.inbox,
                                      {"c1", bed.validity(), 999, "1"}, {}))
                .error()
                .code,
            Errc::not_found);
}

TEST(FileReferences, SurviveTheWayToTheDevice) {
  const FileReference reference{"a:b", 7, 42, "1.2.3"};
  const auto again = parse_file_reference(format_file_reference(reference));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->collection_id, "a:b");
  EXPECT_EQ(again->uid_validity, 7U);
  EXPECT_EQ(again->uid, 42U);
  EXPECT_EQ(again->section, "1.2.3");
  for (const auto* const bad : {"", ":", "c:1.2:", "c:1.0:1", "c:12:1", ":1.2:1", "c:1.2:1/../2",
                                "c:1.99999999999:1", "c:x.2:1", "c:1.2:HEADER"}) {
    EXPECT_FALSE(parse_file_reference(bad)) << bad;
  }
}

}  // namespace
}  // namespace godwit::render
