/// Dates as HTTP writes them.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace godwit::http {

/// RFC 9110 5.6.7: "Sun, 06 Nov 1994 08:49:37 GMT", whatever the locale.
std::string http_date(Time time);
/// The same read. Error malformed: another form, the obsolete ones among them, or no such day.
Result<Time> parse_http_date(std::string_view text);

}  // namespace godwit::http
