#include "compose/meeting_mail.hpp"

#include <gtest/gtest.h>

#include "convert/body.hpp"
#include "convert/header.hpp"
#include "convert/ical/ical_bed.hpp"
#include "convert/ical/imip.hpp"
#include "convert/mime.hpp"

namespace godwit::compose {
namespace {

using convert::ical::at;

MeetingMail mail() {
  return {.author = {.addresses = {"me@example.com"}, .display_name = "M\xC3\xA9"},
          .to = {{"Bob, the \"Builder\"", "bob@example.org"}, {"", "ann@example.org"}},
          .subject = "Accepted: Caf\xC3\xA9",
          .text = "I come.\nReally.",
          .method = "REPLY",
          .calendar =
              "BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nUID:u\r\n"
              "ORGANIZER:mailto:bob@example.org\r\nDTSTART:20240610T080000Z\r\n"
              "ATTENDEE;PARTSTAT=ACCEPTED:mailto:me@example.com\r\n"
              "END:VEVENT\r\nEND:VCALENDAR\r\n",
          .stamp = {"id1@example.com", at(2024, 6, 1, 10)}};
}

TEST(MeetingMail, IsReadAsItWasMeant) {
  const std::string text = compose_meeting_mail(mail());
  EXPECT_EQ(text, compose_meeting_mail(mail()));
  const auto layout = convert::parse_layout(convert::read_at(std::string_view(text)));
  EXPECT_TRUE(layout.structure.is("multipart", "alternative"));
  const convert::Header header(std::string_view(text).substr(0, layout.header_size));
  const auto to = convert::parse_addresses(header.get("To"));
  ASSERT_EQ(to.size(), 2U);
  EXPECT_EQ(to[0].name, "Bob, the \"Builder\"");
  EXPECT_EQ(to[0].address, "bob@example.org");
  EXPECT_EQ(to[1].address, "ann@example.org");
  EXPECT_EQ(convert::parse_addresses(header.get("From")).front().address, "me@example.com");
  EXPECT_EQ(convert::decode_text(header.get("Subject")), "Accepted: Caf\xC3\xA9");
  const Part* const part = convert::ical::meeting_part(layout.structure);
  ASSERT_NE(part, nullptr);
  EXPECT_EQ(part->parameter("method"), "REPLY");
  const auto* const place = layout.find(part->section);
  const std::string_view raw =
      std::string_view(text).substr(place->begin, place->end - place->begin);
  EXPECT_EQ(convert::ical::meeting_text(*part, raw), mail().calendar);
  EXPECT_EQ(convert::body_parts(layout.structure).plain.size(), 1U);
  EXPECT_NE(text.find("I come.\r\nReally.\r\n"), std::string::npos);
}

TEST(Describe, InTheZoneOfTheEvent) {
  Event event;
  event.has_zone = true;
  event.zone = "Europe/Berlin";
  event.zone_rules = convert::Zone::named("Europe/Berlin")->rules_at(at(2024, 6, 1));
  event.details.start = at(2024, 6, 10, 8);
  event.details.end = at(2024, 6, 10, 9, 30);
  event.details.location.display_name = "Room 1";
  EXPECT_EQ(describe(event, mail_texts(Language::english)),
            "When: Mon 2024-06-10 10:00 - 11:30 (Europe/Berlin)\nWhere: Room 1\n");
  event.has_zone = false;
  EXPECT_EQ(describe(event, mail_texts(Language::english)),
            "When: Mon 2024-06-10 08:00 - 09:30 (UTC)\nWhere: Room 1\n");
  event.details.location = {};
  event.details.all_day = true;
  event.details.start = at(2024, 6, 10);
  event.details.end = at(2024, 6, 11);
  EXPECT_EQ(describe(event, mail_texts(Language::english)), "When: Mon 2024-06-10\n");
  event.details.end = at(2024, 6, 13);
  EXPECT_EQ(describe(event, mail_texts(Language::english)),
            "When: Mon 2024-06-10 - Wed 2024-06-12\n");
}

}  // namespace
}  // namespace godwit::compose
