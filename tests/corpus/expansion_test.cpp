// Occurrences of generated rules and of the corpus's, over fifty years: ours, libical's and
// dateutil's are the same.
#include <gtest/gtest.h>
#include <libical/ical.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

#include "base/handle.hpp"
#include "convert/ical/document.hpp"
#include "convert/ical/expand.hpp"
#include "convert/ical/ical_bed.hpp"
#include "convert/ical/rule.hpp"

namespace godwit::convert::ical {
namespace {

namespace chrono = std::chrono;

/// More than fifty years of days. An hourly rule ends a little later by its bound of steps.
constexpr std::size_t count_max = 33'000;

struct Case {
  LocalTime start;
  std::string rule;
  friend auto operator<=>(const Case&, const Case&) = default;
};

std::string text_of(LocalTime time) {
  return value_of({.kind = Moment::Kind::floating, .local = time, .zone = {}});
}

LocalTime end_of(LocalTime start) { return start + chrono::days(50 * 365); }

std::vector<std::string> ours(const Case& wanted) {
  std::vector<std::string> out;
  const auto rule = parse_rule(wanted.rule);
  if (!rule) return {"?"};
  std::optional<LocalTime> until;
  if (rule->until) {
    until = rule->until->local;
    if (rule->until->kind == Moment::Kind::date) *until += chrono::hours(24) - chrono::seconds(1);
  }
  Expander expander(*rule, wanted.start, until);
  while (out.size() < count_max) {
    const auto next = expander.next();
    if (!next || *next >= end_of(wanted.start)) break;
    out.push_back(text_of(*next));
  }
  return out;
}

std::vector<std::string> libicals(const Case& wanted) {
  std::vector<std::string> out;
  const auto rule = icalrecurrencetype_from_string(wanted.rule.c_str());
  const auto start = icaltime_from_string(text_of(wanted.start).c_str());
  const Handle<icalrecur_iterator, icalrecur_iterator_free> iterator(
      icalrecur_iterator_new(rule, start));
  if (!iterator) return {"?"};
  while (out.size() < count_max) {
    const auto next = icalrecur_iterator_next(iterator.get());
    if (icaltime_is_null_time(next)) break;
    char* const text = icaltime_as_ical_string_r(next);
    std::string found(text);
    icalmemory_free_buffer(text);
    if (found.ends_with('Z')) found.pop_back();
    if (found >= text_of(end_of(wanted.start))) break;
    out.push_back(std::move(found));
  }
  return out;
}

/// One line for each case; empty where there is no dateutil.
std::vector<std::vector<std::string>> dateutils(const std::vector<Case>& cases) {
  if (std::system("python3 -c 'import dateutil' 2>/dev/null") != 0) return {};
  const std::string input = testing::TempDir() + "/expansion_cases";
  const std::string output = testing::TempDir() + "/expansion_found";
  std::ofstream file(input);
  for (const Case& wanted : cases) file << text_of(wanted.start) << '\t' << wanted.rule << '\n';
  file.close();
  const std::string command = "python3 " GODWIT_SOURCE_DIR "/tests/corpus/recurrence_oracle.py " +
                              std::to_string(count_max) + " <" + input + " >" + output;
  EXPECT_EQ(std::system(command.c_str()), 0);
  std::ifstream found(output);
  std::vector<std::vector<std::string>> out;
  for (std::string line; std::getline(found, line);) {
    std::istringstream words(line);
    out.emplace_back(std::istream_iterator<std::string>(words),
                     std::istream_iterator<std::string>());
  }
  return out;
}

std::string pick(SeededRandom& random, const std::vector<std::string>& choices) {
  return choices[random.next() % choices.size()];
}

/// Rules of every shape that two oracles agree about by the RFC's own words.
std::vector<Case> generated(std::size_t count) {
  SeededRandom random(2024);
  std::vector<Case> cases;
  while (cases.size() < count) {
    const auto day = chrono::local_days(chrono::year(1990) / 1 / 1) +
                     chrono::days(static_cast<int>(random.next() % 14'000));
    const Case base{LocalTime(day) + chrono::minutes(static_cast<int>(random.next() % 1'440)), ""};
    const std::string interval =
        pick(random, {"", "", ";INTERVAL=2", ";INTERVAL=3", ";INTERVAL=5"});
    const std::string end = pick(random, {"", "", ";COUNT=40"});
    const std::string week = pick(random, {"", ";WKST=SU", ";WKST=MO", ";WKST=WE"});
    const std::string shape = pick(random, {"FREQ=DAILY",
                                            "FREQ=DAILY;BYDAY=MO,WE,FR",
                                            "FREQ=DAILY;BYMONTH=2,7",
                                            "FREQ=WEEKLY",
                                            "FREQ=WEEKLY;BYDAY=TU,TH",
                                            "FREQ=WEEKLY;BYDAY=SA,SU,MO",
                                            "FREQ=MONTHLY",
                                            "FREQ=MONTHLY;BYMONTHDAY=1,15,31",
                                            "FREQ=MONTHLY;BYMONTHDAY=-1",
                                            "FREQ=MONTHLY;BYDAY=1MO",
                                            "FREQ=MONTHLY;BYDAY=-1FR",
                                            "FREQ=MONTHLY;BYDAY=2TU,4TU",
                                            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
                                            "FREQ=MONTHLY;BYDAY=SA,SU;BYSETPOS=1",
                                            "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
                                            "FREQ=YEARLY",
                                            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
                                            "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH",
                                            "FREQ=YEARLY;BYMONTH=3,10;BYDAY=-1SU",
                                            "FREQ=YEARLY;BYYEARDAY=1,100,-1",
                                            "FREQ=YEARLY;BYMONTH=5",
                                            "FREQ=HOURLY;BYHOUR=9,12"});
    // The week's begin matters for weeks only.
    const bool weekly = shape.starts_with("FREQ=WEEKLY");
    cases.push_back({base.start, shape + interval + end + (weekly ? week : "")});
  }
  return cases;
}

/// A day as the end of a series of times is the end of that day; the oracles take it for its begin.
std::string with_whole_last_day(std::string rule) {
  constexpr std::size_t date_length = 8;
  const auto until = rule.find("UNTIL=");
  if (until == std::string::npos) return rule;
  const auto end = std::min(rule.find(';', until), rule.size());
  const auto value = until + std::string_view("UNTIL=").size();
  return end - value == date_length ? rule.insert(end, "T235959") : rule;
}

/// Every rule of the corpus with the start that it comes with.
std::vector<Case> of_corpus() {
  std::set<Case> found;
  const char* const folder = std::getenv("GODWIT_CORPUS");
  if (folder == nullptr) return {};
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(std::filesystem::path(folder) / "icalendar")) {
    if (entry.path().extension() != ".ics") continue;
    std::ifstream file(entry.path(), std::ios::binary);
    const auto document = Document::parse(std::string(std::istreambuf_iterator<char>(file), {}));
    if (!document) continue;
    for (const Component& calendar : document->calendars()) {
      for (const Component& component : calendar.children) {
        const Line* const rule = component.find("RRULE");
        const Line* const start = component.find("DTSTART");
        if (component.name != "VEVENT" || rule == nullptr || start == nullptr) continue;
        const auto moment = moment_of(*start);
        if (moment && parse_rule(rule->value)) {
          found.insert({moment->local, with_whole_last_day(rule->value)});
        }
      }
    }
  }
  return {found.begin(), found.end()};
}

std::string first_difference(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  // Oracles refuse a rule that never comes true.
  if (a.empty() && b == std::vector<std::string>{"?"}) return "";
  for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    const std::string left = i < a.size() ? a[i] : "nothing";
    const std::string right = i < b.size() ? b[i] : "nothing";
    if (left != right) return "at " + std::to_string(i) + ": " + left + " against " + right;
  }
  return "";
}

TEST(Expansion, GeneratedRules) {
  const auto cases = generated(600);
  const auto second = dateutils(cases);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const auto own = ours(cases[i]);
    const std::string name = text_of(cases[i].start) + " " + cases[i].rule;
    // libical 3.0 takes BYHOUR in an hourly rule for hours to add.
    if (!cases[i].rule.starts_with("FREQ=HOURLY")) {
      EXPECT_EQ(first_difference(own, libicals(cases[i])), "") << "libical, " << name;
    }
    if (i < second.size()) {
      EXPECT_EQ(first_difference(own, second[i]), "") << "dateutil, " << name;
    }
  }
}

TEST(Expansion, RulesOfTheCorpus) {
  const auto cases = of_corpus();
  if (cases.empty()) GTEST_SKIP() << "GODWIT_CORPUS names no corpus";
  const auto second = dateutils(cases);
  std::size_t compared = 0;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const auto own = ours(cases[i]);
    // A start that its own rule does not give is undefined (RFC 5545 3.8.5.3), and what one oracle
    // refuses the other decides.
    if (own.empty() || own.front() != text_of(cases[i].start)) continue;
    const std::string name = text_of(cases[i].start) + " " + cases[i].rule;
    const std::string by_libical = first_difference(own, libicals(cases[i]));
    const std::string by_dateutil =
        i < second.size() ? first_difference(own, second[i]) : by_libical;
    EXPECT_TRUE(by_libical.empty() || by_dateutil.empty())
        << name << "\nlibical " << by_libical << "\ndateutil " << by_dateutil;
    ++compared;
  }
  EXPECT_GT(compared, 150U);
}

TEST(Expansion, SeekingLeavesOutNothing) {
  for (const Case& wanted : generated(300)) {
    const auto rule = parse_rule(wanted.rule);
    const LocalTime from = wanted.start + chrono::days(3'000);
    Expander walked(*rule, wanted.start, std::nullopt);
    Expander jumped(*rule, wanted.start, std::nullopt);
    jumped.seek(from);
    std::optional<LocalTime> next;
    do {
      next = walked.next();
    } while (next && *next < from);
    for (int i = 0; i < 20; ++i) {
      EXPECT_EQ(next, jumped.next()) << wanted.rule;
      next = walked.next();
    }
  }
}

TEST(Expand, AcrossAChangeOfClocks) {
  constexpr std::string_view text =
      "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART;TZID=Europe/Berlin:20240325T090000\n"
      "DTEND;TZID=Europe/Berlin:20240325T100000\nRRULE:FREQ=WEEKLY;COUNT=4\n"
      "EXDATE;TZID=Europe/Berlin:20240408T090000\nEND:VEVENT\n"
      "BEGIN:VEVENT\nUID:1\nRECURRENCE-ID;TZID=Europe/Berlin:20240415T090000\n"
      "DTSTART;TZID=Europe/Berlin:20240416T120000\nDURATION:PT30M\nEND:VEVENT\nEND:VCALENDAR\n";
  const auto found = expand(text, {}, at(2024, 1, 1), at(2025, 1, 1), 10, context());
  ASSERT_TRUE(found);
  ASSERT_EQ(found->all.size(), 3U);
  EXPECT_EQ(found->all[0].start, at(2024, 3, 25, 8));
  EXPECT_EQ(found->all[1].start, at(2024, 4, 1, 7));
  EXPECT_EQ(found->all[2].start, at(2024, 4, 16, 10));
  EXPECT_EQ(found->all[2].end, at(2024, 4, 16, 10, 30));
  EXPECT_TRUE(found->all[2].is_exception);
  EXPECT_TRUE(found->complete);
  const auto few = expand(text, {}, at(2024, 1, 1), at(2025, 1, 1), 1, context());
  EXPECT_EQ(few->all.size(), 1U);
  EXPECT_FALSE(few->complete);
}

TEST(Expand, RulesThatNeverComeTrueEnd) {
  for (const std::string_view rule :
       {"FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYMONTH=4;BYMONTHDAY=31"}) {
    const std::string text =
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:16010101T000000\nRRULE:" + std::string(rule) +
        "\nEND:VEVENT\nEND:VCALENDAR\n";
    const auto found = expand(text, {}, at(2024, 1, 1), at(2025, 1, 1), 10, context());
    ASSERT_TRUE(found);
    EXPECT_TRUE(found->all.empty());
  }
}

}  // namespace
}  // namespace godwit::convert::ical
