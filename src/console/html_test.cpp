#include "console/html.hpp"

#include <gtest/gtest.h>

namespace godwit::console {
namespace {

constexpr const char* hostile = "<script>alert(1)</script>\"'&\xff";

TEST(Html, TextAndValuesAreEscaped) {
  const Html out = element("p", {{"title", hostile}}, hostile);
  EXPECT_EQ(out.text(),
            "<p title=\"&lt;script&gt;alert(1)&lt;/script&gt;&quot;'&amp;\xEF\xBF\xBD\">"
            "&lt;script&gt;alert(1)&lt;/script&gt;&quot;'&amp;\xEF\xBF\xBD</p>");
}

TEST(Html, ElementsNestInTheirOrder) {
  EXPECT_EQ(element("ul", element("li", "a"), element("li", element("b", "b"), " & ")).text(),
            "<ul><li>a</li><li><b>b</b> &amp; </li></ul>");
  EXPECT_EQ(element("p", {}).text(), "<p></p>");
  EXPECT_EQ(element("br", {}).text(), "<br>");
  EXPECT_EQ(Html::document(element("html", "x")), "<!DOCTYPE html>\n<html>x</html>\n");
}

TEST(Html, AttributesMayHaveNoValue) {
  EXPECT_EQ(
      element("input", {{"checked", Present::yes}, {"disabled", Present::no}, {"name", ""}}).text(),
      "<input checked name=\"\">");
}

TEST(Url, ParametersAreEncoded) {
  EXPECT_EQ(Url("/godwit/device").text(), "/godwit/device");
  EXPECT_EQ(Url("/a", {{"id", "a b&c=d\"<"}, {"x", "\xC3\xA9"}}).text(),
            "/a?id=a%20b%26c%3Dd%22%3C&x=%C3%A9");
  EXPECT_EQ(Url::of_element("main \"x").text(), "#main%20%22x");
}

TEST(Url, PagesAreOfThisServer) {
  EXPECT_EQ(Url::of_page("/godwit/", {{"language", "de"}}).text(), "/godwit/?language=de");
  EXPECT_EQ(Url::of_page("/godwit/device", {}).text(), "/godwit/device");
  EXPECT_EQ(Url::of_page("//evil.test/x", {}).text(), "/evil.test/x");
  EXPECT_EQ(Url::of_page("/godwit/?x#y\"<\r\n", {}).text(), "/godwit/%3Fx%23y%22%3C%0D%0A");
  EXPECT_EQ(Url::of_page("", {}).text(), "/");
}

}  // namespace
}  // namespace godwit::console
