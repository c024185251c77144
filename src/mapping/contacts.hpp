/// The Contacts class with Contacts2 ([MS-ASCNTC]): items to WBXML, and a device's Add or Change as
/// a patch.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "base/result.hpp"
#include "eas/version.hpp"
#include "item/contact.hpp"
#include "wbxml/element.hpp"
#include "wbxml/writer.hpp"

namespace godwit::mapping {

/// The elements that a device manages ([MS-ASCMD] Supported); nothing = it sent no list.
using Supported = std::optional<std::vector<wbxml::Tag>>;

inline constexpr std::size_t contact_list_max = 300;  // [MS-ASCNTC] Categories, Children
/// [MS-ASCNTC] Picture: 48 KB of base64. A larger one stays with its contact and is not sent.
inline constexpr std::size_t contact_picture_bytes_max = std::size_t{36} * 1024;

/// Of dates in UTC: late on the morning of that day, which is the same day in all zones from -11 to
/// +12.
inline constexpr std::chrono::minutes contact_date_time{11 * 60 + 59};

/// All properties but the body, as children of the open element.
void write_contact(const Contact& contact, wbxml::Writer& writer,
                   std::chrono::minutes date_time = contact_date_time);

/// What a Change (or an Add) says. What it leaves out is cleared, unless the device's Supported
/// list leaves it out too; body and picture are kept ([MS-ASCMD] Supported). Error: malformed =
/// status 6.
Result<ContactPatch> read_contact_change(const wbxml::Element& application_data,
                                         const Supported& supported);

/// A day as a device gets it; read: the day whose midnight (or noon) in some zone the instant is.
std::string format_contact_date(ContactDate date, std::chrono::minutes time = contact_date_time);
Result<ContactDate> parse_contact_date(std::string_view text);

}  // namespace godwit::mapping
