/// A QR code (ISO/IEC 18004) as a picture within a page.
#pragma once

#include <string_view>

#include "console/html.hpp"

namespace godwit::console {

/// `label`: what people hear who do not see it. Empty where `text` is too long for one.
Html qr_code(std::string_view text, std::string_view label);

}  // namespace godwit::console
