/// The query of an EAS request, plain or base64 ([MS-ASHTTP] 2.2.1.1.1).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/id.hpp"
#include "base/result.hpp"
#include "eas/version.hpp"

namespace godwit::eas {

struct RequestLine {
  std::string command;  // by name; "" when the code is unknown
  std::uint8_t command_code = 255;
  std::string user;                          // informative only
  std::optional<DeviceId> device_id;         // nothing: missing or invalid -> 108
  std::string device_type;                   // empty: missing or invalid -> 109
  std::optional<Version> version;            // of the base64 form; the plain one has it in a header
  std::optional<std::uint8_t> version_byte;  // base64 only: also when unknown
  std::optional<std::uint32_t> policy_key;   // base64 only
  std::uint16_t locale = 0;                  // base64 only: LCID
  bool base64 = false;
  // Command parameters
  std::string attachment_name, collection_id, item_id, long_id, occurrence;
  bool save_in_sent = false;
  bool accept_multipart = false;
};

/// `query` is what follows the `?`. Error: malformed.
Result<RequestLine> parse_request_line(std::string_view query);

/// The query that a client sends; base64 when `line.base64` (then version and codes must be set).
std::string format_request_line(const RequestLine& line);

/// [MS-ASHTTP] command codes: "Sync" <-> 0. Unknown: nothing.
std::optional<std::uint8_t> command_code(std::string_view name);
std::string_view command_name(std::uint8_t code);

}  // namespace godwit::eas
