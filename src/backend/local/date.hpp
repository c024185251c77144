/// RFC 5322 3.3 dates, as they are written into header fields.
#pragma once

#include <string>

#include "base/clock.hpp"

namespace godwit::backend {

/// In UTC: "Mon, 16 Jun 2025 10:00:00 +0000".
std::string rfc5322_date(Time time);

}  // namespace godwit::backend
