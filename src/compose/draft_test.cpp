#include "compose/draft.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include "compose/compose_bed.hpp"
#include "compose/entity.hpp"
#include "convert/body.hpp"
#include "run.hpp"

namespace godwit::compose {
namespace {

/// A message put together, and taken apart again.
struct Made {
  std::string text;
  convert::Layout layout;
  ComposedDraft draft;

  std::string_view content(const std::string& section) const {
    const convert::Located* at = layout.find(section);
    if (at == nullptr) return "(no such part)";
    return std::string_view(text).substr(at->begin, at->end - at->begin);
  }
  std::size_t attachments() const {
    return convert::body_parts(layout.structure).attachments.size();
  }
};

Stretch stretch_of(std::string text) {
  auto body = http::text_body(std::move(text));
  return {body, body->view()};
}

class Drafts : public testing::Test {
 protected:
  Result<Made> make(const DraftPatch& patch, std::optional<std::string> present,
                    std::set<std::string> removed = {}) {
    std::optional<Stretch> before;
    if (present) before = stretch_of(std::move(*present));
    DraftEdit edit{patch, http::text_body(""), std::move(removed), "u"};
    auto draft = test::run(compose_draft(spools_, std::move(edit), std::move(before)));
    if (!draft) return pass(draft);
    Made made{"", {}, std::move(*draft)};
    const Pieces& content = made.draft.message.content;
    made.text = made.draft.message.header.str() + "\r\n" +
                content.read(0, static_cast<std::size_t>(content.size()));
    made.layout = convert::parse_layout(convert::read_at(std::string_view(made.text)));
    return made;
  }

