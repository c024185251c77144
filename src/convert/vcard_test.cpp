#include "convert/vcard.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "base/text.hpp"

namespace godwit::convert {
namespace {

using enum ContactText;
using namespace std::chrono_literals;

std::string card(std::string_view lines, std::string_view version = "3.0") {
  return "BEGIN:VCARD\r\nVERSION:" + std::string(version) + "\r\n" + std::string(lines) +
         "END:VCARD\r\n";
}

Contact read(std::string_view text) { return read_contact(text).value(); }

std::string edit(std::string_view text, const ContactPatch& patch) {
  return apply_contact(text, patch).value();
}

ContactPatch setting(ContactText text, std::string value) {
  ContactPatch patch;
  patch[text] = Change<std::string>::set(std::move(value));
  return patch;
}

TEST(VCard, ReadsWhatPhonesShow) {
  const auto contact = read(card(
      "N:Doe;Jane;Q.;Dr.;Jr.\r\nFN:Jane Doe\r\nORG:Example\\, Inc.;Tests\r\nTITLE:Tester\r\n"
      "TEL;TYPE=work,voice:1\r\nTEL;TYPE=WORK:2\r\nTEL;TYPE=HOME;TYPE=FAX:3\r\nTEL;TYPE=CELL:4\r\n"
      "TEL:5\r\nEMAIL;TYPE=INTERNET:a@example.com\r\nEMAIL:b@example.com\r\n"
      "ADR;TYPE=WORK:Box 1;;Street 1;Town;State;123;Land\r\nBDAY:1985-04-12\r\n"
      "NOTE:one\\ntwo\\; three\r\nCATEGORIES:Red,Blue\\, dark\r\nURL:http://example.com/\r\n"
      "PHOTO;ENCODING=b;TYPE=JPEG:/9j/\r\n"));
  EXPECT_EQ(contact[last_name], "Doe");
  EXPECT_EQ(contact[title], "Dr.");
  EXPECT_EQ(contact[file_as], "Jane Doe");
  EXPECT_EQ(contact[company], "Example, Inc.");
  EXPECT_EQ(contact[department], "Tests");
  EXPECT_EQ(contact[business_phone], "1");
  EXPECT_EQ(contact[business_phone2], "2");
  EXPECT_EQ(contact[home_fax], "3");
  EXPECT_EQ(contact[mobile_phone], "4");
  EXPECT_EQ(contact[home_phone], "5");
  EXPECT_EQ(contact[email2], "b@example.com");
  EXPECT_EQ(contact[business_postal_code], "123");
  EXPECT_EQ(contact.birthday, 1985y / 4 / 12);
  EXPECT_EQ(contact[notes], "one\ntwo; three");
  EXPECT_EQ(contact.categories, (std::vector<std::string>{"Red", "Blue, dark"}));
  EXPECT_EQ(contact.picture, "\xFF\xD8\xFF");
}

TEST(VCard, ReadsTheOldVersion) {
  const auto contact =
      read(card("N;CHARSET=ISO-8859-1:M\xFCller;Hans\r\nTEL;WORK;FAX:1\r\nTEL;CELL:2\r\n"
                "NOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:Gr=C3=BC=\r\n=C3=9Fe=0D=0Aaus\r\n"
                "PHOTO;ENCODING=BASE64;JPEG:\r\n /9j/\r\n\r\nAGENT:\r\nBEGIN:VCARD\r\nN:Agent\r\n"
                "END:VCARD\r\nTITLE:Boss\r\n",
                "2.1"));
  EXPECT_EQ(contact[last_name], "Müller");
  EXPECT_EQ(contact[business_fax], "1");
  EXPECT_EQ(contact[mobile_phone], "2");
  EXPECT_EQ(contact[notes], "Grüße\naus");
  EXPECT_EQ(contact.picture, "\xFF\xD8\xFF");
  EXPECT_EQ(contact[job_title], "Boss");
}

TEST(VCard, ReadsTheNewVersion) {
  const auto contact = read(card(
      "FN:Jane\r\nBDAY:--0412\r\nANNIVERSARY:20010203\r\nTEL;VALUE=uri;TYPE=\"home,voice\":tel:+1-2"
      "\r\nPHOTO:data:image/png;base64,iVBORw==\r\nRELATED;TYPE=spouse;VALUE=text:Tarzan\r\n"
      "IMPP:xmpp:jane@example.com\r\nEMAIL;X-DISPLAY-NAME=\"Jane D.\":j@example.com\r\n",
      "4.0"));
  EXPECT_EQ(contact.birthday, yearless_year / 4 / 12);
  EXPECT_EQ(contact.anniversary, 2001y / 2 / 3);
  EXPECT_EQ(contact[home_phone], "+1-2");
  EXPECT_EQ(contact.picture, "\x89PNG");
  EXPECT_EQ(contact[spouse], "Tarzan");
  EXPECT_EQ(contact[im1], "xmpp:jane@example.com");
  EXPECT_EQ(contact[email1], "\"Jane D.\" <j@example.com>");
}

TEST(VCard, EditsOneLineAndNothingElse) {
  const std::string rest =
      "item1.X-ABLabel:_$!<HomePage>!$_\r\nX-OWN;X-A=\"b:c\":some\r\n  thing\r\n"
      "SOUND;ENCODING=b:AAAA\r\n";
  const std::string text =
      card("FN:Jane Doe\r\nN:Doe;Jane;;;\r\nitem1.TEL;TYPE=CELL;X-Q=1:4\r\n" + rest);
  EXPECT_EQ(edit(text, setting(mobile_phone, "55")),
            card("FN:Jane Doe\r\nN:Doe;Jane;;;\r\nitem1.TEL;TYPE=CELL;X-Q=1:55\r\n" + rest));
  EXPECT_EQ(edit(text, setting(first_name, "Janet")),
            card("FN:Janet Doe\r\nN:Doe;Janet;;;\r\nitem1.TEL;TYPE=CELL;X-Q=1:4\r\n" + rest));
  ContactPatch clear;
  clear[mobile_phone] = Change<std::string>::clear();
  EXPECT_EQ(edit(card("TEL;TYPE=CELL:4\r\n" + rest), clear), card(rest));
  EXPECT_EQ(edit(card("item1.TEL;TYPE=CELL:4\r\nitem1.X-ABLABEL:mine\r\n"), clear), card(""));
}

TEST(VCard, KeepsAFormattedNameOfItsOwn) {
  const std::string text = card("FN:The Boss\r\nN:Doe;Jane;;;\r\n");
  EXPECT_EQ(edit(text, setting(first_name, "Janet")), card("FN:The Boss\r\nN:Doe;Janet;;;\r\n"));
}

TEST(VCard, ClearingTheFirstOfASeriesMovesNoOther) {
  const std::string text = card("EMAIL:a@x\r\nEMAIL:b@x\r\nTEL;TYPE=WORK:1\r\nTEL;TYPE=WORK:2\r\n");
  ContactPatch clear;
  clear[email1] = clear[business_phone] = Change<std::string>::clear();
  const auto after = read(edit(text, clear));
  EXPECT_EQ(after[email1] + after[business_phone], "");
  EXPECT_EQ(after[email2], "b@x");
  EXPECT_EQ(after[business_phone2], "2");
}

TEST(VCard, WritesInTheVersionThatWasThere) {
  EXPECT_EQ(edit(card("N:A;B\r\n", "2.1"), setting(notes, "Grüße\nan alle")),
            card("N:A;B\r\nNOTE;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:"
                 "Gr=C3=BC=C3=9Fe=0D=0Aan alle\r\n",
                 "2.1"));
  EXPECT_EQ(edit(card("FN:A\r\n", "4.0"), setting(notes, "a,b;c\nd")),
            card("FN:A\r\nNOTE:a\\,b\\;c\\nd\r\n", "4.0"));
  ContactPatch birthday;
  birthday.birthday = Change<ContactDate>::set(yearless_year / 4 / 12);
  EXPECT_EQ(edit(card("FN:A\r\n", "4.0"), birthday), card("FN:A\r\nBDAY:--0412\r\n", "4.0"));
  EXPECT_EQ(edit(card("FN:A\r\n"), birthday),
            card("FN:A\r\nBDAY;X-APPLE-OMIT-YEAR=1604:1604-04-12\r\n"));
  ContactPatch picture;
  picture.picture = Change<std::string>::set("\xFF\xD8\xFF");
  EXPECT_EQ(edit(card("FN:A\r\n"), picture), card("FN:A\r\nPHOTO;ENCODING=b;TYPE=JPEG:/9j/\r\n"));
  EXPECT_EQ(edit(card("FN:A\r\n", "4.0"), picture),
            card("FN:A\r\nPHOTO:data:image/jpeg;base64,/9j/\r\n", "4.0"));
}

TEST(VCard, AQuoteThatNobodyClosesHoldsNothing) {
  const std::string card =
      "BEGIN:VCARD\r\nVERSION:2.1\r\nN;X-A=b\";CHARSET=UTF-8:Lovelace\r\nEND:VCARD\r\n";
  EXPECT_EQ(convert::apply_contact(card, {}), card);
  EXPECT_EQ((*convert::read_contact(card))[ContactText::last_name], "Lovelace");
  for (const std::string name : {"\xC3\x85"
                                 "da",
                                 "5\" disk: x", "plain"}) {
    ContactPatch patch;
    patch[ContactText::first_name] = Change<std::string>::set(name);
    const auto edited = convert::apply_contact(card, patch);
    ASSERT_TRUE(edited);
    const auto again = convert::read_contact(*edited);
    EXPECT_EQ((*again)[ContactText::first_name], name);
    EXPECT_EQ((*again)[ContactText::last_name], "Lovelace");
  }
}

TEST(VCard, MakesANewCard) {
  auto patch = setting(first_name, "Jane");
  patch[last_name] = Change<std::string>::set("Doe; the first");
  patch[email1] = Change<std::string>::set("\"Jane D.\" <j@example.com>");
  const auto made = apply_contact("", patch, "some-uid").value();
  EXPECT_EQ(made,
            "BEGIN:VCARD\r\nVERSION:3.0\r\nPRODID:-//Godwit//EN\r\nUID:some-uid\r\n"
            "N:Doe\\; the first;Jane;;;\r\n"
            "EMAIL;TYPE=INTERNET;X-DISPLAY-NAME=\"Jane D.\":j@example.com\r\n"
            "FN:Jane Doe\\; the first\r\nEND:VCARD\r\n");
  EXPECT_EQ(read(made)[email1], "\"Jane D.\" <j@example.com>");
}

TEST(VCard, FoldsLongLinesBetweenCharacters) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "ü";
  const auto made = edit(card("FN:A\r\n"), setting(notes, text));
  EXPECT_EQ(read(made)[notes], text);
  std::size_t start = 0;
  while (start < made.size()) {
    const auto end = made.find("\r\n", start);
    EXPECT_LE(end - start, 75U);
    EXPECT_TRUE(utf8_valid(made.substr(start, end - start)));
    start = end + 2;
  }
}

TEST(VCard, RefusesWhatIsNone) {
  EXPECT_EQ(read_contact("hello").error().code, Errc::malformed);
  EXPECT_EQ(read_contact("BEGIN:VCARD\r\nFN:A\r\n").error().code, Errc::malformed);
  std::string nested;
  for (int i = 0; i < 20; ++i) nested += "BEGIN:VCARD\r\n";
  EXPECT_EQ(read_contact(nested).error().code, Errc::too_large);
  std::string lines;
  for (int i = 0; i < 10'001; ++i) lines += "X:1\r\n";
  EXPECT_EQ(read_contact(card(lines)).error().code, Errc::too_large);
  EXPECT_EQ(read_contact(card("PHOTO:" + std::string(std::size_t{9} << 20U, 'A'))).error().code,
            Errc::too_large);
}

// --- The corpus: what is not edited keeps its bytes. ---

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::filesystem::path> corpus_cards() {
  std::vector<std::filesystem::path> out;
  const char* corpus = std::getenv("GODWIT_CORPUS");
  if (corpus == nullptr) return out;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(std::filesystem::path(corpus) / "vcard")) {
    if (entry.is_regular_file() && entry.path().filename() != "index.tsv") out.push_back(entry);
  }
  std::ranges::sort(out);
  return out;
}

/// A folded line, or one with soft line ends, is one.
bool goes_on(std::string_view text, std::size_t start, std::size_t end) {
  if (end + 1 >= text.size()) return false;
  if (text[end + 1] == ' ' || text[end + 1] == '\t') return true;
  const auto line = text.substr(start, end - start);
  const bool quoted = ascii_lower(line.substr(0, line.find(':'))).contains("quoted-printable");
  return quoted && (line.ends_with('=') || line.ends_with("=\r"));
}

std::multiset<std::string> lines_of(const std::string& text) {
  std::multiset<std::string> lines;
  std::size_t start = 0;
  while (start < text.size()) {
    std::size_t end = text.find('\n', start);
    while (end != std::string::npos && goes_on(text, start, end)) end = text.find('\n', end + 1);
    if (end == std::string::npos) end = text.size() - 1;
    lines.insert(text.substr(start, end + 1 - start));
    start = end + 1;
  }
  return lines;
}

/// How many lines of `before` are not in `after`.
std::size_t lost_lines(const std::multiset<std::string>& before,
                       const std::multiset<std::string>& after) {
  std::vector<std::string> lost;
  std::ranges::set_difference(before, after, std::back_inserter(lost));
  return lost.size();
}

/// All of a contact but one text (and FileAs, which shows FN where a card has nothing better).
Contact without(Contact contact, ContactText text) {
  contact[text].clear();
  contact[file_as].clear();
  return contact;
}

void check_texts(const std::string& text, const Contact& contact) {
  const auto lines = lines_of(text);
  for (std::size_t i = 0; i < contact_text_count; ++i) {
    const auto each = static_cast<ContactText>(i);
    const std::string value = "Wert, mit ; und ä";
    const auto changed = edit(text, setting(each, value));
    const auto after = read(changed);
    EXPECT_EQ(after[each], value) << i;
    EXPECT_EQ(without(after, each), without(contact, each)) << i;
    // The line itself, and FN where it is made of the name.
    EXPECT_LE(lost_lines(lines, lines_of(changed)), 2U) << i;
    ContactPatch clear;
    clear[each] = Change<std::string>::clear();
    const auto cleared = edit(text, clear);
    // Another line of the kind may come to light, never the one that was cleared.
    const bool was_empty = contact[each].empty() || each == file_as;
    EXPECT_TRUE(was_empty || read(cleared)[each] != contact[each]) << i;
    // The line, its double, and a neighbour that says its place from now on.
    EXPECT_LE(lost_lines(lines, lines_of(cleared)), 3U) << i;
  }
}

TEST(VCardCorpus, OneEditChangesOneProperty) {
  const auto files = corpus_cards();
  if (files.empty()) GTEST_SKIP() << "GODWIT_CORPUS is not set";
  std::size_t valid = 0;
  for (const auto& path : files) {
    SCOPED_TRACE(path.string());
    const std::string text = read_file(path);
    const auto contact = read_contact(text);
    if (!contact) continue;
    ++valid;
    EXPECT_EQ(edit(text, {}), text);
    ContactPatch same;
    for (std::size_t i = 0; i < contact_text_count; ++i) {
      same.texts[i] = Change<std::string>::set(contact->texts[i]);
    }
    same.categories = Change<std::vector<std::string>>::set(contact->categories);
    same.picture = Change<std::string>::set(contact->picture);
    same.birthday = Change<ContactDate>::set(contact->birthday);
    EXPECT_EQ(edit(text, same), text);
    // Large ones are photos: a few of them say what all say.
    if (text.size() < 20'000) check_texts(text, *contact);
    ContactPatch dates;
    dates.birthday = Change<ContactDate>::set(1999y / 12 / 31);
    dates.anniversary = Change<ContactDate>::set(yearless_year / 2 / 29);
    dates.picture = Change<std::string>::set("GIF89a");
    dates.categories = Change<std::vector<std::string>>::set({"a,b", "c"});
    const auto after = read(edit(text, dates));
    EXPECT_EQ(after.birthday, 1999y / 12 / 31);
    EXPECT_EQ(after.anniversary, yearless_year / 2 / 29);
    EXPECT_EQ(after.picture, "GIF89a");
    EXPECT_EQ(after.categories, (std::vector<std::string>{"a,b", "c"}));
    EXPECT_EQ(after.texts, contact->texts);
    if (HasFailure()) break;
  }
  // Test vectors that are no vCards (scripts, iCalendar, lone lines) are refused.
  EXPECT_GT(valid, files.size() * 9 / 10);
}

}  // namespace
}  // namespace godwit::convert
