#include "mapping/contacts.hpp"

#include <gtest/gtest.h>

#include "base/sink.hpp"
#include "mapping/email.hpp"
#include "mapping/notes.hpp"
#include "wbxml/pages/airsync.hpp"
#include "wbxml/pages/contacts.hpp"

namespace godwit::mapping {
namespace {

using enum ContactText;
using namespace std::chrono_literals;

/// What `write` writes, as a tree.
template <class Write>
wbxml::Element tree(std::string& bytes, Write write) {
  StringSink sink;
  wbxml::Writer writer(sink);
  writer.open(wbxml::airsync::ApplicationData);
  write(writer);
  writer.close();
  bytes = sink.take();
  return wbxml::parse(bytes).value();
}

TEST(Contacts, EveryPropertyComesBack) {
  Contact contact;
  for (std::size_t i = 0; i < contact_text_count; ++i) {
    contact.texts[i] = "value " + std::to_string(i);
  }
  contact[notes].clear();  // the body is written by others
  contact.categories = {"one", "two"};
  contact.children = {"three"};
  contact.birthday = 1980y / 2 / 29;
  contact.anniversary = yearless_year / 12 / 31;
  contact.picture = "\xFF\xD8\xFFpicture";
  std::string bytes;
  const auto data = tree(bytes, [&](wbxml::Writer& out) { write_contact(contact, out); });
  const auto patch = read_contact_change(data, std::nullopt);
  ASSERT_TRUE(patch);
  EXPECT_EQ(applied(*patch, {}), contact);
  EXPECT_TRUE((*patch)[notes].keeps());
}

TEST(Contacts, AbsenceMeansWhatSupportedSays) {
  std::string bytes;
  const auto data = tree(bytes, [](wbxml::Writer& out) {
    out.text(wbxml::contacts::FirstName, "Jane");
    out.empty(wbxml::contacts::Title);
  });
  const auto none = read_contact_change(data, std::nullopt).value();
  EXPECT_TRUE(none[last_name].clears());
  EXPECT_TRUE(none.birthday.clears());
  EXPECT_TRUE(none.picture.keeps());
  const auto ghosted = read_contact_change(data, Supported(std::vector<wbxml::Tag>{})).value();
  EXPECT_TRUE(ghosted[last_name].keeps());
  EXPECT_TRUE(ghosted[title].clears());
  const auto named =
      read_contact_change(data, Supported(std::vector{wbxml::contacts::LastName})).value();
  EXPECT_TRUE(named[last_name].clears());
  EXPECT_TRUE(named.birthday.keeps());
}

TEST(Contacts, ADayIsTheSameDayInEveryZone) {
  for (const ContactDate day : {ContactDate(1985y / 4 / 12), ContactDate(2000y / 2 / 29)}) {
    // What a device shows that takes it for an instant.
    const auto sent = parse_date(format_contact_date(day)).value();
    for (int offset = -11 * 60; offset <= 12 * 60; offset += 15) {
      const auto local = std::chrono::floor<std::chrono::days>(sent + std::chrono::minutes(offset));
      EXPECT_EQ(ContactDate(local), day) << offset;
      // What a device writes that means its own midnight.
      const Time midnight = Time(std::chrono::sys_days(day)) - std::chrono::minutes(offset);
      if (offset == 12 * 60) continue;  // noon is noon
      EXPECT_EQ(parse_contact_date(format_dashed_date(midnight)).value(), day) << offset;
    }
    EXPECT_EQ(parse_contact_date(format_contact_date(day)).value(), day);
  }
}

TEST(Contacts, WhatIsTooLargeIsRefused) {
  std::string bytes;
  const auto data = tree(bytes, [](wbxml::Writer& out) {
    out.text(wbxml::contacts::Picture, std::string(49 * 1024, 'A'));
  });
  EXPECT_EQ(read_contact_change(data, std::nullopt).error().code, Errc::malformed);
  bytes.clear();
  const auto list = tree(bytes, [](wbxml::Writer& out) {
    out.open(wbxml::contacts::Categories);
    for (int i = 0; i < 301; ++i) out.text(wbxml::contacts::Category, "x");
    out.close();
  });
  EXPECT_EQ(read_contact_change(list, std::nullopt).error().code, Errc::malformed);
}

TEST(ContactMerge, TellsWhoChangedWhat) {
  Contact held;
  held[first_name] = "Jane";
  held[job_title] = "Tester";
  held[company] = "Example";
  const auto base = digests_of(held);
  EXPECT_EQ(PropertyDigests(base.packed()), base);
  Contact current = held;
  current[job_title] = "Boss";
  ContactPatch patch;  // a device sends all it has
  for (const auto text : {first_name, job_title, company}) {
    patch[text] = Change<std::string>::set(held[text]);
  }
  patch[first_name] = Change<std::string>::set("Janet");
  auto merge = merged(patch, current, base);
  EXPECT_FALSE(merge.conflict);
  EXPECT_TRUE(merge.patch[job_title].keeps());
  EXPECT_EQ(applied(merge.patch, current)[first_name], "Janet");
  patch[job_title] = Change<std::string>::set("Boss");  // both the same
  EXPECT_FALSE(merged(patch, current, base).conflict);
  patch[job_title] = Change<std::string>::clear();
  EXPECT_TRUE(merged(patch, current, base).conflict);
}

TEST(Notes, ComeBackWhole) {
  Note note;
  note.subject = "Shopping";
  note.message_class = "IPM.StickyNote.Red";
  note.categories = {"Home"};
  std::string bytes;
  const auto data = tree(bytes, [&](wbxml::Writer& out) { write_note(note, out); });
  EXPECT_EQ(applied(read_note_change(data).value(), {}), note);
}

}  // namespace
}  // namespace godwit::mapping
