// Every item of the corpus as Sync gives it to a device of each version, and as the device gives it
// back: what it does not edit stays, byte for byte.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "command/item_kind.hpp"
#include "convert/ical/ical_bed.hpp"
#include "wbxml/pages/airsync.hpp"
#include "wbxml/pages/airsyncbase.hpp"
#include "wbxml/pages/calendar.hpp"
#include "wbxml/pages/contacts.hpp"
#include "wbxml/pages/notes.hpp"
#include "wbxml/pages/tasks.hpp"
#include "wbxml/text.hpp"

namespace godwit::command {
namespace {

namespace base = wbxml::airsyncbase;
using eas::Version;
using wbxml::Element;
using Names = std::set<std::string>;

const std::vector<Version> all_versions{Version::v12_0, Version::v12_1, Version::v14_0,
                                        Version::v14_1, Version::v16_0, Version::v16_1};
/// calendar_round_trip_test has the others; each event is tried at one of these, in turn.
const std::vector<Version> other_versions{Version::v12_0, Version::v14_0, Version::v16_0};
constexpr std::uintmax_t file_bytes_max = 64 * 1024;

/// One property that a device edits, and the lines of the text that may become others.
struct OneEdit {
  wbxml::Tag tag;
  std::string_view value;
  Names lines;
};

struct Class {
  const ItemKind& kind;
  const char* folder;      // of the corpus
  std::string_view begin;  // a text without it has none of the class
  std::vector<OneEdit> edits;
  Names stamps;  // lines that each edit makes anew
  int least;     // so many items are there
  std::vector<Version> versions = all_versions;
  bool in_turn = false;
};

std::vector<Class> classes() {
  namespace calendar = wbxml::calendar;
  namespace contacts = wbxml::contacts;
  const Names changed{"dtstamp", "last-modified", "uid"};
  return {
      {contact_kind,
       "vcard",
       "BEGIN:VCARD",
       {{contacts::JobTitle, "Lion tamer; 2nd", {"title"}},
        {contacts::MobilePhoneNumber, "+49 170 0000000", {"tel"}},
        {contacts::Email1Address, "new@example.org", {"email"}}},
       {"rev"},
       200},
      {task_kind,
       "icalendar",
       "BEGIN:VTODO",
       {{wbxml::tasks::Subject, "Edited, on the way", {"summary"}},
        {wbxml::tasks::Importance, "2", {"priority"}}},
       changed,
       50},
      {note_kind,
       "icalendar",
       "BEGIN:VJOURNAL",
       {{wbxml::notes::Subject, "Edited, on the way", {"summary"}}},
       changed,
       15},
      {event_kind,
       "icalendar",
       "BEGIN:VEVENT",
       {{calendar::Subject, "Edited, on the way", {"summary"}},
        {calendar::Sensitivity, "2", {"class"}}},
       changed,
       650,
       other_versions,
       true},
  };
}

std::vector<std::string> texts_of(const Class& each) {
  std::vector<std::string> out;
  const char* const corpus = std::getenv("GODWIT_CORPUS");
  if (corpus == nullptr) return out;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(std::filesystem::path(corpus) / each.folder)) {
    if (!entry.is_regular_file() || entry.path().extension() == ".tsv") continue;
    if (entry.file_size() > file_bytes_max) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    std::string text(std::istreambuf_iterator<char>(file), {});
    // Of some the suite that they come from fills in the dates.
    const bool is_template = text.contains("$now") || text.contains("%(now)s");
    if (text.contains(each.begin) && !is_template) out.push_back(std::move(text));
  }
  std::ranges::sort(out);
  return out;
}

/// What the device holds, as it says it again: attachments and what only the server says stay with
/// the server.
Element said_by_device(Element element) {
  std::erase_if(element.children, [](const Element& child) {
    return child.tag == base::Attachments || child.tag == base::NativeBodyType ||
           child.tag == base::EstimatedDataSize || child.tag == base::Truncated;
  });
  for (Element& child : element.children) child = said_by_device(std::move(child));
  return element;
}

/// The lines of a text, folded ones and those with soft line ends as one, and how often each comes.
std::map<std::string, int> lines_of(std::string text) {
  // Some end in CR alone; that ends stay as they are is what the echo shows.
  for (auto at = text.find("\r\n"); at != std::string::npos; at = text.find("\r\n", at)) {
    text.erase(at, 1);
  }
  std::ranges::replace(text, '\r', '\n');
  std::map<std::string, int> out;
  std::string line;
  bool quoted = false;
  bool soft = false;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
    const std::string_view piece = std::string_view(text).substr(at, end - at);
    const bool goes_on = soft || piece.starts_with(' ') || piece.starts_with('\t');
    if (!goes_on) {
      if (!line.empty()) ++out[line];
      line.clear();
      quoted = ascii_lower(piece.substr(0, piece.find(':'))).contains("quoted-printable");
    }
    line += piece;
    soft = quoted && piece.ends_with("=\n");
    at = end;
  }
  if (!line.empty()) ++out[line];
  out.erase("\n");
  return out;
}

