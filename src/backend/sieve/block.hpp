/// The piece of a script that is ours: an out-of-office as Sieve, between two marks, with the
/// settings themselves in comments, so that also what no script can say is read back as it was set.
/// docs/adr/0014-out-of-office-in-sieve.md. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backend/backend.hpp"
#include "backend/sieve/absence.hpp"

namespace godwit::backend::sieve {

/// What a block is made of.
struct Block {
  OutOfOffice settings;
  Manner manner;
  /// The user's own script, which ours includes; empty: none, or the block stands within it.
  std::string host;
};

struct Circumstances {
  std::vector<std::string> extensions;  // of the server, lower case
  std::vector<std::string> addresses;   // the user's
  std::vector<std::string> domains;     // whose senders are internal, lower case
  std::vector<std::string> known;       // addresses of those outside who are known

  bool offers(std::string_view extension) const;
};

/// The block as text, CRLF at line ends. A disabled one does nothing but keep its settings.
std::string write_block(const Block& block, const Circumstances& around);

/// Where a block stands in a script: its octets with both marks.
struct BlockPlace {
  std::size_t begin = 0;
  std::size_t end = 0;
};
std::optional<BlockPlace> find_block(std::string_view script);

/// Reads it. Where somebody edited what it does, the script counts and not the comments. Nothing:
/// it is damaged.
std::optional<Block> read_block(std::string_view block, const std::vector<std::string>& domains);

}  // namespace godwit::backend::sieve
