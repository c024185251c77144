/// Values of vCard lines as a contact has them, and back. Private to this folder.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "convert/vcard_slots.hpp"

namespace godwit::convert::vcard {

/// The line's text, or one component's with its list joined by LF.
std::string read_text(const Card& card, const Place& place, ContactText text);
std::vector<std::string> read_list(const Card& card, const std::vector<std::size_t>& lines);
/// !ok() where the line holds no day of a calendar.
ContactDate read_date(const Line& line);
/// Empty where the line names the image instead of holding it.
std::string read_picture(const Line& line);

/// The contact that a card stands for.
Contact contact_of(const Card& card, const Slots& slots);

std::string format_date(ContactDate date, bool dashes);
/// "JPEG", "PNG" or "GIF", by its first bytes.
std::string_view image_type(std::string_view bytes);

}  // namespace godwit::convert::vcard
