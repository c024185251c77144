/// The plain XML that clients send to /autodiscover/autodiscover.xml ([MS-ASCMD] Autodiscover,
/// [MS-OXDSCLI] for Outlook's), and the query of version 2 and of Thunderbird.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace godwit::autodiscover {

/// What kind of answer the client can read.
enum class Schema : std::uint8_t { mobilesync, outlook, other };

struct Ask {
  std::string address;
  Schema schema = Schema::mobilesync;
};

inline constexpr std::size_t request_bytes_max = 64UL * 1024;  // real ones have half a kilobyte

/// Whether a request of this Content-Type may be one: text/xml, text/html
/// ([MS-ASHTTP] 2.2.1.1.2.3), application/xml, or none at all.
bool is_request_type(std::string_view content_type);

/// Errors: too_large, malformed (no XML, another document, several requests, no address or one that
/// is none), unsupported (a document type or an entity).
Result<Ask> parse_request(std::string_view body);

/// The value of `name` (case does not matter) in a query, decoded; a plus sign stays one, since
/// addresses hold it and no blank. Empty where it is missing or its escapes are broken.
std::string parameter(std::string_view query, std::string_view name);

}  // namespace godwit::autodiscover
