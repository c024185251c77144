#include "compose/encode.hpp"

#include <gtest/gtest.h>

#include "compose/html_body.hpp"
#include "convert/header.hpp"
#include "convert/transfer.hpp"

namespace godwit::compose {
namespace {

template <class Filter>
std::string all(std::string_view text, std::size_t piece) {
  Filter filter;
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += piece) filter.feed(text.substr(i, piece), out);
  filter.finish(out);
  return out;
}

/// The same however it is cut.
template <class Filter>
std::string fed(std::string_view text) {
  const std::string whole = all<Filter>(text, std::max<std::size_t>(text.size(), 1));
  for (const std::size_t piece : {1U, 2U, 3U, 7U}) EXPECT_EQ(all<Filter>(text, piece), whole);
  return whole;
}

std::string decoded(std::string_view encoded) {
  convert::TransferDecoder decoder("quoted-printable");
  std::string out;
  decoder.feed(encoded, out);
  decoder.finish(out);
  return out;
}

TEST(QuotedPrintable, KeepsPlainWordsReadable) {
  EXPECT_EQ(fed<QuotedPrintable>("Hello, world!\nNext line"), "Hello, world!\r\nNext line\r\n");
  EXPECT_EQ(fed<QuotedPrintable>("a=b \r\nc\t\r\n"), "a=3Db=20\r\nc=09\r\n");
  EXPECT_EQ(fed<QuotedPrintable>("ü"), "=C3=BC\r\n");
  EXPECT_EQ(fed<QuotedPrintable>(".\r\nFrom me"), "=2E\r\n=46rom me\r\n");
  EXPECT_EQ(fed<QuotedPrintable>(""), "");
}

TEST(QuotedPrintable, LinesAreShortAndComeBack) {
  std::string text;
  for (int i = 0; i < 300; ++i) text += "wörter und mehr ";
  text += "\r\nend\r\n";
  const std::string encoded = fed<QuotedPrintable>(text);
  for (std::size_t at = 0; at < encoded.size();) {
    const auto end = encoded.find("\r\n", at);
    ASSERT_NE(end, std::string::npos);
    EXPECT_LE(end - at, 76U);
    at = end + 2;
  }
  EXPECT_EQ(decoded(encoded), text);
}

TEST(LineEnds, BecomeCrlf) {
  EXPECT_EQ(fed<LineEnds>("a\nb\r\nc\rd\r\r\ne\r"), "a\r\nb\r\nc\r\nd\r\ne\r\n");
  EXPECT_TRUE(LineEnds::clean("a\r\nb", 0));
  EXPECT_TRUE(LineEnds::clean("\nb", '\r'));
  EXPECT_FALSE(LineEnds::clean("\nb", 'a'));
  EXPECT_FALSE(LineEnds::clean("a\nb", 0));
  EXPECT_FALSE(LineEnds::clean("a\rb", 0));
  EXPECT_FALSE(LineEnds::clean("a", '\r'));
}

TEST(Encode, Phrases) {
  EXPECT_EQ(format_phrase(""), "");
  EXPECT_EQ(format_phrase("A \"B\" C"), "\"A \\\"B\\\" C\"");
  const std::string name = "Jürgen Müller von und zu Überlingen am schönen Bodensee, Büro Süd";
  EXPECT_EQ(convert::decode_text(format_phrase(name)), name);
  EXPECT_EQ(format_parameter("filename", "a\"b.txt"), "filename=\"a\\\"b.txt\"");
  EXPECT_EQ(format_parameter("filename", "ü.txt"), "filename*=utf-8''%C3%BC.txt");
}

TEST(InnerHtml, LeavesTheDocumentOut) {
  EXPECT_EQ(fed<InnerHtml>("<!DOCTYPE html><html lang=\"a>b\"><head><meta charset=x><title>T < u"
                           "</title><style>p{}</style></head><BODY bgcolor='>'><p>a &lt; b</p>"
                           "<br/></body></html>"),
            "<style>p{}</style><p>a &lt; b</p><br/>");
  EXPECT_EQ(fed<InnerHtml>("1 < 2 and <b>3</b>"), "1 < 2 and <b>3</b>");
  EXPECT_EQ(fed<InnerHtml>("text <im"), "text &lt;im");
}

TEST(InnerHtml, EndOfBody) {
  EXPECT_EQ(end_of_body("<html><body>x</BODY ></html>"), 13U);
  EXPECT_EQ(end_of_body("<html>x</html>"), 7U);
  EXPECT_EQ(end_of_body("x"), 1U);
}

}  // namespace
}  // namespace godwit::compose
