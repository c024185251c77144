/// vCards (2.1, RFC 2426, RFC 6350) as contacts, and contacts' edits as patches of the vCard that
/// is there: what an edit does not name keeps its bytes, known or not.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "item/contact.hpp"

namespace godwit::convert {

/// The first card of a text. Errors: malformed (no card in it), too_large (over 8 MiB, 10,000
/// lines, or cards nested deeper than 16).
Result<Contact> read_contact(std::string_view vcard);

/// The text after the edit, in the version that it had. From nothing: a new card, 3.0, with `uid`.
/// A value that is there already changes nothing. What has no place among the card's lines (a
/// second mobile number, say) is neither shown nor touched. FN follows the name where it was made
/// of it. Errors: as read_contact.
Result<std::string> apply_contact(std::string_view vcard_or_empty, const ContactPatch& patch,
                                  std::string_view uid = {});

}  // namespace godwit::convert
