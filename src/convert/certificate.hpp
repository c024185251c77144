/// X.509 certificates of people: told from other files, and whether they are valid.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace godwit::convert {

/// The DER form of the first certificate in a PEM or DER file. Error: malformed.
Result<std::string> certificate_der(std::string_view file);

/// Whether `now` lies within the certificate's validity; false for what is no certificate.
bool certificate_valid(std::string_view der, Time now);

}  // namespace godwit::convert
