#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "transcript_runner.hpp"

namespace godwit::test {
namespace {

const std::string root = std::string(GODWIT_SOURCE_DIR) + "/tests/transcripts";

std::vector<std::string> transcripts() {
  std::vector<std::string> out;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (entry.path().extension() != ".eas") continue;
    out.push_back(std::filesystem::relative(entry.path(), root).string());
  }
  std::ranges::sort(out);
  return out;
}

std::string test_name(const testing::TestParamInfo<std::string>& info) {
  std::string out = info.param.substr(0, info.param.size() - 4);
  std::ranges::replace_if(
      out, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; }, '_');
  return out;
}

class Transcripts : public testing::TestWithParam<std::string> {};

TEST_P(Transcripts, Holds) {
  std::ifstream file(root + "/" + GetParam());
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  for (const std::string& version : versions_of(text)) {
    for (const std::string& difference : TranscriptRunner(version).run(text)) {
      ADD_FAILURE() << GetParam() << " at " << version << ", " << difference;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, Transcripts, testing::ValuesIn(transcripts()), test_name);

}  // namespace
}  // namespace godwit::test
