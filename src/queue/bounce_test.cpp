#include "queue/bounce.hpp"

#include <gtest/gtest.h>

#include "convert/header.hpp"

namespace godwit::queue {
namespace {

std::string bounce_in(Language language) {
  return make_bounce({.reporting_host = "mail.example.org",
                      .sender = "anna@example.org",
                      .mail_id = "7",
                      .recipients = {{"bob@example.net", "550 no", true}},
                      .original_header = "Subject: x\r\n",
                      .language = language});
}

TEST(Bounce, IsWrittenInTheServersLanguage) {
  const std::string german = bounce_in(Language::german);
  const convert::Header header(german);
  EXPECT_EQ(convert::decode_text(header.get("Subject")),
            "Unzustellbare E-Mail zurück an den Absender");
  EXPECT_EQ(header.get("From"), " E-Mail-Zustellung <postmaster@mail.example.org>");
  EXPECT_TRUE(german.contains("\r\nContent-Language: de\r\n"));
  const std::string french = bounce_in(Language::french);
  EXPECT_TRUE(french.contains("n=E2=80=99a pas pu =C3=AAtre remis")) << french;
  const std::string english = bounce_in(Language::english);
  EXPECT_TRUE(english.contains("Subject: Undelivered mail returned to sender\r\n"));
  EXPECT_TRUE(english.contains("It was tried for several days and is given up now.")) << english;
}

// What programs read and what tells the report from others is the same in each.
TEST(Bounce, SaysTheSameToPrograms) {
  const auto status = [](const std::string& report) {
    const auto begin = report.find("Content-Type: message/delivery-status");
    return report.substr(begin, report.find("text/rfc822-headers") - begin);
  };
  const std::string english = bounce_in(Language::english);
  for (const Language language : {Language::german, Language::french}) {
    const std::string other = bounce_in(language);
    EXPECT_EQ(status(other), status(english));
    EXPECT_EQ(convert::Header(other).get("Message-ID"), convert::Header(english).get("Message-ID"));
  }
}

}  // namespace
}  // namespace godwit::queue
