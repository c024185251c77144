/// [MS-ASCMD] Oof (Settings): between the device's elements and what a backend keeps.
#pragma once

#include <cstdint>
#include <expected>

#include "backend/backend.hpp"
#include "wbxml/element.hpp"
#include "wbxml/writer.hpp"

namespace godwit::command {

/// Takes `Oof/Set` into `settings`; what it does not name stays as it was. The error is the
/// property's Status: 2 half a pair of times, 5 invalid, 6 conflicting arguments.
std::expected<void, std::uint16_t> read_out_of_office(const wbxml::Element& set,
                                                      backend::OutOfOffice& settings);

/// The property's `Get`, its texts as HTML or as plain text.
void write_out_of_office(const backend::OutOfOffice& settings, bool html, wbxml::Writer& out);

}  // namespace godwit::command
