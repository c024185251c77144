/// Dates as HTTP writes them.
#pragma once

#include <string>

#include "base/clock.hpp"

namespace godwit::http {

/// RFC 9110 5.6.7: "Sun, 06 Nov 1994 08:49:37 GMT", whatever the locale.
std::string http_date(Time time);

}  // namespace godwit::http
