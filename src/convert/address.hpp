/// Address lists of header fields, as tolerant as mail needs it. RFC 5322 3.4.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace godwit::convert {

struct Mailbox {
  std::string name;     // decoded, clean UTF-8; may be empty
  std::string address;  // `a@b`; may be empty where a mailer wrote only a name
};

/// Groups give their members; at most limits.hpp's addresses_max. `charset` is for raw 8-bit names.
std::vector<Mailbox> parse_addresses(std::string_view raw, std::string_view charset = {});

/// `"Name" <a@b>, c@d`: quoted as RFC 5322 wants, in UTF-8, at most `bytes_max` (whole entries).
std::string format_addresses(const std::vector<Mailbox>& list, std::string_view separator,
                             std::size_t bytes_max);
/// `Name; c@d`
std::string format_names(const std::vector<Mailbox>& list, std::size_t bytes_max);

}  // namespace godwit::convert