  TextSpools spools_;
};

DraftPatch with_text(std::uint8_t type, std::string_view data) {
  DraftPatch patch;
  patch.body = DraftPatch::Body{type, data};
  return patch;
}

NewAttachment file(std::string name, std::string_view content) {
  NewAttachment out;
  out.client_id = name;
  out.display_name = std::move(name);
  out.content = content;
  return out;
}

const std::string desktop =
    "To: b@x.test\r\nSubject: Old\r\nX-Kept: yes\r\nMIME-Version: 1.0\r\n"
    "Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n"
    "Content-Type: multipart/alternative; boundary=a\r\n\r\n--a\r\nContent-Type: text/plain\r\n\r\n"
    "plain\r\n--a\r\nContent-Type: multipart/related; boundary=r\r\n\r\n--r\r\n"
    "Content-Type: text/html\r\n\r\n<img src=\"cid:i\">\r\n--r\r\nContent-Type: image/png\r\n"
    "Content-ID: <i>\r\nContent-Disposition: inline\r\nX-Odd: "
    "kept\r\n\r\nPNG\r\n--r--\r\n\r\n--a--\r\n"
    "\r\n--m\r\nContent-Type: text/csv; name=\"a.csv\"\r\nContent-Disposition: attachment\r\n\r\n"
    "1,2\r\n--m--\r\n";

TEST_F(Drafts, HeaderAloneLeavesTheContentByteForByte) {
  DraftPatch patch;
  patch.subject = "New \xC3\xA4";
  patch.cc = "c@x.test";
  const auto made = make(patch, desktop);
  ASSERT_TRUE(made);
  EXPECT_TRUE(made->text.ends_with(desktop.substr(desktop.find("--m\r\n"))));
  EXPECT_TRUE(made->text.contains("X-Kept: yes\r\n"));
  EXPECT_TRUE(made->text.contains("Cc: c@x.test\r\n"));
  EXPECT_FALSE(made->text.contains("Old"));
  ASSERT_EQ(made->draft.kept.size(), 2U);
  for (const auto& moved : made->draft.kept) EXPECT_EQ(moved.from, moved.to);
}

TEST_F(Drafts, ANewTextKeepsPicturesAndFiles) {
  const auto made = make(with_text(2, "<p>New</p><img src=\"cid:i\">"), desktop);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->attachments(), 2U);
  EXPECT_FALSE(made->text.contains("plain\r\n--"));
  EXPECT_TRUE(made->text.contains("X-Odd: kept"));
  std::map<std::string, std::string> kept;
  for (const auto& moved : made->draft.kept) kept[moved.from] = moved.to;
  ASSERT_EQ(kept.size(), 2U);
  EXPECT_EQ(made->content(kept.at("2")), "1,2");
  EXPECT_EQ(made->content(kept.at("1.2.2")), "PNG");
  const auto parts = convert::body_parts(made->layout.structure);
  ASSERT_EQ(parts.html.size(), 1U);
  ASSERT_EQ(parts.plain.size(), 1U);
}

TEST_F(Drafts, FilesComeAndGo) {
  DraftPatch patch;
  patch.attachments.push_back(file("b.txt", "second"));
  patch.attachments.push_back(file("pic", "third"));
  patch.attachments.back().is_inline = true;
  patch.attachments.back().content_id = "<new pic>";
  const auto made = make(patch, desktop, {"2"});
  ASSERT_TRUE(made);
  EXPECT_EQ(made->attachments(), 3U);
  EXPECT_FALSE(made->text.contains("1,2"));
  ASSERT_EQ(made->draft.added.size(), 2U);
  for (const auto& added : made->draft.added) {
    EXPECT_EQ(made->content(added.section),
              added.client_id == "b.txt" ? "c2Vjb25k\r\n" : "dGhpcmQ=\r\n");
  }
  EXPECT_TRUE(made->text.contains("Content-ID: <newpic>"));
  EXPECT_EQ(made->draft.kept.size(), 1U);
}

TEST_F(Drafts, PeopleAsPhonesPartThem) {
  DraftPatch patch = with_text(1, "");
  patch.to = "\"B, b; c\" <b@x.test>;c@x.test , D <d@x.test>;;half";
  const auto made = make(patch, std::nullopt);
  ASSERT_TRUE(made);
  const auto people = convert::parse_addresses(made->draft.message.header.get("To"));
  ASSERT_EQ(people.size(), 4U);
  EXPECT_EQ(people[0].name, "B, b; c");
  EXPECT_EQ(people[2].address, "d@x.test");
  EXPECT_EQ(people[3].name, "half");
}

TEST_F(Drafts, NothingOfADeviceMakesFieldsOfItsOwn) {
  DraftPatch patch = with_text(1, "x");
  patch.subject = "a\r\nBcc: evil@x.test\r\n\r\nbody";
  patch.to = "b@x.test\r\nX-Evil: yes";
  patch.attachments.push_back(file("n\r\nX-Evil: yes", "c"));
  patch.attachments.back().content_type = "text/plain\r\nX-Evil: yes";
  patch.attachments.back().content_location = "x\r\nX-Evil: yes";
  const auto made = make(patch, std::nullopt);
  ASSERT_TRUE(made);
  EXPECT_FALSE(made->text.contains("\nX-Evil"));
  EXPECT_FALSE(made->text.contains("\nBcc"));
  EXPECT_EQ(made->layout.structure.children.size(), 2U);
}

TEST_F(Drafts, AMessageInMimeTakesItsPlace) {
  const std::string whole = "Subject: Whole\nContent-Type: text/plain\n\nText.\n";
  const auto made = make(with_text(4, whole), desktop, {"2"});
  ASSERT_TRUE(made);
  EXPECT_TRUE(made->text.contains("Text."));
  EXPECT_FALSE(made->text.contains("X-Kept"));
  ASSERT_EQ(made->draft.kept.size(), 1U);
  EXPECT_EQ(made->content(made->draft.kept[0].to), "PNG");
  EXPECT_FALSE(make(with_text(4, "none"), std::nullopt));
}

/// Whatever stands in the drafts folder: a new text and one file more, and every attachment that
/// was there is there still, byte for byte, where it is said to be.
TEST_F(Drafts, EveryMessageOfTheCorpusCanBeEdited) {
  const char* const corpus = std::getenv("GODWIT_CORPUS");
  if (corpus == nullptr) GTEST_SKIP() << "GODWIT_CORPUS names no folder";
  std::size_t edited = 0;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(std::string(corpus) + "/mime")) {
    if (!entry.is_regular_file()) continue;
    SCOPED_TRACE(entry.path().filename().string());
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string raw{std::istreambuf_iterator<char>(in), {}};
    const Stretch whole = test::run(with_line_ends(spools_, stretch_of(raw)));
    if (!read_letter(whole.bytes)) continue;
    const std::string before(whole.bytes.substr(whole.bytes.find_first_not_of("\r\n")));
    DraftPatch patch = with_text(2, "<p>New words</p>");
    patch.attachments.push_back(file("more.txt", "more"));
    const auto made = make(patch, before);
    ASSERT_TRUE(made) << made.error().message;
    const auto layout = convert::parse_layout(convert::read_at(std::string_view(before)));
    const bool is_protected = convert::protection_of(layout.structure) != convert::Protection::none;
    const auto parts = convert::body_parts(layout.structure);
    if (!is_protected) EXPECT_EQ(made->draft.kept.size(), parts.attachments.size());
    for (const auto& moved : made->draft.kept) {
      const convert::Located* at = layout.find(moved.from);
      ASSERT_NE(at, nullptr);
      const std::string was = before.substr(at->begin, at->end - at->begin);
      // The line end before a boundary is read as the end of an empty message's header.
      if (was.empty() && made->content(moved.to) == "\r\n") continue;
      EXPECT_EQ(made->content(moved.to), was);
    }
    ASSERT_EQ(made->draft.added.size(), 1U);
    EXPECT_EQ(made->content(made->draft.added[0].section), "bW9yZQ==\r\n");
    ++edited;
  }
  EXPECT_GT(edited, 800U);
  std::printf("%zu messages edited\n", edited);
}

TEST_F(Drafts, OneWithoutAnyFieldCanBeEditedAgain) {
  DraftPatch patch;
  patch.to = "";
  const auto bare = make(patch, "To: a@example.org\r\n\r\nplain\r\n");
  ASSERT_TRUE(bare);
  const auto again = make({}, bare->text);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->text, bare->text);
}

}  // namespace
}  // namespace godwit::compose
