/// A mail message as a mail backend shows it: state, structure and header; never a body held whole.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "item/uid_set.hpp"

namespace godwit {

/// RFC 9051 2.3.2. `keywords` are without the system flags, sorted, unique, as the backend spells
/// them.
struct Flags {
  bool seen = false;
  bool answered = false;
  bool flagged = false;
  bool draft = false;
  bool forwarded = false;  // $Forwarded
  std::vector<std::string> keywords{};
  friend bool operator==(const Flags&, const Flags&) = default;
};

/// One node of a message's MIME structure (RFC 9051 7.5.2, BODYSTRUCTURE).
struct Part {
  /// RFC 9051 6.4.5.1 section number: "1", "2.1"; "" for the top of a message.
  std::string section;
  std::string type = "text";      // lower case
  std::string subtype = "plain";  // lower case
  std::vector<std::pair<std::string, std::string>>
      parameters;                 // names lower case, values decoded (RFC 2231)
  std::string encoding = "7bit";  // Content-Transfer-Encoding, lower case
  std::string disposition;        // "attachment", "inline" or empty
  std::string file_name;          // decoded, from either header
  std::string content_id;         // without angle brackets
  std::string content_location;
  std::string description;
  std::uint64_t size = 0;      // octets as encoded
  std::vector<Part> children;  // of multipart/*; of message/rfc822: the one part inside

  bool is(std::string_view a_type, std::string_view a_subtype) const {
    return type == a_type && subtype == a_subtype;
  }
  std::string_view parameter(std::string_view name) const {
    for (const auto& [key, value] : parameters) {
      if (key == name) return value;
    }
    return {};
  }
};

/// What changes about a message without its content changing.
struct MessageState {
  Uid uid = 0;
  Flags flags;
  std::uint64_t modseq = 0;  // 0 where the backend has none (RFC 7162)
  Time internal_date{};      // when it was received
};

struct Message {
  MessageState state;
  std::uint64_t size = 0;  // octets of the whole message (RFC822.SIZE)
  std::string header;      // the raw header block, at most limits::header_bytes_max
  Part structure;
};

}  // namespace godwit
