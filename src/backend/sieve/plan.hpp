/// What a user's scripts say of their absence, and which of them to write so that they say another.
/// Pure: from what the server has to the commands that change it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backend/sieve/block.hpp"

namespace godwit::backend::sieve {

inline constexpr std::string_view own_script = "godwit-out-of-office";

/// What the server has, as far as it matters.
struct Snapshot {
  std::vector<std::string> names;
  std::string active;  // empty: none
  std::string own;     // our script's text, empty where there is none
  std::string host;    // the user's script that runs now: its name, empty where there is none,
  std::string host_text;
  friend bool operator==(const Snapshot&, const Snapshot&) = default;

  bool has(std::string_view name) const;
};

/// The script that runs for the user, ours aside: the active one, or the one that ours includes.
std::string host_of(std::string_view active, std::string_view own);

OutOfOffice read_state(const Snapshot& snapshot, const std::vector<std::string>& domains);

struct Step {
  enum class Kind : std::uint8_t { put, activate };
  Kind kind = Kind::put;
  std::string name;  // to activate: empty = none
  std::string text;
  friend bool operator==(const Step&, const Step&) = default;
};

/// In order; each leaves the server in a state that makes sense, and what was done already is not
/// among them: after a failure at any step, planning anew leads on. Errors: unsupported (no
/// vacation there, or no dates for a schedule), malformed (the user's script cannot be read),
/// too_large.
Result<std::vector<Step>> plan(const Snapshot& snapshot, const OutOfOffice& wanted,
                               const Circumstances& around);

}  // namespace godwit::backend::sieve
