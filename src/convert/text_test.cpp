#include "convert/text.hpp"

#include <gtest/gtest.h>

#include <random>

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "convert/html.hpp"
#include "convert/mime_text.hpp"

namespace godwit::convert {
namespace {

/// Feeds `input` in random pieces to what `make` makes.
template <class Make>
std::string in_pieces(std::string_view input, unsigned seed, Make make) {
  auto decoder = make();
  std::string out;
  std::mt19937 random(seed);
  const std::size_t most = seed < 4 ? seed + 1 : random() % 40 + 1;
  while (!input.empty()) {
    const std::size_t length = std::min<std::size_t>(random() % most + 1, input.size());
    decoder.feed(input.substr(0, length), out);
    input.remove_prefix(length);
  }
  decoder.finish(out);
  return out;
}

template <class Make>
void expect_same_in_pieces(std::string_view input, Make make) {
  auto decoder = make();
  std::string whole;
  decoder.feed(input, whole);
  decoder.finish(whole);
  for (unsigned seed = 0; seed < 60; ++seed) {
    ASSERT_EQ(in_pieces(input, seed, make), whole) << "seed " << seed << " of " << input;
  }
}

std::string random_text(std::mt19937& random, std::string_view alphabet, std::size_t length) {
  std::string out;
  while (out.size() < length) out += alphabet[random() % alphabet.size()];
  return out;
}

std::string transfer(std::string_view encoding, std::string_view text) {
  TransferDecoder decoder(encoding);
  std::string out;
  decoder.feed(text, out);
  decoder.finish(out);
  return out;
}

TEST(TransferDecoder, Base64IsTolerant) {
  EXPECT_EQ(transfer("base64", "SGVsbG8="), "Hello");
  EXPECT_EQ(transfer("BASE64 ", "SGVs\r\nbG8"), "Hello");
  EXPECT_EQ(transfer("base64", "SG!Vs b-G8=\r\n-- \r\nlist footer"), "Hello");
  EXPECT_EQ(transfer("base64", "SGVsbG8gV29ybGQhA"), "Hello World!");
  EXPECT_EQ(transfer("base64", "===="), "");
}

TEST(TransferDecoder, QuotedPrintableIsTolerant) {
  EXPECT_EQ(transfer("quoted-printable", "a=3Db=\r\nc=\n d"), "a=bc d");
  EXPECT_EQ(transfer("quoted-printable", "blanks   \r\nstay out"), "blanks\r\nstay out");
  EXPECT_EQ(transfer("quoted-printable", "=c3=A4 =zz = =4"), "\xC3\xA4 =zz = =4");
  EXPECT_EQ(transfer("quoted-printable", "soft =  \r\nbreak="), "soft break");
  EXPECT_EQ(transfer("x-uuencode", "begin 644 x"), "begin 644 x");
}

TEST(TransferDecoder, AnyChunkingGivesTheSame) {
  std::mt19937 random(1);
  for (int round = 0; round < 40; ++round) {
    const std::string quoted = random_text(random, "a=3D \t\r\n=", 120);
    expect_same_in_pieces(quoted, [] { return TransferDecoder("quoted-printable"); });
    const std::string base64 = random_text(random, "AbC9+/=\r\n !", 120);
    expect_same_in_pieces(base64, [] { return TransferDecoder("base64"); });
  }
}

TEST(Charset, RepairsLabels) {
  EXPECT_EQ(to_utf8("\xE4\x80", "iso-8859-1"), "ä€");
  EXPECT_EQ(to_utf8("\xE4", "us-ascii"), "ä");
  EXPECT_EQ(to_utf8("\xE4", ""), "ä");
  EXPECT_EQ(to_utf8("\xE4", "no-such-charset"), "ä");
  EXPECT_EQ(to_utf8("\xE4", "utf-8"), "ä");
  EXPECT_EQ(to_utf8("\xC3\xA4", "iso-8859-1"), "ä");
  EXPECT_EQ(to_utf8("\xC3\xA4 \xE4", "utf-8"), "ä \xEF\xBF\xBD");
  EXPECT_EQ(to_utf8("\xC4\xA3\xBA\xFD", "gb2312"), "模糊");
  EXPECT_EQ(to_utf8("\x82\xA0", "shift_jis"), "あ");
  EXPECT_EQ(to_utf8("\xB0\xA1", "ks_c_5601-1987"), "가");
  EXPECT_EQ(to_utf8("\x1B$B$\"\x1B(B", "iso-2022-jp"), "あ");
  EXPECT_EQ(to_utf8("+AOQ-", "utf-7"), "ä");
  EXPECT_EQ(to_utf8(std::string_view("a\0b\x01", 4), "utf-8"), "ab");
  EXPECT_EQ(to_utf8("x", "../../etc/passwd"), "x");
}

TEST(Charset, SeesTheByteOrderOfUtf16) {
  using namespace std::literals;
  EXPECT_EQ(to_utf8("a\0\xE4\0"sv, "utf-16"), "aä");
  EXPECT_EQ(to_utf8("\0a\0\xE4"sv, "UTF-16"), "aä");
  EXPECT_EQ(to_utf8("\xFF\xFE"
                    "a\0"sv,
                    "utf-16"),
            "a");
  EXPECT_EQ(to_utf8("\xFE\xFF\0a"sv, "utf-16"), "a");
  EXPECT_EQ(to_utf8("plain, whatever its label says\xC3\xA4", "utf-16"),
            "plain, whatever its label saysä");
  EXPECT_EQ(to_utf8("\x6A\x21\x7C\xCA"sv, "utf-16"), "模糊");
}

TEST(Charset, KnowsCodePages) {
  EXPECT_EQ(code_page("utf-8"), 65001U);
  EXPECT_EQ(code_page("iso-8859-1"), 1252U);
  EXPECT_EQ(code_page("GB2312"), 54936U);
  EXPECT_EQ(code_page("unheard-of"), 65001U);
}

TEST(Charset, AnyChunkingGivesTheSameAndIsClean) {
  std::mt19937 random(2);
  for (const std::string label :
       {"utf-8", "iso-8859-1", "gb2312", "shift_jis", "iso-2022-jp", "utf-7", "utf-16", "big5"}) {
    for (int round = 0; round < 30; ++round) {
      std::string text(random() % 200, '\0');
      for (char& c : text) c = static_cast<char>(round % 2 == 0 ? random() : random() % 96 + 0x80);
      expect_same_in_pieces(text, [&] { return CharsetDecoder(label); });
      const std::string out = to_utf8(text, label);
      ASSERT_EQ(out, utf8_clean(out));
    }
  }
}

TEST(Charset, DecidesOnASampleOfBoundedSize) {
  const std::string utf8 = "\xC3\xA4" + std::string(40'000, 'x') + "\xE4";
  EXPECT_TRUE(to_utf8(utf8, "iso-8859-1").starts_with("äx"));
  expect_same_in_pieces(utf8, [] { return CharsetDecoder("iso-8859-1"); });
}

Part flowed_part(bool delete_space) {
  Part part;
  part.parameters = {{"charset", "utf-8"}, {"format", "flowed"}};
  if (delete_space) part.parameters.emplace_back("delsp", "yes");
  return part;
}

TEST(Flowed, JoinsLines) {
  const std::string text = "one \r\ntwo\r\n> a \r\n> b\r\n>> c \r\nd\r\n-- \r\nme\r\n  stuffed\r\n";
  EXPECT_EQ(decode_text_part(text, flowed_part(false)),
            "one two\r\n> a b\r\n>> c \r\nd\r\n-- \r\nme\r\n stuffed\r\n");
  EXPECT_EQ(decode_text_part("o \r\nne\r\n", flowed_part(true)), "one\r\n");
}

TEST(Flowed, AnyChunkingGivesTheSame) {
  std::mt19937 random(3);
  for (int round = 0; round < 60; ++round) {
    const std::string text = random_text(random, "ab >-\r\n\n  ", 150);
    expect_same_in_pieces(text, [&] { return TextDecoder(flowed_part(round % 2 == 0)); });
  }
  const std::string line(200'000, 'x');
  EXPECT_EQ(decode_text_part(line + "\r\nend \r\nflows", flowed_part(false)),
            line + "\r\nend flows");
}

TEST(TextDecoder, WordsLabelledBase64AreWords) {
  Part part;
  part.encoding = "base64";
  const std::string words = "these are just some words that nobody has encoded at all\r\n";
  EXPECT_EQ(decode_text_part(words, part), words);
  EXPECT_EQ(decode_text_part(base64_encode(words), part), words);
}

TEST(Html, GivesTheText) {
  EXPECT_EQ(html_to_text("<p>Hello  <b>wor</b>ld</p><p>again"), "Hello world\r\n\r\nagain");
  EXPECT_EQ(html_to_text("a<br>b<br/><br>c"), "a\r\nb\r\n\r\nc");
  EXPECT_EQ(html_to_text("<ul><li>x<li><p>y</p></ul><ol><li>z</ol>"), "* x\r\n* y\r\n\r\n1. z");
  EXPECT_EQ(html_to_text("<table><tr><td>a</td><td>b</td></tr><tr><td>c"), "a\tb\r\nc");
  EXPECT_EQ(html_to_text("<pre>\n a\n  b</pre>c"), " a\r\n  b\r\nc");
  EXPECT_EQ(html_to_text("<a href='http://x/?a=1&b=2>3'>link</a>"), "link");
}

TEST(Html, LeavesOutWhatIsNotShown) {
  EXPECT_EQ(html_to_text("<head><title>t</title><style>p{}</style></head><body>x"), "x");
  EXPECT_EQ(html_to_text("<script>if (a<b) '</p>'</script>y"), "y");
  EXPECT_EQ(html_to_text("a<!-- <p>b --> c<!--> d<!---->e"), "a c de");
  EXPECT_EQ(html_to_text("<!--[if mso]>no<![endif]-->yes<![if !mso]>too<![endif]>"), "yestoo");
  EXPECT_EQ(html_to_text("<?xml version='1.0'?><!DOCTYPE html>z"), "z");
}

TEST(Html, KnowsCharacterReferences) {
  EXPECT_EQ(html_to_text("&lt;&amp;&gt;&quot;&apos;&#65;&#x42;&euro;&#128;&ouml;"), "<&>\"'AB€€ö");
  EXPECT_EQ(html_to_text("AT&T &unknown; &copy2024 a&b=c &"), "AT&T &unknown; ©2024 a&b=c &");
  EXPECT_EQ(html_to_text("&#0;&#xD800;&#x110000;&#99999999999;"),
            "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(html_to_text("a&#10;b&#32;c"), "a b c");
}

TEST(Html, BrokenMarkupIsText) {
  EXPECT_EQ(html_to_text("1 < 2 > 1 <> </> <3"), "1 < 2 > 1 <> <3");
  EXPECT_EQ(html_to_text("x <p"), "x");
  EXPECT_EQ(html_to_text("a<"), "a<");
  EXPECT_EQ(html_to_text("</nothing></p></p></ul>a"), "a");
}

TEST(Html, AnyChunkingGivesTheSame) {
  std::mt19937 random(4);
  constexpr std::array<std::string_view, 24> pieces = {
      "<p>",   "</p>",  "<br>", "<!--", "-->",   "-",        "<script>", "</script>",
      "</scr", "&amp;", "&am",  "&#6",  "5;",    "<pre>",    "\n",       "</pre>",
      "\r",    "text ", "<li>", "<ol>", "</ol>", "<td a=\"", "\"'>",     "ä"};
  for (int round = 0; round < 200; ++round) {
    std::string html;
    for (int i = 0; i < 25; ++i) html += pieces[random() % pieces.size()];
    expect_same_in_pieces(html, [] { return HtmlToText(); });
    expect_same_in_pieces(html, [] { return TextToHtml(); });
  }
}

TEST(Html, NestingCostsNothing) {
  std::string html;
  for (int i = 0; i < 100'000; ++i) html += "<div><ul><pre><ol>";
  EXPECT_EQ(html_to_text(html + "x"), "x");
}

TEST(Html, MadeOfText) {
  EXPECT_EQ(
      text_to_html("a <b> & \"c\"\r\n  d\ne"),
      "<html><body>a &lt;b&gt; &amp; &quot;c&quot;<br>\r\n&nbsp;&nbsp;d<br>\r\ne</body></html>");
  EXPECT_EQ(html_to_text(text_to_html("one\r\n\r\ntwo <three>")), "one\r\n\r\ntwo <three>");
}

std::string mime_text(std::string_view bytes) {
  MimeText cleaner;
  std::string out;
  cleaner.feed(bytes, out);
  cleaner.finish(out);
  return out;
}

TEST(MimeText, KeepsUtf8AndReadsTheRest) {
  EXPECT_EQ(mime_text("Subject: ä\r\n\r\n\xE4\x80 x"), "Subject: ä\r\n\r\nä€ x");
  EXPECT_EQ(mime_text(std::string_view("a\0b\x07", 4)), "ab");
  EXPECT_EQ(mime_text("cut \xE2\x82"), "cut â‚");
  std::mt19937 random(5);
  for (int round = 0; round < 60; ++round) {
    std::string bytes(100, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    expect_same_in_pieces(bytes, [] { return MimeText(); });
    EXPECT_EQ(utf8_clean(mime_text(bytes)), mime_text(bytes));
  }
}

}  // namespace
}  // namespace godwit::convert
