/// Plays a recording at a server in this process: the same mailbox behind it, the device's
/// requests with keys and ids of ours for Exchange's, and tells where our answers have another
/// shape.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "replay/recording.hpp"
#include "replay/shape.hpp"

namespace godwit::test {

struct ReplayResult {
  std::vector<Difference> differences;
  std::size_t played = 0;    // requests sent
  std::size_t compared = 0;  // answers held against Exchange's
  std::size_t alike = 0;     // of the same shape in everything
  std::size_t skipped = 0;   // about nothing but classes that we do not offer, or unanswered
};

ReplayResult replay(const std::vector<Exchange>& recording);

/// `kind path` with how often, where first, and the rule that explains it: most frequent first.
std::string summary(const ReplayResult& result, std::vector<Rule>& rules);

}  // namespace godwit::test
