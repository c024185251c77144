/// Taking one content line apart; for Document.
#pragma once

#include <string>
#include <string_view>

#include "convert/ical/document.hpp"

namespace godwit::convert::ical {

/// `raw` as it stands in the text, `unfolded` the same without folds and line end. What is no
/// property gets no name.
Line parse_line(std::string raw, std::string_view unfolded);

/// vCalendar 1.0: its soft line breaks have no blank at the next line's begin.
bool is_quoted_printable(const Line& line);

}  // namespace godwit::convert::ical
