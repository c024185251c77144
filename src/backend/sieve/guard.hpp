/// What a script's tests say of time and of the sender: as much as an out-of-office needs. Pure.
#pragma once

#include <string>
#include <vector>

#include "backend/sieve/absence.hpp"

namespace godwit::backend::sieve {

/// When something runs, and for whom.
struct Guard {
  bool never = false;
  bool special = false;  // on a condition that is neither time nor domain
  Interval when{};
  bool internal = true;
  bool external = true;
};

Guard read_guard(const Test& test, const std::vector<std::string>& domains);
/// Both.
Guard operator&(const Guard& a, const Guard& b);
/// Where it does not hold. What is special gives no condition: it is an exclusion then.
Guard operator!(const Guard& guard);

}  // namespace godwit::backend::sieve
