#include "convert/mime.hpp"

#include <gtest/gtest.h>

#include <random>

#include "convert/limits.hpp"

namespace godwit::convert {
namespace {

std::string show(const Part& part, const std::string& indent = "") {
  std::string out = indent + "[" + part.section + "] " + part.type + "/" + part.subtype;
  if (!part.encoding.empty() && part.encoding != "7bit") out += " " + part.encoding;
  if (!part.file_name.empty()) out += " '" + part.file_name + "'";
  out += "\n";
  for (const Part& child : part.children) out += show(child, indent + " ");
  return out;
}

std::string dump(const Layout& layout) {
  std::string out = show(layout.structure) + std::to_string(layout.header_size) + "\n";
  for (const Located& part : layout.parts) {
    out += part.section + ":" + std::to_string(part.header_begin) + "," +
           std::to_string(part.begin) + "," + std::to_string(part.end) + "\n";
  }
  return out;
}

Layout parse(std::string_view text) { return parse_layout(read_at(text)); }

std::string content(std::string_view text, const Layout& layout, std::string_view section) {
  const Located* const part = layout.find(section);
  if (part == nullptr) return "(none)";
  return std::string(text.substr(part->begin, part->end - part->begin));
}

constexpr std::string_view nested =
    "Subject: x\r\n"
    "Content-Type: multipart/mixed; boundary=\"outer\"\r\n"
    "\r\n"
    "preamble\r\n"
    "--outer\r\n"
    "Content-Type: multipart/alternative; boundary=inner\r\n"
    "\r\n"
    "--inner\r\n"
    "\r\n"
    "plain\r\n"
    "--inner\r\n"
    "Content-Type: text/html\r\n"
    "Content-Transfer-Encoding: Quoted-Printable\r\n"
    "\r\n"
    "<p>html\r\n"
    "--inner--\r\n"
    "epilogue\r\n"
    "--outer\r\n"
    "Content-Type: message/rfc822\r\n"
    "\r\n"
    "Subject: inside\r\n"
    "Content-Type: multipart/mixed; boundary=deep\r\n"
    "\r\n"
    "--deep\r\n"
    "Content-Type: image/png; name=\"a b.png\"\r\n"
    "\r\n"
    "\r\n"
    "--deep--\r\n"
    "--outer\r\n"
    "Content-Type: message/rfc822\r\n"
    "\r\n"
    "Subject: single\r\n"
    "\r\n"
    "text\r\n"
    "--outer--\r\n";

TEST(Layout, NumbersPartsAsImapDoes) {
  const Layout layout = parse(nested);
  EXPECT_EQ(show(layout.structure),
            "[] multipart/mixed\n"
            " [1] multipart/alternative\n"
            "  [1.1] text/plain\n"
            "  [1.2] text/html quoted-printable\n"
            " [2] message/rfc822\n"
            "  [] multipart/mixed\n"
            "   [2.1] image/png 'a b.png'\n"
            " [3] message/rfc822\n"
            "  [3.1] text/plain\n");
  EXPECT_EQ(content(nested, layout, "1.1"), "plain");
  EXPECT_EQ(content(nested, layout, "1.2"), "<p>html");
  EXPECT_EQ(content(nested, layout, "2.1"), "");
  EXPECT_EQ(content(nested, layout, "3.1"), "text");
  EXPECT_EQ(content(nested, layout, "3"), "Subject: single\r\n\r\ntext");
  EXPECT_EQ(content(nested, layout, "3.HEADER"), "Subject: single\r\n\r\n");
  EXPECT_EQ(content(nested, layout, "3.TEXT"), "text");
  EXPECT_EQ(content(nested, layout, ""), nested);
  EXPECT_EQ(content(nested, layout, "HEADER").size(), layout.header_size);
  EXPECT_TRUE(content(nested, layout, "TEXT").starts_with("preamble"));
}

TEST(Layout, AnyChunkingGivesTheSame) {
  const std::string expected = dump(parse(nested));
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    const std::size_t most = round < 10 ? 1 + static_cast<std::size_t>(round) : random() % 60 + 1;
    LayoutParser parser;
    for (std::size_t at = 0; at < nested.size();) {
      const std::size_t length = round < 10 ? most : random() % most + 1;
      parser.feed(nested.substr(at, length));
      at += length;
    }
    ASSERT_EQ(dump(parser.finish()), expected) << round;
  }
}

TEST(Layout, SinglePartIsNumberOne) {
  const std::string text = "Subject: x\n\nbody\n";
  const Layout layout = parse(text);
  EXPECT_EQ(show(layout.structure), "[1] text/plain\n");
  EXPECT_EQ(content(text, layout, "1"), "body\n");
  EXPECT_EQ(layout.structure.size, 5U);
}

TEST(Layout, MessageInMessageIsNumberedBelowOne) {
  const std::string text =
      "Content-Type: message/rfc822\n\nContent-Type: multipart/mixed; "
      "boundary=b\n\n--b\n\nx\n--b--";
  EXPECT_EQ(show(parse(text).structure),
            "[1] message/rfc822\n [] multipart/mixed\n  [1.1] text/plain\n");
}

TEST(Layout, BrokenMessagesKeepTheirText) {
  EXPECT_EQ(show(parse("").structure), "[1] text/plain\n");
  const std::string no_header = "just words\nand: more\n";
  EXPECT_EQ(content(no_header, parse(no_header), "1"), no_header);
  const std::string no_boundary = "Content-Type: multipart/mixed\n\n--x\n\nwords\n";
  EXPECT_EQ(content(no_boundary, parse(no_boundary), "1"), "--x\n\nwords\n");
  const std::string no_parts = "Content-Type: multipart/mixed; boundary=x\n\nwords\n";
  EXPECT_EQ(content(no_parts, parse(no_parts), "1"), "words\n");
  const std::string cut =
      "Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/html";
  EXPECT_EQ(show(parse(cut).structure), "[] multipart/mixed\n [1] text/html\n");
  const std::string early =
      "Content-Type: multipart/mixed; boundary=x\n\n--x\nA: b\n--x\n\ny\n--x--";
  EXPECT_EQ(content(early, parse(early), "1"), "");
  EXPECT_EQ(content(early, parse(early), "2"), "y");
}

TEST(Layout, BoundaryThatIsAPrefixOfAnother) {
  const std::string text =
      "Content-Type: multipart/mixed; boundary=ab\n\n--ab\n"
      "Content-Type: multipart/mixed; boundary=abc\n\n--abc\n\nx\n--abc--\n--ab  \n\ny\n--ab--\n";
  const Layout layout = parse(text);
  EXPECT_EQ(content(text, layout, "1.1"), "x");
  EXPECT_EQ(content(text, layout, "2"), "y");
}

TEST(Layout, LongBoundaryIsStillOne) {
  const std::string boundary(1'000, 'b');
  const std::string text = "Content-Type: multipart/mixed; boundary=" + boundary + "\n\n--" +
                           boundary + "\n\nx\n--" + boundary + "--\n";
  EXPECT_EQ(content(text, parse(text), "1"), "x");
}

TEST(Layout, OuterBoundaryEndsUnclosedInnerParts) {
  const std::string text =
      "Content-Type: multipart/mixed; boundary=o\n\n--o\n"
      "Content-Type: multipart/mixed; boundary=i\n\n--i\n\nx\n--o\n\ny\n";
  const Layout layout = parse(text);
  EXPECT_EQ(content(text, layout, "1.1"), "x");
  EXPECT_EQ(content(text, layout, "2"), "y\n");
}

TEST(Layout, DepthIsBounded) {
  std::string text;
  for (int i = 0; i < 500; ++i) {
    const std::string boundary = "b" + std::to_string(i);
    text += "Content-Type: multipart/mixed; boundary=";
    text += boundary;
    text += "\n\n--";
    text += boundary;
    text += '\n';
  }
  const Layout layout = parse(text);
  EXPECT_LE(layout.parts.size(), depth_max + 4);
  std::string messages;
  for (int i = 0; i < 500; ++i) messages += "Content-Type: message/rfc822\n\n";
  EXPECT_LE(parse(messages).parts.size(), 3 * depth_max + 4);
}

TEST(Layout, CountOfPartsIsBounded) {
  std::string text = "Content-Type: multipart/mixed; boundary=b\n\n";
  for (int i = 0; i < 5000; ++i) text += "--b\n\nx\n";
  const Layout layout = parse(text);
  ASSERT_EQ(layout.structure.children.size(), parts_max - 1);
  EXPECT_TRUE(layout.structure.children.back().is("application", "octet-stream"));
  EXPECT_EQ(layout.find("")->end, text.size());
  EXPECT_EQ(layout.parts.back().section, "TEXT");
}

TEST(Layout, HeaderSizeIsBounded) {
  const std::string text = "Subject: " + std::string(3 * header_bytes_max, 'x') + "\n\nbody";
  const Layout layout = parse(text);
  EXPECT_LE(layout.header_size, header_bytes_max);
  EXPECT_EQ(layout.find("1")->end, text.size());
}

TEST(Layout, EncodedEmbeddedMessageIsOpaque) {
  EXPECT_EQ(show(parse("Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nQUJD")
                     .structure),
            "[1] message/rfc822 base64\n");
}

TEST(Layout, DigestPartsAreMessages) {
  const std::string text =
      "Content-Type: multipart/digest; boundary=d\n\n--d\n\nSubject: one\n\ntext\n--d--\n";
  EXPECT_EQ(show(parse(text).structure),
            "[] multipart/digest\n [1] message/rfc822\n  [1.1] text/plain\n");
}

}  // namespace
}  // namespace godwit::convert
