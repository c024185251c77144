/// Holds tests/transcripts/coverage.txt to the transcripts, and to the documents: every status that
/// they name is shown by a transcript, or the table says why nothing here can cause it.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <tuple>

#include "base/text.hpp"
#include "transcript_text.hpp"

namespace godwit::test {
namespace {

const std::string root = std::string(GODWIT_SOURCE_DIR) + "/tests/transcripts/";

/// A status at its place: the command, the element that holds the Status, or HTTP.
using Shown = std::tuple<std::string, std::string, std::string>;

std::string read_file(const std::string& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file.is_open()) << path;
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::string local_name(const std::string& name) {
  const std::size_t colon = name.find(':');
  return colon == std::string::npos ? name : name.substr(colon + 1);
}

void collect(const std::string& command, const Pattern& element, std::set<Shown>& out) {
  for (const Pattern& child : element.children) {
    if (local_name(child.name) == "Status" && parse_number<unsigned>(child.value)) {
      out.emplace(command, local_name(element.name), child.value);
    }
    collect(command, child, out);
  }
}

std::set<Shown> shown_in(const std::string& text) {
  std::set<Shown> out;
  std::string command;
  for (const auto& entry : parse_transcript(text)) {
    const auto* step = std::get_if<TranscriptStep>(&entry);
    if (step == nullptr) continue;
    if (step->command != "again") command = step->command;
    if (step->status != "200") out.emplace(command, "HTTP", step->status);
    if (step->answer.body == Side::Body::tree) collect(command, step->answer.root, out);
  }
  return out;
}

struct Row {
  std::string command, place, status;
  std::string transcript;  // empty: nothing here can cause it
  std::string reason;
};

/// `command | place | status | transcript`, or `command | - | status | never: why`.
std::vector<Row> read_table() {
  std::vector<Row> out;
  std::size_t number = 0;
  const std::string text = read_file(root + "coverage.txt");
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = trim(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    ++number;
    if (line.empty() || line.starts_with('#')) continue;
    std::array<std::string, 4> fields;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      const std::size_t bar = i == 3 ? line.size() : std::min(line.find('|'), line.size());
      fields[i] = trim(line.substr(0, bar));
      line.remove_prefix(std::min(bar + 1, line.size()));
      EXPECT_FALSE(fields[i].empty()) << "coverage.txt, line " << number;
    }
    Row row{fields[0], fields[1], fields[2], fields[3], ""};
    if (row.transcript.starts_with("never: ")) {
      row.reason = row.transcript.substr(7);
      row.transcript.clear();
    }
    out.push_back(std::move(row));
  }
  return out;
}

bool has_row(const std::vector<Row>& table, std::string_view command, std::string_view status) {
  return std::ranges::any_of(table, [&](const Row& row) {
    const bool fits = command == "*" || row.command == command;
    return fits && row.status == status;
  });
}

TEST(Coverage, EveryRowIsShownByItsTranscript) {
  for (const Row& row : read_table()) {
    if (row.transcript.empty()) {
      EXPECT_GT(row.reason.size(), 10U) << row.command << " " << row.status << ": no reason";
      continue;
    }
    const auto shown = shown_in(read_file(root + row.transcript));
    EXPECT_TRUE(shown.contains({row.command, row.place, row.status}))
        << row.transcript << " does not show " << row.command << " " << row.place << " "
        << row.status;
  }
}

TEST(Coverage, EveryStatusShownHasARow) {
  const auto table = read_table();
  std::set<Shown> known;
  for (const Row& row : table) known.emplace(row.command, row.place, row.status);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (entry.path().extension() != ".eas") continue;
    for (const auto& shown : shown_in(read_file(entry.path().string()))) {
      const auto& [command, place, status] = shown;
      EXPECT_TRUE(known.contains(shown)) << command << " | " << place << " | " << status << " | "
                                         << std::filesystem::relative(entry.path(), root).string();
    }
  }
}

TEST(Coverage, NoRowContradictsAnother) {
  std::set<Shown> once;
  const auto table = read_table();
  for (const Row& row : table) {
    EXPECT_TRUE(once.emplace(row.command, row.place, row.status).second)
        << row.command << " " << row.place << " " << row.status << " twice";
    EXPECT_TRUE(parse_number<unsigned>(row.status)) << row.command << " names no status";
    if (!row.transcript.empty()) continue;
    const bool shown = std::ranges::any_of(table, [&](const Row& other) {
      const bool same = row.command == "Common" || other.command == row.command;
      return same && other.status == row.status && !other.transcript.empty();
    });
    EXPECT_FALSE(shown) << row.command << " " << row.status << " is shown and never happens";
  }
}

/// The statuses that strict clients tell apart: `Name 2 3 (words) 4, Name 5` up to a full stop.
std::vector<std::pair<std::string, std::string>> strict_statuses(const std::string& text) {
  constexpr std::string_view before = "(besides 1): ";
  const std::size_t at = text.find(before);
  EXPECT_NE(at, std::string::npos) << "strictness.md does not list statuses any more";
  if (at == std::string::npos) return {};
  std::string list = text.substr(at + before.size());
  list.resize(std::min(list.find(". "), list.size()));
  std::vector<std::pair<std::string, std::string>> out;
  std::string command;
  bool in_words = false;
  std::string word;
  for (const char c : list + " ") {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool digit = c >= '0' && c <= '9';
    if (letter || digit) {
      word += c;
      continue;
    }
    if (!in_words && parse_number<unsigned>(word)) {
      out.emplace_back(command, word);
    } else if (!in_words && !word.empty()) {
      command = word == "common" ? "*" : word;
    }
    word.clear();
    if (c == '(') in_words = true;
    if (c == ')') in_words = false;
  }
  return out;
}

TEST(Coverage, EveryStatusOfTheDocumentsHasARow) {
  const char* documents = std::getenv("GODWIT_EAS");
  if (documents == nullptr) GTEST_SKIP() << "GODWIT_EAS does not name the folder of the documents";
  const auto table = read_table();
  const auto strict = strict_statuses(read_file(std::string(documents) + "/strictness.md"));
  EXPECT_GT(strict.size(), 60U);
  for (const auto& [command, status] : strict) {
    EXPECT_TRUE(has_row(table, command, status)) << command << " " << status << " has no row";
  }
  const std::string codes = read_file(std::string(documents) + "/statuscodes.json");
  constexpr std::string_view key = "\"code\":";
  std::size_t count = 0;
  for (std::size_t at = codes.find(key); at != std::string::npos; at = codes.find(key, at + 1)) {
    const std::string code = codes.substr(at + key.size(), 3);
    EXPECT_TRUE(has_row(table, "*", code)) << "common code " << code << " has no row";
    ++count;
  }
  EXPECT_GT(count, 70U);
}

}  // namespace
}  // namespace godwit::test
