// Every event of the corpus as a device gets and gives it back: nothing but the edit changes.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include "convert/ical/document.hpp"
#include "convert/ical/ical.hpp"
#include "convert/ical/ical_bed.hpp"
#include "mapping/calendar.hpp"
#include "schema_order.hpp"
#include "wbxml/pages/airsync.hpp"
#include "wbxml/pages/calendar.hpp"
#include "wbxml/text.hpp"

namespace godwit {
namespace {

namespace airsync = wbxml::airsync;
namespace ical = convert::ical;
using eas::Version;
using wbxml::Element;

struct Sample {
  std::string path;
  std::string text;
};

const std::vector<Sample>& samples() {
  static const std::vector<Sample> all = [] {
    std::vector<Sample> found;
    const char* const folder = std::getenv("GODWIT_CORPUS");
    if (folder == nullptr) return found;
    const auto root = std::filesystem::path(folder) / "icalendar";
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
      if (!entry.is_regular_file() || entry.path().extension() == ".tsv") continue;
      std::ifstream file(entry.path(), std::ios::binary);
      found.push_back({std::filesystem::relative(entry.path(), root),
                       std::string(std::istreambuf_iterator<char>(file), {})});
    }
    std::ranges::sort(found, {}, &Sample::path);
    return found;
  }();
  return all;
}

/// A Sync answer that adds the event.
struct Told {
  Told(const Event& event, Version version) {
    StringSink sink;
    wbxml::Writer out(sink);
    out.open(airsync::Sync);
    out.open(airsync::Collections);
    out.open(airsync::Collection);
    out.text(airsync::SyncKey, "1");
    out.text(airsync::CollectionId, "c");
    out.number(airsync::Status, 1);
    out.open(airsync::Commands);
    out.open(airsync::Add);
    out.text(airsync::ServerId, "c:1");
    out.open(airsync::ApplicationData);
    mapping::EventContent content;
    content.body = [](const EventDetails& details, wbxml::Writer& writer) {
      if (details.body.empty()) return;
      mapping::BodyValue body;
      body.data = [&](wbxml::Writer& data) {
        data.begin_text();
        data.piece(details.body);
        data.end_text();
      };
      mapping::write_body(body, writer);
    };
    mapping::write_event(event, version, ical::context().now, content, out);
    for (int i = 0; i < 6; ++i) out.close();
    document = sink.take();
    root = wbxml::parse(document).value();
  }
  Told(const Told&) = delete;
  Told& operator=(const Told&) = delete;

  const Element& data() const {
    return *root.find(airsync::Collections)
                ->find(airsync::Collection)
                ->find(airsync::Commands)
                ->find(airsync::Add)
                ->find(airsync::ApplicationData);
  }

