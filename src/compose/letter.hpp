/// What a device sends as a mail, made fit to go out: its header read, recipients found, what is
/// missing added, what must not be seen left out. RFC 5322; [MS-ASCMD] SendMail. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "convert/address.hpp"

namespace godwit::compose {

/// A header block that is edited. Values are kept as they came, folded with CRLF, and never hold a
/// line end that does not fold.
class Fields {
 public:
  Fields() = default;
  explicit Fields(std::string_view block);

  bool has(std::string_view name) const;
  /// Of the first field of that name; empty when there is none.
  std::string_view get(std::string_view name) const;
  /// Of all fields of that name.
  std::vector<std::string_view> all(std::string_view name) const;
  /// The only field of that name from now on, at the place of the first. Line ends in `value` that
  /// do not fold become blanks.
  void set(std::string_view name, std::string_view value);
  void remove(std::string_view name);
  /// All of them, without the blank line.
  std::string str() const;

 private:
  struct Field {
    std::string name;
    std::string value;  // without the blank after the colon
  };
  std::vector<Field> fields_;
};

struct Letter {
  Fields header;
  std::uint64_t body = 0;  // where the content begins
};
/// Error: malformed (no header block that a blank line ends, or one that is too large; a multipart
/// without a boundary).
Result<Letter> read_letter(std::string_view mime);

/// The addresses in To, Cc and Bcc, each once, in order. Errors: incomplete (none), refused (one
/// that is no address), too_large (more than limits.hpp allows).
Result<std::vector<std::string>> recipients(const Fields& header);

/// Who may be named as the author.
struct Identity {
  std::vector<std::string> addresses;  // the first is the primary one; not empty
  std::string display_name;            // may be empty
  std::vector<std::string> send_as{};  // of others, whose mail may be written
};
/// What a mail gets where the device gave none.
struct Stamp {
  std::string message_id;  // without the angle brackets
  Time date{};
};
/// `{unique}@{domain of the address}`
std::string make_message_id(std::string_view unique, std::string_view address);

/// Makes the header complete: From (an address of the identity, or of another whose mail may be
/// written; the primary one otherwise), Date, Message-ID, MIME-Version; removes what the way adds
/// (Return-Path). Returns the envelope's sender: the address in From where it is the identity's
/// own, the primary one otherwise, so that failures come back to who wrote.
std::string complete(Fields& header, const Identity& identity, const Stamp& stamp);
/// A list of people as To and its like hold it, one a line: RFC 5322 2.1.1 bounds their length.
std::string format_people(const std::vector<convert::Mailbox>& people);
/// Takes Bcc out: for the form that others see.
void hide_recipients(Fields& header);

}  // namespace godwit::compose
