#include "convert/journal.hpp"

#include <gtest/gtest.h>

namespace godwit::convert {
namespace {

const Time now(std::chrono::seconds(1'750'000'000));

TEST(Journal, ANoteIsMadeAndRead) {
  NotePatch patch;
  patch.subject = Change<std::string>::set("Shopping; today");
  patch.body = Change<std::string>::set("Milk,\nEggs");
  patch.categories = Change<std::vector<std::string>>::set({"a,b", "c"});
  const auto text = apply_note("", patch, now, "some-uid").value();
  EXPECT_EQ(text,
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Godwit//EN\r\nBEGIN:VJOURNAL\r\n"
            "UID:some-uid\r\nDTSTAMP:20250615T150640Z\r\nSUMMARY:Shopping\\; today\r\n"
            "DESCRIPTION:Milk\\,\\nEggs\r\nCATEGORIES:a\\,b,c\r\n"
            "LAST-MODIFIED:20250615T150640Z\r\nEND:VJOURNAL\r\nEND:VCALENDAR\r\n");
  const auto note = read_note(text).value();
  EXPECT_EQ(note.subject, "Shopping; today");
  EXPECT_EQ(note.body, "Milk,\nEggs");
  EXPECT_EQ(note.categories, (std::vector<std::string>{"a,b", "c"}));
  EXPECT_EQ(note.last_modified, now);
}

TEST(Journal, AnEditTouchesItsLinesAlone) {
  const std::string text =
      "BEGIN:VCALENDAR\nX-A:1\nBEGIN:VJOURNAL\nUID:1\nSUMMARY;LANGUAGE=en:Old\nX-OWN:k\n  ept\n"
      "END:VJOURNAL\nEND:VCALENDAR\n";
  EXPECT_EQ(apply_note(text, {}, now, "").value(), text);
  NotePatch patch;
  patch.subject = Change<std::string>::set("New");
  EXPECT_EQ(apply_note(text, patch, now, "").value(),
            "BEGIN:VCALENDAR\nX-A:1\nBEGIN:VJOURNAL\nUID:1\nSUMMARY;LANGUAGE=en:New\nX-OWN:k\n"
            "  ept\nLAST-MODIFIED:20250615T150640Z\nEND:VJOURNAL\nEND:VCALENDAR\n");
}

TEST(Journal, RefusesWhatIsNone) {
  EXPECT_EQ(read_note("BEGIN:VCALENDAR\nEND:VCALENDAR\n").error().code, Errc::malformed);
}

}  // namespace
}  // namespace godwit::convert
