/// Bodies of one message in the form that a device asked for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "convert/body.hpp"
#include "http/message.hpp"
#include "render/output.hpp"
#include "render/reader.hpp"

namespace godwit::render {

inline constexpr std::uint8_t plain_type = 1;
inline constexpr std::uint8_t html_type = 2;
inline constexpr std::uint8_t mime_type = 4;

/// What to read at first, in one command with other messages, to make a body of `limit` bytes
/// (nothing = whole): at most memory_body_max of each part.
std::vector<backend::PartRange> first_reads(const Message& message, const convert::BodyParts& parts,
                                            std::uint8_t type, std::optional<std::uint64_t> limit);

/// All references must outlive it.
class BodyMaker {
 public:
  BodyMaker(MessageReader& reader, http::Spools& spools, const Message& message,
            const convert::BodyParts& parts)
      : reader_(reader), spools_(spools), message_(message), parts_(parts) {}

  /// Error: incomplete when the backend gives nothing for a part that it says is there.
  Task<Result<BodyText>> make(std::uint8_t type, std::optional<std::uint64_t> limit);
  /// The first characters of the text, blanks folded. [MS-ASAIRS] Preview
  Task<Result<std::string>> preview(std::size_t characters);
  /// HTML without the messages quoted in it; nothing when it is too large to be looked at.
  Task<Result<std::optional<std::string>>> new_html();

 private:
  Task<Result<BodyText>> make_mime(std::optional<std::uint64_t> limit);
  /// Decodes one part to `out`; stops early once `out` is cut, or after `input_max` bytes.
  Task<Result<>> convert(const Part* part, std::uint8_t type, BodyOutput* out,
                         std::uint64_t input_max);

  MessageReader& reader_;
  http::Spools& spools_;
  const Message& message_;
  const convert::BodyParts& parts_;
};

}  // namespace godwit::render
