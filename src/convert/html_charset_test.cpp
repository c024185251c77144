#include "convert/html_charset.hpp"

#include <gtest/gtest.h>

namespace godwit::convert {
namespace {

std::string rewritten(std::string_view html, std::size_t piece) {
  HtmlCharset charset;
  std::string out;
  for (std::size_t at = 0; at < html.size(); at += piece) charset.feed(html.substr(at, piece), out);
  charset.finish(out);
  return out;
}

TEST(HtmlCharset, SaysUtf8WhateverThePieces) {
  for (const std::size_t piece : {1U, 7U, 1000U}) {
    EXPECT_EQ(rewritten("<META charset=latin1><p>x", piece), "<META charset=utf-8><p>x");
    EXPECT_EQ(
        rewritten("<meta http-equiv=Content-Type content='text/html;Charset = \"gb2312\"'>", piece),
        "<meta http-equiv=Content-Type content='text/html;Charset = \"utf-8\"'>");
    EXPECT_EQ(rewritten("<meta charset='a'/><meta name=x><meta charset=b>", piece),
              "<meta charset='utf-8'/><meta name=x><meta charset=utf-8>");
  }
}

TEST(HtmlCharset, LeavesTheRestAlone) {
  for (const char* html : {"", "<p>charset=latin1</p>", "<meta charset>",
                           "<meta charset=", "<meta name=charset content=x>", "<met"}) {
    EXPECT_EQ(rewritten(html, 3), html);
  }
  const std::string late = std::string(5000, ' ') + "<meta charset=latin1>";
  EXPECT_EQ(rewritten(late, 500), late);
  EXPECT_EQ(rewritten(late, late.size()), late);
}

}  // namespace
}  // namespace godwit::convert
