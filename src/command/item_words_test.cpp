#include "command/item_words.hpp"

#include <gtest/gtest.h>

#include "command/free_text.hpp"

namespace godwit::command {
namespace {

const convert::ical::Context& user() {
  static const convert::ical::Context berlin{.zone = *convert::Zone::named("Europe/Berlin"),
                                             .now = Time(std::chrono::seconds(1'750'000'000)),
                                             .addresses = {"ada@example.com"}};
  return berlin;
}

bool finds(ItemClass item_class, std::string_view item, std::string_view query) {
  const auto words = words_of(item_class, item, user());
  return words && matches(*words, read_free_text(query).value());
}

constexpr std::string_view meeting =
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20250616T080000Z\r\n"
    "RRULE:FREQ=WEEKLY;COUNT=4\r\nSUMMARY:Hedge planning\r\nLOCATION:Café Müller\r\n"
    "DESCRIPTION:Bring the shears\r\nCATEGORIES:Garden work\r\n"
    "ORGANIZER;CN=Carla Holm:mailto:carla@example.org\r\n"
    "ATTENDEE;CN=Bob Bell:mailto:bob@example.net\r\nEND:VEVENT\r\n"
    "BEGIN:VEVENT\r\nUID:1\r\nRECURRENCE-ID:20250623T080000Z\r\nDTSTART:20250623T080000Z\r\n"
    "SUMMARY:Ladder instead\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

TEST(ItemWords, OfEventsWithPeoplePlacesAndExceptions) {
  for (const std::string_view query :
       {"hedge", "HEDG plan", "\"hedge pla\"", "muller", "shears", "bob@example.net", "from:carla",
        "to:bell", "subject:planning", "category:\"garden work\"", "ladder", "else OR cafe",
        "hedge -tree", "body:shears"}) {
    EXPECT_TRUE(finds(ItemClass::calendar, meeting, query)) << query;
  }
  for (const std::string_view query :
       {"edge", "\"planning hedge\"", "from:bob", "to:carla", "subject:shears", "category:garden",
        "hedge -shears", "tree"}) {
    EXPECT_FALSE(finds(ItemClass::calendar, meeting, query)) << query;
  }
  EXPECT_EQ(words_of(ItemClass::calendar, meeting, user())->when,
            Time(std::chrono::seconds(1'750'060'800)));
}

TEST(ItemWords, OfContactsTasksAndNotes) {
  constexpr std::string_view person =
      "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Archer;Ann;;;\r\nFN:Ann Archer\r\nORG:Mills\r\n"
      "EMAIL:ann@example.org\r\nTEL;TYPE=CELL:+44 7700 900123\r\nNOTE:likes tea\r\nEND:VCARD\r\n";
  for (const std::string_view query : {"arch", "ann mills", "ann@example", "tea", "subject:ann"}) {
    EXPECT_TRUE(finds(ItemClass::contacts, person, query)) << query;
  }
  EXPECT_FALSE(finds(ItemClass::contacts, person, "subject:tea"));
  EXPECT_FALSE(finds(ItemClass::contacts,
                     "BEGIN:VCARD\r\nVERSION:3.0\r\nX-ADDRESSBOOKSERVER-KIND:"
                     "group\r\nFN:Ann\r\nN:Ann\r\nEND:VCARD\r\n",
                     "ann"));
  constexpr std::string_view task =
      "BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nUID:1\r\nSUMMARY:File\r\nDESCRIPTION:taxes\r\n"
      "END:VTODO\r\nEND:VCALENDAR\r\n";
  EXPECT_TRUE(finds(ItemClass::tasks, task, "subject:file tax"));
  EXPECT_FALSE(finds(ItemClass::tasks, task, "milk"));
  constexpr std::string_view note =
      "BEGIN:VCALENDAR\r\nBEGIN:VJOURNAL\r\nUID:1\r\nSUMMARY:Shop\r\nDESCRIPTION:Milk\r\n"
      "CATEGORIES:home\r\nEND:VJOURNAL\r\nEND:VCALENDAR\r\n";
  EXPECT_TRUE(finds(ItemClass::notes, note, "milk category:home"));
  EXPECT_FALSE(finds(ItemClass::notes, note, "taxes"));
  EXPECT_FALSE(finds(ItemClass::notes, "nonsense", "nonsense"));
  EXPECT_FALSE(finds(ItemClass::email, meeting, "hedge"));
}

}  // namespace
}  // namespace godwit::command
