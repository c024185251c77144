/// Somebody the user writes to, as the recipient information cache has them ([MS-ASCNTC] Alias,
/// WeightedRank). Its text is a record of ours: nobody else keeps such items.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "item/digests.hpp"

namespace godwit {

struct Recipient {
  std::string address;
  std::string name;          // may be empty
  std::uint32_t weight = 0;  // how many of the mails that count went there
  friend bool operator==(const Recipient&, const Recipient&) = default;
};

std::string pack(const Recipient& recipient);
/// Error: malformed.
Result<Recipient> unpack_recipient(std::string_view text);
PropertyDigests digests_of(const Recipient& recipient);

}  // namespace godwit
