/// Sieve scripts read as what they are made of, with the place of each piece, so that one command
/// can be changed and all else stays as it was. RFC 5228 8. Pure.
///
/// Read as the grammar has it; what commands and tests mean is left to who asks.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace godwit::backend::sieve {

inline constexpr std::size_t script_depth_max = 32;
inline constexpr std::size_t script_commands_max = 20'000;

struct Argument {
  enum class Kind : std::uint8_t { tag, number, strings };
  Kind kind = Kind::strings;
  std::string tag;                   // lower case, without its colon
  std::uint64_t number = 0;          // quantifiers applied
  std::vector<std::string> strings;  // one string is a list of one
};

struct Test {
  std::string name;  // lower case
  std::vector<Argument> arguments;
  std::vector<Test> tests;

  /// What stands after the tag; null where it is not there.
  const Argument* after(std::string_view tag) const;
  bool has(std::string_view tag) const;
};

struct Command {
  std::string name;  // lower case
  std::vector<Argument> arguments;
  std::vector<Test> tests;
  std::vector<Command> block;
  std::size_t begin = 0;  // octets of the script: from its name
  std::size_t end = 0;    // to behind its semicolon or block

  /// The same of a command.
  const Argument* after(std::string_view tag) const;
};

/// Errors: malformed, too_large (depth, commands).
Result<std::vector<Command>> parse_script(std::string_view text);

/// A string as a script carries it, quoted.
std::string quote(std::string_view text);

}  // namespace godwit::backend::sieve
