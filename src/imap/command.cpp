#include "imap/command.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "imap/limits.hpp"
#include "imap/mailbox_name.hpp"

namespace godwit::imap {
namespace {

constexpr std::array<std::string_view, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

bool is_atom_char(char c) {
  return c > 0x20 && c < 0x7F && std::string_view("(){%*\"\\]").find(c) == std::string_view::npos;
}

bool is_atom(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_atom_char) && !iequals(text, "NIL");
}

bool is_quotable(std::string_view text, bool utf8) {
  return text.size() <= quoted_bytes_max && std::ranges::all_of(text, [utf8](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return byte != 0 && c != '\r' && c != '\n' && (byte < 0x80 || utf8);
         });
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

void append_two(std::string& out, unsigned value) {
  out += static_cast<char>('0' + (value / 10) % 10);
  out += static_cast<char>('0' + value % 10);
}

void append_date(std::string& out, std::chrono::sys_days day) {
  const std::chrono::year_month_day date(day);
  append_two(out, static_cast<unsigned>(date.day()));
  out += '-';
  out += months[(static_cast<unsigned>(date.month()) - 1) % months.size()];
  out += '-';
  const int year = std::clamp(static_cast<int>(date.year()), 0, 9999);
  append_two(out, static_cast<unsigned>(year / 100));
  append_two(out, static_cast<unsigned>(year % 100));
}

std::vector<std::string> wire_flags(const Flags& flags) {
  std::vector<std::string> out;
  if (flags.seen) out.emplace_back("\\Seen");
  if (flags.answered) out.emplace_back("\\Answered");
  if (flags.flagged) out.emplace_back("\\Flagged");
  if (flags.draft) out.emplace_back("\\Draft");
  if (flags.forwarded) out.emplace_back("$Forwarded");
  for (const std::string& keyword : flags.keywords) out.push_back(encode_keyword(keyword));
  return out;
}

}  // namespace

bool is_flag(std::string_view text) {
  if (text.starts_with('\\')) text.remove_prefix(1);
  return is_atom(text);
}

bool is_section(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == '.'; });
}

void Command::space() {
  if (!line_.ends_with('(')) line_ += ' ';
}

Command& Command::words(Words text) {
  space();
  line_ += text.view();
  return *this;
}

Command& Command::number(std::uint64_t value) {
  space();
  line_ += std::to_string(value);
  return *this;
}

Command& Command::uids(const UidSet& set) {
  space();
  line_ += set.str();
  return *this;
}

Command& Command::uids_from(Uid first) {
  space();
  line_ += std::to_string(std::max<Uid>(first, 1)) + ":*";
  return *this;
}

Command& Command::string(std::string_view text) {
  space();
  if (is_atom(text)) {
    line_ += text;
  } else if (is_quotable(text, false)) {
    append_quoted(line_, text);
  } else {
    std::string bytes(text);
    std::erase(bytes, '\0');  // no literal may hold it (RFC 9051 9: CHAR8)
    const std::uint64_t size = bytes.size();
    literals_.push_back({line_.size(), std::move(bytes), size, false});
  }
  return *this;
}

Command& Command::mailbox(std::string_view wire, bool utf8_accepted) {
  if (utf8_accepted) {
    const auto decoded = decode_mailbox(wire);
    if (decoded && is_quotable(*decoded, true)) {
      space();
      append_quoted(line_, *decoded);
      return *this;
    }
  }
  if (!is_quotable(wire, false)) return string(wire);
  space();
  append_quoted(line_, wire);
  return *this;
}

Command& Command::flags(const Flags& flags) { return flag_list(wire_flags(flags)); }

Command& Command::flag_list(const std::vector<std::string>& flags) {
  open();
  for (const std::string& flag : flags) {
    if (!is_flag(flag)) continue;
    space();
    line_ += flag;
  }
  return close();
}

Command& Command::date(std::chrono::sys_days day) {
  space();
  append_date(line_, day);
  return *this;
}

Command& Command::date_time(Time time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
  space();
  line_ += '"';
  append_date(line_, day);
  line_ += ' ';
  append_two(line_, static_cast<unsigned>(clock.hours().count()));
  line_ += ':';
  append_two(line_, static_cast<unsigned>(clock.minutes().count()));
  line_ += ':';
  append_two(line_, static_cast<unsigned>(clock.seconds().count()));
  line_ += " +0000\"";
  return *this;
}

Command& Command::literal_streamed(std::uint64_t size) {
  space();
  literals_.push_back({line_.size(), {}, size, true});
  return *this;
}

Command& Command::open() {
  space();
  line_ += '(';
  return *this;
}

Command& Command::close() {
  line_ += ')';
  return *this;
}

void Command::part(std::string_view what, std::string_view section) {
  space();
  line_ += what;
  line_ += '[';
  line_ += is_section(section) ? section : std::string_view("0");
  line_ += ']';
}

void Command::partial(std::uint64_t offset, std::uint64_t length) {
  constexpr std::uint64_t length_max = 0x7FFFFFFF;  // what 32-bit servers can read
  if (offset > 0 || length < length_max) {
    line_ +=
        '<' + std::to_string(offset) + '.' + std::to_string(std::min(length, length_max)) + '>';
  }
}

Command& Command::body(std::string_view section, std::uint64_t offset, std::uint64_t length) {
  part("BODY.PEEK", section);
  partial(offset, length);
  return *this;
}

Command& Command::binary(std::string_view section, std::uint64_t offset, std::uint64_t length) {
  part("BINARY.SIZE", section);
  part("BINARY.PEEK", section);
  partial(offset, length);
  return *this;
}

Command& Command::append(const Command& tail) {
  space();
  for (Literal literal : tail.literals_) {
    literal.at += line_.size();
    literals_.push_back(std::move(literal));
  }
  line_ += tail.line_;
  return *this;
}

std::vector<Command::Chunk> Command::chunks(std::string_view tag, LiteralMode mode) const {
  std::vector<Chunk> out(1);
  out.back().bytes.append(tag).append(" ");
  std::size_t done = 0;
  for (const Literal& literal : literals_) {
    const bool asks = mode == LiteralMode::synchronizing ||
                      (mode == LiteralMode::minus && literal.size > literal_minus_bytes_max);
    Chunk& chunk = out.back();
    chunk.bytes += std::string_view(line_).substr(done, literal.at - done);
    chunk.bytes += '{' + std::to_string(literal.size) + (asks ? "}\r\n" : "+}\r\n");
    chunk.wait = asks;
    chunk.streamed = literal.streamed ? literal.size : 0;
    done = literal.at;
    if (asks || literal.streamed) out.emplace_back();
    out.back().bytes += literal.bytes;
  }
  out.back().bytes += std::string_view(line_).substr(done);
  out.back().bytes += "\r\n";
  return out;
}

}  // namespace godwit::imap