/// Without parameters and group, in lower case.
std::string name_of(std::string_view line) {
  std::string_view name = line.substr(0, line.find_first_of(":;\r\n"));
  if (const auto dot = name.find('.'); dot != std::string_view::npos) name.remove_prefix(dot + 1);
  return ascii_lower(name);
}

/// Lines of `one` that are not in `other` and have none of the names.
std::string missing(const std::string& one, const std::string& other, const Names& names) {
  const auto kept = lines_of(other);
  std::string out;
  for (const auto& [line, count] : lines_of(one)) {
    const auto found = kept.find(line);
    const int left = found == kept.end() ? 0 : found->second;
    if (left < count && !names.contains(name_of(line))) out += line;
  }
  return out;
}

class Trip {
 public:
  Trip(const Class& of, const std::string& text, Version version)
      : of_(of),
        text_(text),
        options_{.version = version,
                 .bodies = {eas::BodyPreference()},
                 .user = convert::ical::context(),
                 .behaviour = {}} {
    const auto rendered = of.kind.render(text, options_, "c:1");
    if (!rendered) return;
    StringSink sink;
    wbxml::Writer out(sink);
    out.open(wbxml::airsync::Sync);
    rendered->write(out);
    out.close();
    document_ = sink.take();
    data_ = said_by_device(wbxml::parse(document_).value());
  }
  Trip(const Trip&) = delete;
  Trip& operator=(const Trip&) = delete;

  bool is_shown() const { return data_.has_value(); }
  Result<EditedItem> give_back(const OneEdit* edit) const {
    Element data = *data_;
    if (edit != nullptr) {
      std::erase_if(data.children, [&](const Element& child) { return child.tag == edit->tag; });
      Element& said = data.children.emplace_back();
      said.tag = edit->tag;
      said.text = edit->value;
    }
    const std::optional<std::vector<wbxml::Tag>> supported;
    return of_.kind.edit({.text = text_,
                          .data = &data,
                          .options = options_,
                          .supported = supported,
                          .base = std::nullopt,
                          .client_wins = false,
                          .uid = {},
                          .id = "c:1",
                          .instance_id = {},
                          .now = options_.user.now,
                          .files_before = nullptr});
  }
  void expect_echo() const {
    const auto same = give_back(nullptr);
    ASSERT_TRUE(same) << same.error().message << '\n' << wbxml::dump(document_);
    EXPECT_EQ(same->text, text_);
  }
  void expect_one(const OneEdit& edit) const {
    SCOPED_TRACE(edit.value);
    const auto edited = give_back(&edit);
    ASSERT_TRUE(edited) << edited.error().message;
    Names names = of_.stamps;
    names.insert(edit.lines.begin(), edit.lines.end());
    EXPECT_EQ(missing(text_, edited->text, names), "") << edited->text;
    EXPECT_EQ(missing(edited->text, text_, names), "") << edited->text;
    const Trip again(of_, edited->text, options_.version);
    ASSERT_TRUE(again.is_shown());
    EXPECT_EQ(again.data_->text_of(edit.tag), edit.value);
  }

 private:
  const Class& of_;
  const std::string& text_;
  ItemOptions options_;
  std::string document_;
  std::optional<Element> data_;
};

class ItemCorpus : public testing::TestWithParam<std::size_t> {};

TEST_P(ItemCorpus, NothingButTheEditChangesAtAnyVersion) {
  if (std::getenv("GODWIT_CORPUS") == nullptr) GTEST_SKIP() << "GODWIT_CORPUS names no corpus";
  const auto all = classes();
  const Class& each = all.at(GetParam());
  int shown = 0;
  std::size_t turn = 0;
  for (const std::string& text : texts_of(each)) {
    ++turn;
    for (std::size_t i = 0; i < each.versions.size(); ++i) {
      const Version version = each.versions[i];
      if (each.in_turn && turn % each.versions.size() != i) continue;
      if (version < each.kind.since) continue;
      const Trip trip(each, text, version);
      if (!trip.is_shown()) continue;
      shown += each.in_turn || version == each.versions.back() ? 1 : 0;
      SCOPED_TRACE(std::string(to_string(version)) + ": " + text);
      trip.expect_echo();
      for (const OneEdit& edit : each.edits) trip.expect_one(edit);
      if (HasFailure()) return;
    }
  }
  EXPECT_GE(shown, each.least);
}

INSTANTIATE_TEST_SUITE_P(Classes, ItemCorpus, testing::Range<std::size_t>(0, 4),
                         [](const auto& which) {
                           return std::string(classes().at(which.param).kind.name);
                         });

}  // namespace
}  // namespace godwit::command
