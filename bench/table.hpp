/// The benchmarks' common form of a result: what was measured, what it came to, and whether the
/// goal was reached. A line is printed at once; where GODWIT_BENCH_TABLE names a file it is added
/// to it, too, so that `./dev bench` ends with all of them together.
#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace godwit::bench {

class Table {
 public:
  /// `title` heads the lines that follow.
  void section(const std::string& title) {
    put("\n" + fmt::format("{:<62}{:>12}{:>14}\n", title, "reached", "goal"));
  }
  void at_least(const std::string& name, double value, double goal) {
    judge(name, value, fmt::format(">= {:g}", goal), value >= goal);
  }
  void at_most(const std::string& name, double value, double goal) {
    judge(name, value, fmt::format("<= {:g}", goal), value <= goal);
  }
  /// Without a goal: what explains the others.
  void tell(const std::string& name, double value) { put(line(name, value, "", "")); }

  /// For `main`: 0 when every goal was reached.
  int exit_code() const { return below_ == 0 ? 0 : 1; }

 private:
  void judge(const std::string& name, double value, const std::string& goal, bool reached) {
    if (!reached) ++below_;
    put(line(name, value, goal, reached ? "PASS" : "below"));
  }
  static std::string line(const std::string& name, double value, const std::string& goal,
                          const std::string& verdict) {
    const int digits = value >= 100 ? 0 : value >= 1 ? 2 : 3;
    std::string text =
        fmt::format("  {:<60}{:>12.{}f}{:>14}  {}", name, value, digits, goal, verdict);
    text.erase(text.find_last_not_of(' ') + 1);
    return text + '\n';
  }
  static void put(const std::string& text) {
    fmt::print("{}", text);
    std::fflush(stdout);
    const char* const path = std::getenv("GODWIT_BENCH_TABLE");
    if (path == nullptr) return;
    std::FILE* const file = std::fopen(path, "a");
    if (file == nullptr) return;
    std::fputs(text.c_str(), file);
    std::fclose(file);
  }

  int below_ = 0;
};

}  // namespace godwit::bench
