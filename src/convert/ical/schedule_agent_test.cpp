#include "convert/ical/schedule_agent.hpp"

#include <gtest/gtest.h>

namespace godwit::convert::ical {
namespace {

using Addresses = std::vector<std::string>;

std::string event(std::string_view lines) {
  return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example//EN\r\nBEGIN:VEVENT\r\nUID:a\r\n" +
         std::string(lines) + "END:VEVENT\r\nEND:VCALENDAR\r\n";
}

TEST(ScheduleAgent, WhomTheServerTells) {
  const std::string text = event(
      "ORGANIZER:mailto:me@example.com\r\n"
      "ATTENDEE:mailto:plain@example.com\r\n"
      "ATTENDEE;SCHEDULE-AGENT=server;SCHEDULE-STATUS=1.2:MAILTO:Told@example.com\r\n"
      "ATTENDEE;SCHEDULE-STATUS=\"2.0;Success\":mailto:done@example.com\r\n"
      "ATTENDEE;SCHEDULE-STATUS=3.7:mailto:unknown@example.com\r\n"
      "ATTENDEE;SCHEDULE-STATUS=\"5.1;Could not\":mailto:far@example.com\r\n"
      "ATTENDEE;SCHEDULE-AGENT=CLIENT:mailto:ours@example.com\r\n"
      "ATTENDEE;SCHEDULE-AGENT=NONE:mailto:none@example.com\r\n");
  EXPECT_EQ(told_by_server(text),
            (Addresses{"plain@example.com", "Told@example.com", "done@example.com"}));
  EXPECT_TRUE(told_by_server("").empty());
  EXPECT_TRUE(told_by_server("not a calendar").empty());
}

TEST(ScheduleAgent, OfThoseThatAreNamedAlone) {
  const std::string text =
      event("ATTENDEE:mailto:ann@example.com\r\nATTENDEE;CN=Bob:mailto:bob@example.com\r\n");
  const std::string shared = with_client_agent(text, {"BOB@example.com"});
  EXPECT_TRUE(shared.contains("ATTENDEE;CN=Bob;SCHEDULE-AGENT=CLIENT:mailto:bob@example.com"));
  EXPECT_EQ(told_by_server(shared), Addresses{"ann@example.com"});
  EXPECT_EQ(with_client_agent(text, {}), text);
  EXPECT_EQ(with_client_agent("nothing", {"a"}), "nothing");
}

TEST(ScheduleAgent, OfAnAnswerComesAndGoesWithoutATrace) {
  const std::string text = event("ORGANIZER;CN=Ann:mailto:ann@example.com\r\n");
  const std::string hushed = with_answer_agent(text, "CLIENT");
  EXPECT_TRUE(hushed.contains("ORGANIZER;CN=Ann;SCHEDULE-AGENT=CLIENT:mailto:ann@example.com"));
  EXPECT_FALSE(answer_told_by_server(hushed));
  EXPECT_TRUE(is_left_to_clients(hushed));
  EXPECT_FALSE(is_left_to_clients(text));
  EXPECT_FALSE(is_left_to_clients("nothing"));
  EXPECT_EQ(with_answer_agent(hushed, ""), text);
}

TEST(ScheduleAgent, AnEarlierAnswersStatusIsNoneOfTheNextOne) {
  const std::string told = event("ORGANIZER;SCHEDULE-STATUS=1.2:mailto:ann@example.com\r\n");
  EXPECT_TRUE(answer_told_by_server(told));
  EXPECT_FALSE(answer_told_by_server(with_answer_agent(told, "CLIENT")));
  EXPECT_FALSE(answer_told_by_server(
      event("ORGANIZER;SCHEDULE-STATUS=\"3.7;Unknown\":mailto:ann@example.com\r\n")));
  EXPECT_FALSE(answer_told_by_server("nothing"));
}

}  // namespace
}  // namespace godwit::convert::ical
