#include "console/form.hpp"

#include <gtest/gtest.h>

namespace godwit::console {
namespace {

TEST(Form, NamesAndValuesAreDecoded) {
  const auto form = Form::parse("user=ann%40example.org&password=a+b%2B%26&empty=&bare&user=other");
  ASSERT_TRUE(form);
  EXPECT_EQ(form->get("user"), "ann@example.org");
  EXPECT_EQ(form->get("password"), "a b+&");
  EXPECT_EQ(form->get("empty"), "");
  EXPECT_EQ(form->get("none"), "");
  EXPECT_EQ(form->fields().size(), 5U);
  EXPECT_EQ(Form::parse("a=%C3%A9=1")->get("a"), "\xC3\xA9=1");
  EXPECT_TRUE(Form::parse("")->fields().empty());
  EXPECT_TRUE(Form::parse("&&")->fields().empty());
}

TEST(Form, BadOnesAreErrors) {
  for (const char* const text : {"a=%", "a=%4", "a=%zz", "%4x=1", "a=%FF", "a=%00", "a=\xC3"}) {
    const auto form = Form::parse(text);
    ASSERT_FALSE(form) << text;
    EXPECT_EQ(form.error().code, Errc::malformed) << text;
  }
}

TEST(Form, IsBounded) {
  EXPECT_TRUE(Form::parse("a=" + std::string(form_bytes_max - 2, 'x')));
  EXPECT_EQ(Form::parse("a=" + std::string(form_bytes_max - 1, 'x')).error().code, Errc::too_large);
  std::string many;
  for (std::size_t i = 0; i < form_fields_max; ++i) many += "a=1&";
  EXPECT_TRUE(Form::parse(many));
  EXPECT_EQ(Form::parse(many + "a=1").error().code, Errc::too_large);
}

TEST(Cookie, TheFirstOfTheNameCounts) {
  EXPECT_EQ(cookie("a=1; __Host-session=abc; __Host-session=def", "__Host-session"), "abc");
  EXPECT_EQ(cookie("__Host-session=abc", "session"), "");
  EXPECT_EQ(cookie("a=b=c;d", "a"), "b=c");
  EXPECT_EQ(cookie("a=b=c;d", "d"), "");
  EXPECT_EQ(cookie("", "a"), "");
}

TEST(Origin, IsThisHostAlone) {
  EXPECT_TRUE(is_own_origin("https://mail.example.org", "mail.example.org", true));
  EXPECT_TRUE(is_own_origin("https://Mail.example.org:8443", "mail.example.org:8443", true));
  EXPECT_TRUE(is_own_origin("http://localhost:8082", "localhost:8082", false));
  // Behind a proxy that tells nothing of TLS.
  EXPECT_TRUE(is_own_origin("https://mail.example.org", "mail.example.org", false));
  for (const char* const other :
       {"", "null", "https://evil.test", "https://mail.example.org.evil.test",
        "https://mail.example.org:444", "http://mail.example.org", "mail.example.org"}) {
    EXPECT_FALSE(is_own_origin(other, "mail.example.org", true)) << other;
  }
  EXPECT_FALSE(is_own_origin("https://", "", true));
}

}  // namespace
}  // namespace godwit::console
