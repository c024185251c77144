/// Bodies and texts of items that are no mail, as they come from devices. [MS-ASAIRS] Body
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "item/patch.hpp"
#include "wbxml/element.hpp"

namespace godwit::mapping {

/// An element's text: cleared where it is empty; lines end in LF.
Change<std::string> text_change(std::string_view text);

struct TextBody {
  Change<std::string> text;
  bool html = false;
};
/// The Body of an Add or Change: kept where there is none, or none with Data ([MS-ASCMD] Supported:
/// a body is never removed by what is left out). Error: malformed = status 6: no Type, or one that
/// is neither plain nor HTML.
Result<TextBody> read_text_body(const wbxml::Element& application_data);

}  // namespace godwit::mapping
