/// Which parts of a message are its text, and which are attachments. Works on structure alone.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "item/message.hpp"

namespace godwit::convert {

/// How a message is protected ([RFC 8551], OpenPGP apart).
enum class Protection : std::uint8_t { none, signed_clear, opaque };
Protection protection_of(const Part& structure);

struct AttachedPart {
  const Part* part = nullptr;
  bool is_inline = false;  // shown within the HTML text, by its Content-ID
};

/// Pointers are into the structure given.
struct BodyParts {
  std::vector<const Part*> plain;  // the text, in order, as plain as there is
  std::vector<const Part*> html;   // the same, with HTML where there is
  std::vector<AttachedPart> attachments;
  bool has_html() const;
};

/// Alternatives give their best part for each form, multipart/related its root, every other
/// multipart all its inline text. Everything else is an attachment.
BodyParts body_parts(const Part& structure);

/// The part of that section, or nullptr.
const Part* find_part(const Part& structure, std::string_view section);

/// What an attachment is called: its own name, or one made from type and section; embedded messages
/// end in `.eml`.
std::string attachment_name(const Part& part);

/// Octets of a part with its transfer encoding undone, about.
std::uint64_t decoded_size_estimate(const Part& part);

}  // namespace godwit::convert
