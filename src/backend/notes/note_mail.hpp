/// A note as a message of a Notes folder: the headers that Apple's Notes writes and reads, and the
/// note's text as the message's. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "item/message.hpp"
#include "item/note.hpp"

namespace godwit::backend::notes {

/// A message that is rewritten on an edit is read whole.
inline constexpr std::uint64_t message_bytes_max = std::uint64_t{10} * 1024 * 1024;
/// Of one text part as it is encoded; what is longer is shown cut and cannot be edited.
inline constexpr std::uint64_t text_part_bytes_max = std::uint64_t{2} * 1024 * 1024;
inline constexpr std::size_t text_parts_max = 16;

/// Which message of which mailbox.
struct Place {
  std::uint32_t uid_validity = 0;
  Uid uid = 0;
};

/// What a note is called for ever: made of its X-Universally-Unique-Identifier; of a message
/// without one, of its Message-ID, or of its place. At most 128 characters of ASCII.
std::string href_of(std::string_view header, Place place);
/// The message that this one took the place of, when it was written by Godwit, and not by a program
/// that kept the field of what it edited; 0: none.
Uid replaced_by(std::string_view header, std::uint32_t uid_validity);

/// The parts that a note's text is made of.
std::vector<const Part*> text_parts(const Part& structure);
/// Whether more belongs to its text than is read.
bool is_cut(const Part& structure);
/// `texts`: the octets of text_parts, as encoded.
Note note_of(const Message& message, const std::vector<std::string>& texts);

struct NoteWriting {
  std::string href;
  std::string from;        // an address
  std::string message_id;  // without angle brackets
  std::string boundary;    // of a multipart that has to be made; nobody can know it
  Time now{};              // where the note says no time
  std::optional<Place> replaces{};
};

std::string new_message(const Note& note, const NoteWriting& writing);
/// `original` with what differs between `before` and `note`: all other fields and parts stay. Lines
/// end in CRLF.
std::string edited_message(std::string_view original, const Note& before, const Note& note,
                           const NoteWriting& writing);

}  // namespace godwit::backend::notes
