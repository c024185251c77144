/// What the `vacation` actions of a script say of their user's absence: also of scripts that others
/// wrote. RFC 5230; dates by RFC 5260, audiences by the sender's domain. Pure.
///
/// An action is *general* when nothing but time and the sender's domain decides whether it runs
/// (exclusions, as of spam, apart); any other is a rule's answer and no out-of-office.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "backend/sieve/script.hpp"
#include "base/clock.hpp"

namespace godwit::backend::sieve {

/// How a vacation action answers, its text apart: kept when the text is changed.
struct Manner {
  std::uint64_t period = 1;
  bool period_in_seconds = false;  // RFC 6131; else days
  std::string subject;             // empty: the server's own
  std::string from;                // the same
  std::vector<std::string> addresses;
  friend bool operator==(const Manner&, const Manner&) = default;
};

struct Interval {
  std::optional<Time> start;  // nothing: since ever
  std::optional<Time> end;    // nothing: for ever
  friend bool operator==(const Interval&, const Interval&) = default;
};

struct FoundVacation {
  std::size_t begin = 0;  // its octets in the script
  std::size_t end = 0;
  bool general = true;
  bool internal = true;  // whom it answers
  bool external = true;
  Interval when{};
  OutOfOffice::Message message;
  Manner manner;
};

/// Those that can run, in their order: what stands below `if false` cannot. `domains` are the
/// user's own, lower case.
std::vector<FoundVacation> find_vacations(const std::vector<Command>& script,
                                          const std::vector<std::string>& domains);

/// The general ones as one state; disabled where there is none. A schedule that is open at one side
/// begins in 1970, or ends in 2100.
OutOfOffice absence_of(const std::vector<FoundVacation>& found);

}  // namespace godwit::backend::sieve
