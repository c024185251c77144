// Bodies that real clients and servers sent, and broken ones, where GODWIT_CORPUS names them.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "wbxml/element.hpp"
#include "wbxml/text.hpp"
#include "wbxml/writer.hpp"

namespace godwit::wbxml {
namespace {

struct Sample {
  std::string path;
  std::string bytes;
  bool well_formed = false;  // by a walk over its tokens, EAS or not
};

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<Sample> load_samples(const std::filesystem::path& folder) {
  std::vector<Sample> samples;
  std::ifstream index(folder / "index.tsv");
  std::string line;
  std::getline(index, line);
  while (std::getline(index, line)) {
    std::istringstream row(line);
    std::vector<std::string> cells;
    for (std::string cell; std::getline(row, cell, '\t');) cells.push_back(cell);
    if (cells.empty()) continue;
    samples.push_back(
        {cells[0], read_file(folder / cells[0]), cells.size() > 5 && cells[5] == "ok"});
  }
  return samples;
}

const std::vector<Sample>& samples() {
  static const std::vector<Sample> all = [] {
    const char* folder = std::getenv("GODWIT_CORPUS");
    return folder == nullptr ? std::vector<Sample>()
                             : load_samples(std::filesystem::path(folder) / "eas-requests");
  }();
  return all;
}

bool same(const Element& a, const Element& b) {
  if (a.tag != b.tag || a.text != b.text || a.opaque != b.opaque ||
      a.children.size() != b.children.size()) {
    return false;
  }
  for (std::size_t i = 0; i < a.children.size(); ++i) {
    if (!same(a.children[i], b.children[i])) return false;
  }
  return true;
}

std::string rewritten(const Element& element) {
  StringSink sink;
  Writer writer(sink);
  write(writer, element);
  return sink.take();
}

/// Well-formed, but WAP's or SyncML's: not ours to read.
bool other_vocabulary(std::string_view path) {
  constexpr auto places = std::to_array<std::string_view>(
      {"wbxml-stream-generic/", "libwbxml-fuzz/", "syncgw-wbxml/in01", "syncgw-wbxml/in02",
       "syncgw-wbxml/in03"});
  return std::ranges::any_of(places, [path](auto place) { return path.starts_with(place); });
}

TEST(Corpus, RoundTrips) {
  if (samples().empty()) GTEST_SKIP() << "GODWIT_CORPUS names no corpus";
  int read = 0;
  int canonical = 0;
  for (const Sample& sample : samples()) {
    const auto tree = parse(sample.bytes);
    if (!tree) {
      if (sample.well_formed && !other_vocabulary(sample.path)) {
        ADD_FAILURE() << sample.path << ": " << tree.error().message;
      }
      continue;
    }
    ++read;
    const auto document = rewritten(*tree);
    canonical += document == sample.bytes ? 1 : 0;
    const auto again = parse(document);
    ASSERT_TRUE(again.has_value()) << sample.path;
    EXPECT_TRUE(same(*tree, *again)) << sample.path;
    EXPECT_EQ(rewritten(*again), document) << sample.path;
    const auto packed = pack(dump(sample.bytes));
    ASSERT_TRUE(packed.has_value()) << sample.path << ": " << packed.error().message;
    EXPECT_TRUE(same(*tree, *parse(*packed))) << sample.path;
  }
  std::cout << read << " of " << samples().size() << " files are EAS documents, " << canonical
            << " of them byte for byte as we write them\n";
  EXPECT_GT(read, 0);
}

TEST(Corpus, EveryTruncationIsRefused) {
  if (samples().empty()) GTEST_SKIP() << "GODWIT_CORPUS names no corpus";
  constexpr std::size_t every_byte_max = 1024;
  constexpr std::size_t steps = 128;  // for larger files, where every byte would take minutes
  for (const Sample& sample : samples()) {
    const bool whole = parse(sample.bytes).has_value();
    const auto size = sample.bytes.size();
    const std::size_t step = size <= every_byte_max ? 1 : size / steps;
    for (std::size_t length = 0; length < size; length += step) {
      // An exact copy, so that a read past the end is seen.
      const std::vector<char> cut(sample.bytes.begin(),
                                  sample.bytes.begin() + static_cast<std::ptrdiff_t>(length));
      const auto tree = parse({cut.data(), cut.size()});
      if (whole) EXPECT_FALSE(tree.has_value()) << sample.path << " at " << length;
    }
  }
}

}  // namespace
}  // namespace godwit::wbxml
