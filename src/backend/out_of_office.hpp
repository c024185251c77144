/// Out-of-office settings as a record. Times in milliseconds since 1970.
#pragma once

#include <string>
#include <string_view>

#include "backend/backend.hpp"
#include "base/result.hpp"

namespace godwit::backend {

inline constexpr std::size_t out_of_office_text_bytes_max = std::size_t{64} * 1024;

std::string pack_out_of_office(const OutOfOffice& settings);
/// Error: malformed.
Result<OutOfOffice> unpack_out_of_office(std::string_view packed);

/// Error: too_large, a text is above out_of_office_text_bytes_max.
Result<> check_out_of_office(const OutOfOffice& settings);

}  // namespace godwit::backend
