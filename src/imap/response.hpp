/// Parses responses of an IMAP server (RFC 9051 7; RFC 3501; RFC 7162; RFC 5465 and others).
/// Tolerant where real servers are sloppy: quirks.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "imap/splitter.hpp"
#include "item/message.hpp"
#include "item/uid_set.hpp"

namespace godwit::imap {

/// `[NAME arguments]` of a status response.
struct ResponseCode {
  std::string name;       // upper case; empty = there is none
  std::string arguments;  // raw
};

struct StatusResponse {
  enum class Kind : std::uint8_t { ok, no, bad, bye, preauth };
  Kind kind = Kind::ok;
  std::string tag;  // empty: untagged
  ResponseCode code;
  std::string text;  // for people
};

struct Continuation {
  std::string text;
};

/// CAPABILITY and ENABLED: upper case.
struct CapabilityList {
  bool enabled = false;
  std::vector<std::string> names;
};

struct ListEntry {
  bool lsub = false;
  std::vector<std::string> attributes;  // lower case, with the backslash
  char delimiter = 0;                   // 0 = NIL
  std::string name;                     // as on the wire
  std::string old_name;                 // RFC 5465 OLDNAME; empty = none
  bool has(std::string_view attribute) const;
};

struct StatusEntry {
  std::string name;  // as on the wire
  std::optional<std::uint32_t> messages, uid_next, uid_validity, unseen;
  std::optional<std::uint64_t> highest_modseq;
  std::string mailbox_id;
};

struct SearchResult {
  bool extended = false;  // ESEARCH
  UidSet uids;
};

struct Body {
  std::string section;  // upper case
  std::optional<std::uint64_t> origin;
  std::string bytes;     // empty for NIL too
  bool decoded = false;  // RFC 3516: BINARY
};

struct FetchEntry {
  std::uint32_t sequence = 0;
  Uid uid = 0;
  std::optional<Flags> flags;
  bool deleted = false;  // \Deleted among the flags
  std::uint64_t modseq = 0;
  std::optional<Time> internal_date;
  std::optional<std::uint64_t> size;
  std::optional<std::uint64_t> decoded_size;  // BINARY.SIZE, of the one part that is asked about
  std::optional<Part> structure;
  std::vector<Body> bodies;
};

struct Exists {
  std::uint32_t count = 0;
};
struct Expunged {
  std::uint32_t sequence = 0;
};
struct Vanished {
  bool earlier = false;
  UidSet uids;
};
/// FLAGS of the selected mailbox.
struct FlagNames {
  std::vector<std::string> names;
};
struct Namespace {
  struct Entry {
    std::string prefix;
    char delimiter = 0;
  };
  std::vector<Entry> personal, other_users, shared;
};
/// RFC 4314 3.8: what the user may do in a mailbox.
struct MyRights {
  std::string name;  // as on the wire
  std::string rights;
};
/// Something we have no use for.
struct Ignored {};

using Response =
    std::variant<StatusResponse, Continuation, CapabilityList, ListEntry, StatusEntry, SearchResult,
                 FetchEntry, Exists, Expunged, Vanished, FlagNames, Namespace, MyRights, Ignored>;

/// Error: malformed, too_large. What is unknown but well-formed is Ignored.
Result<Response> parse_response(RawResponse raw);

/// APPENDUID and COPYUID (RFC 4315): the target's UIDVALIDITY and the UIDs there.
struct UidCode {
  std::uint32_t uid_validity = 0;
  UidSet uids;
};
std::optional<UidCode> parse_uid_code(const ResponseCode& code);
/// The words of a parenthesized or bare list in a code: CAPABILITY, PERMANENTFLAGS.
std::vector<std::string> code_words(const ResponseCode& code);

}  // namespace godwit::imap
