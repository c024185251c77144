#include "backend/sieve/absence.hpp"

#include <gtest/gtest.h>

namespace godwit::backend::sieve {
namespace {

using namespace std::chrono_literals;
using State = OutOfOffice::State;

std::vector<FoundVacation> find(const std::string& script) {
  const auto commands = parse_script(script);
  EXPECT_TRUE(commands) << script;
  return commands ? find_vacations(*commands, {"example.org"}) : std::vector<FoundVacation>{};
}
OutOfOffice state_of(const std::string& script) { return absence_of(find(script)); }

constexpr Time day(int number) { return std::chrono::sys_days(2025y / 6 / number); }

TEST(Absence, ASimpleVacationIsForEverybody) {
  const auto found = find(
      "require [\"vacation\"];\r\nif header :contains \"x-spam\" \"y\" { discard; stop; }\r\n"
      "vacation :days 3 :subject \"Gone\" :from \"me@example.org\" :addresses [\"a@example.org\", "
      "\"b@example.org\"] \"On the sea\";\r\n");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_TRUE(found[0].general);
  EXPECT_EQ(found[0].manner.period, 3U);
  EXPECT_EQ(found[0].manner.subject, "Gone");
  EXPECT_EQ(found[0].manner.from, "me@example.org");
  EXPECT_EQ(found[0].manner.addresses.size(), 2U);
  const OutOfOffice state = absence_of(found);
  EXPECT_EQ(state.state, State::enabled);
  for (const auto* message : {&state.internal, &state.external_known, &state.external_unknown}) {
    EXPECT_TRUE(message->enabled);
    EXPECT_EQ(message->text, "On the sea");
    EXPECT_FALSE(message->html);
  }
  EXPECT_TRUE(find("vacation :seconds 600 \"x\";")[0].manner.period_in_seconds);
}

TEST(Absence, WebMailersDatesAreTheSchedule) {
  const std::string reply = " { vacation \"x\"; }";
  const OutOfOffice by_day = state_of(
      "if allof (currentdate :value \"ge\" \"date\" \"2025-06-10\", "
      "currentdate :value \"le\" \"date\" \"2025-06-12\")" +
      reply);
  EXPECT_EQ(by_day.state, State::scheduled);
  EXPECT_EQ(by_day.start, day(10));
  EXPECT_EQ(by_day.end, day(13)) << "the last day counts";
  const OutOfOffice zoned = state_of(
      "if allof (currentdate :zone \"+0200\" :value \"ge\" \"iso8601\" "
      "\"2025-06-10T09:30:00+02:00\", currentdate :zone \"+0200\" :value \"lt\" \"iso8601\" "
      "\"2025-06-12T18:00:00\")" +
      reply);
  EXPECT_EQ(zoned.start, day(10) + 7h + 30min);
  EXPECT_EQ(zoned.end, day(12) + 16h);
  const OutOfOffice nested = state_of(
      "if currentdate :zone \"-0100\" :value \"gt\" \"date\" \"2025-06-09\" { if not currentdate "
      ":value \"ge\" \"julian\" \"60839\"" +
      reply + " }");
  EXPECT_EQ(nested.start, day(10) + 1h);
  EXPECT_EQ(nested.end, day(13));
  const OutOfOffice to_the_second = state_of(
      "if anyof(currentdate :value \"gt\" \"date\" \"2025-06-10\", allof(currentdate \"date\" "
      "\"2025-06-10\", currentdate :value \"ge\" \"time\" \"10:20:30\"))" +
      reply);
  EXPECT_EQ(to_the_second.start, day(10) + 10h + 20min + 30s);
  EXPECT_GT(to_the_second.end, day(30) + 365 * 24h);
  EXPECT_EQ(state_of("if allof(currentdate :value \"ge\" \"date\" \"2025-06-10\", currentdate "
                     ":value \"lt\" \"date\" \"2025-06-01\")" +
                     reply)
                .state,
            State::disabled)
      << "it never runs";
}

TEST(Absence, DomainsAreAudiences) {
  const OutOfOffice both = state_of(
      "if address :domain :is \"from\" \"EXAMPLE.org\" { vacation \"in\"; } else "
      "{ vacation \"out\"; }");
  EXPECT_EQ(both.internal.text, "in");
  EXPECT_EQ(both.external_known.text, "out");
  EXPECT_EQ(both.external_unknown.text, "out");
  const OutOfOffice inside = state_of(
      "if not envelope :domain \"from\" [\"example.org\"] { stop; } elsif true { vacation \"in\"; "
      "}");
  EXPECT_TRUE(inside.internal.enabled);
  EXPECT_FALSE(inside.external_unknown.enabled);
}

TEST(Absence, ARulesAnswerIsNone) {
  for (const std::string test :
       {"header :contains \"subject\" \"job\"", "address :domain \"from\" \"elsewhere.example\"",
        "currentdate :value \"ge\" \"hour\" \"18\"", "currentdate :matches \"date\" \"2025-*\"",
        "currentdate :value \"ge\" \"time\" \"18:00:00\"", "size :over 1K", "exists \"x\"",
        "anyof(true, exists \"x\")", "currentdate :value \"ge\" \"date\" \"soon\"",
        "currentdate :zone \"CET\" \"date\" \"2025-06-10\"",
        "address :domain :contains \"from\" \"e\"",
        "not allof(currentdate \"date\" \"2025-06-10\", envelope :domain \"from\" \"example.org\")",
        "not currentdate \"date\" \"2025-06-10\"",
        "currentdate :value \"xx\" \"date\" \"2025-06-10\"",
        "currentdate :value \"ge\" \"iso8601\" \"2025-06-10\""}) {
    const auto found = find("if " + test + " { vacation \"x\"; }");
    ASSERT_EQ(found.size(), 1U) << test;
    EXPECT_FALSE(found[0].general) << test;
    EXPECT_EQ(absence_of(found).state, State::disabled) << test;
  }
  EXPECT_TRUE(find("if not header :contains \"subject\" \"list\" { vacation \"x\"; }")[0].general)
      << "an exclusion";
  EXPECT_TRUE(find("if false { vacation \"x\"; }").empty());
  EXPECT_TRUE(find("if not true { vacation \"x\"; }").empty());
  EXPECT_EQ(state_of("if true { keep; } else { vacation \"x\"; }").state, State::disabled);
  EXPECT_EQ(state_of("if anyof(false, false) { vacation \"x\"; }").state, State::disabled);
}

TEST(Absence, EntitiesAreRead) {
  const OutOfOffice html = state_of(
      "vacation :mime text:\r\nContent-Type: text/html; charset=utf-8\r\n"
      "Content-Transfer-Encoding: base64\r\n\r\nPGI+Z29uZTwvYj4=\r\n.\r\n;");
  EXPECT_TRUE(html.internal.html);
  EXPECT_EQ(html.internal.text, "<b>gone</b>");
  const OutOfOffice parts = state_of(
      "vacation :mime \"Content-Type: multipart/alternative; boundary=x\r\n\r\n--x\r\n"
      "Content-Type: text/plain\r\n\r\nplain\r\n--x\r\nContent-Type: text/html\r\n\r\n<i>h</i>\r\n"
      "--x--\r\n\";");
  EXPECT_EQ(parts.internal.text, "<i>h</i>");
  const OutOfOffice plain = state_of(
      "vacation :mime \"Content-Type: text/plain; charset=iso-8859-1\r\n"
      "Content-Transfer-Encoding: quoted-printable\r\n\r\nM=E4rz\";");
  EXPECT_FALSE(plain.internal.html);
  EXPECT_EQ(plain.internal.text, "März");
  EXPECT_EQ(state_of("vacation :mime \"Content-Type: image/png\r\n\r\nx\";").internal.text, "");
  EXPECT_EQ(state_of("vacation;").internal.text, "");
}

}  // namespace
}  // namespace godwit::backend::sieve
