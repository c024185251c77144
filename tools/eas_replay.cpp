// eas_replay RECORDING [RULES] [ROOT]: plays a recorded folder of ActiveSync exchanges at a server
// in this process and tells where its answers differ in shape. Exit code 1: something is
// unexplained, or a rule explains nothing.

#include <cstdio>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "replay/player.hpp"

namespace {

std::string contents(const char* path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error(std::string(path) + " cannot be read");
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

int run(int count, char** arguments) {
  using namespace godwit::test;
  const std::string folder = arguments[1];
  auto rules = parse_rules(count > 2 ? contents(arguments[2]) : "");
  const auto result = replay(load_recording(folder, count > 3 ? arguments[3] : folder + "/../.."));
  std::size_t unexplained = 0;
  for (const Difference& difference : result.differences) {
    if (explain(rules, difference) == nullptr) ++unexplained;
  }
  std::fputs(summary(result, rules).c_str(), stdout);
  bool unused = false;
  for (const Rule& rule : rules) {
    if (rule.used > 0) continue;
    std::printf("UNUSED rule %s\n", rule.name.c_str());
    unused = true;
  }
  return unexplained > 0 || unused ? 1 : 0;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) {
    std::fputs("usage: eas_replay RECORDING [RULES] [ROOT]\n", stderr);
    return 2;
  }
  try {
    return run(count, arguments);
  } catch (const std::runtime_error& error) {
    std::fprintf(stderr, "eas_replay: %s\n", error.what());
    return 2;
  }
}