  std::string document;
  Element root;
};

/// The lines of a text, without those of which each edit makes new ones.
std::vector<std::string> lines_of(const ical::Component& component,
                                  const std::set<std::string>& left_out) {
  std::vector<std::string> out{component.begin_raw};
  for (const auto& place : component.order) {
    if (place.child) {
      const auto inner = lines_of(component.children[place.index], left_out);
      out.insert(out.end(), inner.begin(), inner.end());
    } else if (!left_out.contains(component.lines[place.index].name)) {
      out.push_back(component.lines[place.index].raw);
    }
  }
  out.push_back(component.end_raw);
  return out;
}

std::vector<std::string> lines_of(std::string_view text, const std::set<std::string>& left_out) {
  const auto document = ical::Document::parse(text);
  std::vector<std::string> out;
  for (const ical::Component& calendar : document->calendars()) {
    const auto inner = lines_of(calendar, left_out);
    out.insert(out.end(), inner.begin(), inner.end());
  }
  return out;
}

mapping::EventReading reading(const Event& event, Version version) {
  return {.version = version,
          .is_add = false,
          .absence = version < Version::v16_0 ? mapping::Absence::clears : mapping::Absence::keeps,
          .now = ical::context().now,
          .zone = event.zone_rules,
          .was_all_day = event.details.all_day};
}

constexpr auto versions = {Version::v12_0, Version::v12_1, Version::v14_0,
                           Version::v14_1, Version::v16_0, Version::v16_1};

constexpr std::size_t items_of_file_max = 6;  // each is read from the whole file

/// One of each way to tell times, exceptions and absence.
constexpr auto dialects = {Version::v12_1, Version::v14_1, Version::v16_1};

/// Runs `test` on every event of the corpus that can be read.
template <class Test>
void each_event(Test test) {
  for (const Sample& sample : samples()) {
    const auto items = ical::parse(sample.text);
    if (!items) continue;
    std::size_t count = 0;
    for (const ical::Item& item : *items) {
      if (item.kind != ical::ItemKind::event || ++count > items_of_file_max) continue;
      ical::Repairs repairs;
      const auto event = ical::read_event(sample.text, item.uid, ical::context(), repairs);
      if (event) test(sample, *event);
    }
  }
}

TEST(CalendarCorpus, EverythingIsReadOrRefusedByName) {
  if (samples().empty()) GTEST_SKIP() << "GODWIT_CORPUS names no corpus";
  const std::set<std::string> rules{"no_calendar", "unbalanced", "no_start", "bad_date",
                                    "vcalendar_recurrence"};
  std::map<std::string, int> refused;
  int read = 0;
  const auto refuse = [&](const Sample& sample, const Error& error) {
    const std::string rule = error.message.substr(0, error.message.find(':'));
    EXPECT_TRUE(rules.contains(rule)) << sample.path << ": " << error.message;
    // Templates, whose dates are filled in by the suite that they come from.
    const bool is_template = sample.text.contains("$now") || sample.text.contains("%(now)s");
    if (!is_template) ++refused[rule];
  };
  for (const Sample& sample : samples()) {
    const auto items = ical::parse(sample.text);
    if (!items) {
      refuse(sample, items.error());
      continue;
    }
    std::size_t count = 0;
    for (const ical::Item& item : *items) {
      if (item.kind != ical::ItemKind::event || ++count > 4 * items_of_file_max) continue;
      ical::Repairs repairs;
      const auto event = ical::read_event(sample.text, item.uid, ical::context(), repairs);
      if (!event) {
        refuse(sample, event.error());
      } else {
        ++read;
        EXPECT_LE(event->details.start, event->details.end) << sample.path;
      }
    }
  }
  EXPECT_GT(read, 800);
  for (const auto& [rule, count] : refused) {
    RecordProperty(rule, count);
    EXPECT_LT(count, 80) << rule;
  }
}

TEST(CalendarCorpus, IsWrittenByTheSchemas) {
  if (samples().empty()) GTEST_SKIP() << "GODWIT_CORPUS names no corpus";
  each_event([](const Sample& sample, const Event& event) {
    for (const Version version : versions) {
      const Told told(event, version);
      for (const std::string& wrong : test::SchemaOrder::instance().check(told.root, version)) {
        ADD_FAILURE() << sample.path << " " << to_string(version) << ": " << wrong;
      }
    }
  });
}

TEST(CalendarCorpus, AnEchoChangesNothing) {
  if (samples().empty()) GTEST_SKIP() << "GODWIT_CORPUS names no corpus";
  int failures = 0;
  each_event([&](const Sample& sample, const Event& event) {
    for (const Version version : dialects) {
      if (failures > 20) return;
      const Told told(event, version);
      const auto change = mapping::read_event_change(told.data(), reading(event, version));
      ASSERT_TRUE(change) << sample.path << ": " << change.error().message << "\n"
                          << wbxml::dump(told.document);
      const auto text = ical::apply_event(sample.text, event.uid, change->patch, ical::context());
      ASSERT_TRUE(text) << sample.path << ": " << text.error().message;
      const bool same = *text == sample.text;
      EXPECT_TRUE(same) << sample.path << " " << to_string(version) << "\n" << *text;
      failures += same ? 0 : 1;
    }
  });
}

TEST(CalendarCorpus, OneEditChangesOneProperty) {
  if (samples().empty()) GTEST_SKIP() << "GODWIT_CORPUS names no corpus";
  int failures = 0, edited = 0;
  each_event([&](const Sample& sample, const Event& event) {
    for (const Version version : dialects) {
      if (failures > 20) return;
      Told told(event, version);
      Element data = told.data();
      for (Element& child : data.children) {
        if (child.tag == wbxml::calendar::Subject) child.text = "Edited on the way";
      }
      const auto change = mapping::read_event_change(data, reading(event, version));
      ASSERT_TRUE(change) << sample.path;
      const auto text = ical::apply_event(sample.text, event.uid, change->patch, ical::context());
      ASSERT_TRUE(text) << sample.path << ": " << text.error().message;
      ical::Repairs repairs;
      const auto after = ical::read_event(*text, event.uid, ical::context(), repairs);
      ASSERT_TRUE(after) << sample.path;
      EXPECT_EQ(after->details.subject, "Edited on the way");
      EventDetails expected = event.details;
      expected.subject = after->details.subject;
      expected.stamp = after->details.stamp;
      // Occurrences that had no subject of their own take the new one only from the series.
      std::set<std::string> new_lines{"SUMMARY", "DTSTAMP", "LAST-MODIFIED"};
      if (event.uid.starts_with("no-uid-")) new_lines.insert("UID");
      const bool same = after->details == expected && after->recurrence == event.recurrence &&
                        lines_of(*text, new_lines) == lines_of(sample.text, new_lines);
      EXPECT_TRUE(same) << sample.path << " " << to_string(version) << "\n" << *text;
      failures += same ? 0 : 1;
      ++edited;
    }
  });
  EXPECT_GT(edited, 2'000);
}

}  // namespace
}  // namespace godwit
