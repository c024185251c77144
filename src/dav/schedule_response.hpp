/// What an outbox answers for each recipient (RFC 6638 10.1). No I/O.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace godwit::dav {

struct Recipient {
  std::string address;  // as the server writes it: "mailto:ann@example.org"
  std::string status;   // "2.0;Success"
  std::string data;     // iCalendar text; empty where there is none
};

/// Errors: as XmlStream; malformed when it is no schedule-response.
Result<std::vector<Recipient>> read_schedule_response(std::string_view body);

}  // namespace godwit::dav
