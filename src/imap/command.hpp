/// Writes IMAP commands. CR, LF and NUL cannot get into a command line: words are compile-time
/// constants without them, everything else is a number, a checked atom, a quoted string or a
/// literal.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "item/message.hpp"
#include "item/uid_set.hpp"

namespace godwit::imap {

/// Part of a command's grammar, known when Godwit is compiled.
class Words {
 public:
  consteval Words(const char* text) : text_(text) {  // NOLINT: reads better without a cast
    for (const char c : text_) {
      if (c < 0x20 || c > 0x7E || c == '{') throw "not a part of a command";
    }
  }
  constexpr std::string_view view() const { return text_; }

 private:
  std::string_view text_;
};

/// How long strings may travel (RFC 7888).
enum class LiteralMode : std::uint8_t {
  synchronizing,  // the server says `+` first
  minus,          // LITERAL-: without asking up to 4096 octets
  plus,           // LITERAL+: without asking
};

class Command {
 public:
  /// What to write, in order.
  struct Chunk {
    std::string bytes;
    bool wait = false;           // for `+` before the next chunk
    std::uint64_t streamed = 0;  // octets that the caller writes after these bytes (and the wait)
  };

  explicit Command(Words name) : line_(name.view()) {}

  /// Each adds a token; a space goes before it where the grammar wants one.
  Command& words(Words text);
  Command& number(std::uint64_t value);
  Command& uids(const UidSet& set);        // not empty
  Command& uids_from(Uid first);           // `first:*`
  Command& string(std::string_view text);  // an astring, as an atom, quoted or a literal
  /// A mailbox name as it is on the wire (FolderKey), `%` and `*` not special.
  Command& mailbox(std::string_view wire, bool utf8_accepted = false);
  Command& flags(const Flags& flags);                         // (\Seen ... keywords)
  Command& flag_list(const std::vector<std::string>& flags);  // those that are flags; else left out
  Command& date(std::chrono::sys_days day);                   // RFC 9051 9: date
  Command& date_time(Time time);
  Command& literal_streamed(std::uint64_t size);
  Command& open();   // `(`
  Command& close();  // `)`
  /// BODY.PEEK[section]<offset.length>; a section that is no section becomes "0", which has
  /// nothing.
  Command& body(std::string_view section, std::uint64_t offset, std::uint64_t length);

  /// BINARY.SIZE[section] and BINARY.PEEK[section]<offset.length> (RFC 3516 4).
  Command& binary(std::string_view section, std::uint64_t offset, std::uint64_t length);

  /// Another's tokens, its name included: search criteria that are made before the command is.
  Command& append(const Command& tail);

  std::vector<Chunk> chunks(std::string_view tag, LiteralMode mode) const;
  /// The first word or two, for the log.
  std::string_view name() const { return std::string_view(line_).substr(0, name_length_); }

 private:
  struct Literal {
    std::size_t at;     // in line_
    std::string bytes;  // empty when streamed
    std::uint64_t size;
    bool streamed;
  };
  void space();
  void part(std::string_view what, std::string_view section);
  void partial(std::uint64_t offset, std::uint64_t length);

  std::string line_;
  std::size_t name_length_ = line_.size();
  std::vector<Literal> literals_;
};

/// True for what may be sent as a flag: an atom, or a backslash and an atom.
bool is_flag(std::string_view text);
/// True for `1.2.HEADER`, `TEXT`, "" and their like (RFC 9051 9: section-spec).
bool is_section(std::string_view text);

}  // namespace godwit::imap
