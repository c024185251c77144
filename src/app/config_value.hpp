/// A value of a configuration file with its place, for the parts of the file that are no plain
/// keys; and what is wrong with the file, collected while it is read.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "app/config.hpp"

namespace godwit::app {

struct ConfigValue {
  enum class Kind : std::uint8_t { other, boolean, number, text, list, table };
  Kind kind = Kind::other;
  std::string name{};  // of an entry of a table
  int line = 0;
  bool flag = false;
  std::int64_t number = 0;
  std::string text{};                   // a date is text, too: "2026-12-31"
  std::vector<ConfigValue> children{};  // entries of a list or table
};

/// One line each: `file:line: what`.
class Problems {
 public:
  explicit Problems(const std::string& file) : file_(file.empty() ? "configuration" : file) {}
  void add(const ConfigValue& where, std::string_view what) { add(where.line, what); }
  template <class Number>
  void add(Number line, std::string_view what) {
    text_ += fmt::format("{}{}:{}: {}", text_.empty() ? "" : "\n", file_, line, what);
  }
  bool any() const { return !text_.empty(); }
  const std::string& text() const { return text_; }

 private:
  std::string file_;
  std::string text_;
};

/// The whole file as one table; an empty one when it is no TOML (parse_config says why).
ConfigValue config_tree(std::string_view text, const std::string& file);
/// Errors: not_found, too_large.
Result<std::string> read_config_text(const std::string& file);

/// Strings of a list; `label` names it. False when there is a problem.
bool read_strings(const ConfigValue& value, const std::string& label, Strings& out,
                  Problems& problems);

}  // namespace godwit::app
