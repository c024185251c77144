#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.hpp"
#include "convert/header.hpp"
#include "imap/limits.hpp"
#include "imap/mailbox_name.hpp"
#include "imap/reader.hpp"
#include "imap/response.hpp"

namespace godwit::imap {
namespace {

struct ReadFlags {
  Flags flags;
  bool deleted = false;
};

ReadFlags read_flags(Reader& in) {
  ReadFlags out;
  in.expect('(');
  while (!in.failed() && !in.accept(')')) {
    const std::string_view flag = in.word();
    if (iequals(flag, "\\Seen")) {
      out.flags.seen = true;
    } else if (iequals(flag, "\\Answered")) {
      out.flags.answered = true;
    } else if (iequals(flag, "\\Flagged")) {
      out.flags.flagged = true;
    } else if (iequals(flag, "\\Draft")) {
      out.flags.draft = true;
    } else if (iequals(flag, "\\Deleted")) {
      out.deleted = true;
    } else if (iequals(flag, "$Forwarded")) {
      out.flags.forwarded = true;
    } else if (!flag.starts_with('\\') && out.flags.keywords.size() < keywords_max) {
      out.flags.keywords.push_back(decode_keyword(flag));
    }
  }
  std::ranges::sort(out.flags.keywords);
  const auto [first, last] = std::ranges::unique(out.flags.keywords);
  out.flags.keywords.erase(first, last);
  return out;
}

/// RFC 9051 9: date-time, `17-Jul-1996 02:44:25 -0700`; the day may begin with a blank.
std::optional<Time> parse_date_time(std::string_view text) {
  constexpr std::string_view months = "janfebmaraprmayjunjulaugsepoctnovdec";
  text = trim(text);
  const auto part = [&text](std::size_t from, std::size_t count) {
    return parse_number<int>(text.substr(from, count));
  };
  const std::size_t dash = text.find('-');
  if (dash == 0 || dash > 2 || text.size() != dash + 24) return std::nullopt;
  const auto day = part(0, dash);
  const std::size_t month = months.find(ascii_lower(text.substr(dash + 1, 3)));
  const auto year = part(dash + 5, 4);
  const auto hour = part(dash + 10, 2);
  const auto minute = part(dash + 13, 2);
  const auto second = part(dash + 16, 2);
  const auto zone = parse_number<int>(text.substr(dash + 20, 4));
  if (!day || month == std::string_view::npos || month % 3 != 0 || !year || !hour || !minute ||
      !second || !zone) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(month / 3 + 1)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  const int offset = (*zone / 100) * 60 + *zone % 100;
  Time time = std::chrono::sys_days(date) + std::chrono::hours(*hour) +
              std::chrono::minutes(*minute) + std::chrono::seconds(*second);
  return time - std::chrono::minutes(text[dash + 19] == '-' ? -offset : offset);
}

class StructureReader {
 public:
  explicit StructureReader(Reader& in) : in_(in) {}

  Part top() {
    Part part = read(0);
    place_body(part, {});
    return part;
  }

 private:
  /// From `(` to its `)`.
  Part read(unsigned depth) {
    Part part;
    if (depth > list_depth_max || in_.failed()) {
      in_.fail();
      return part;
    }
    in_.expect('(');
    if (in_.peek() == '(') {
      read_multipart(part, depth);
    } else {
      read_single(part, depth);
    }
    while (!in_.failed() && !in_.accept(')')) in_.skip_value();  // body-extension
    return part;
  }

  void read_multipart(Part& part, unsigned depth) {
    while (!in_.failed() && in_.peek() == '(') {
      Part child = read(depth + 1);
      if (++parts_ <= parts_max) part.children.push_back(std::move(child));
    }
    part.type = "multipart";
    part.subtype = ascii_lower(more() ? in_.string() : "mixed");
    read_multipart_extension(part);
  }

  void read_multipart_extension(Part& part) {
    part.encoding = "7bit";
    if (more()) take_parameters(part);
    if (more()) read_disposition(part);
    if (more()) in_.skip_value();  // language
    if (more() && in_.peek() != '(') part.content_location = utf8_clean(in_.string());
  }

  void read_single(Part& part, unsigned depth) {
    part.type = ascii_lower(in_.string());
    if (!more() || in_.peek() == '(') {
      // Quirk empty_multipart: `("mixed" (parameters) ...)`.
      part.subtype = part.type.empty() ? "mixed" : part.type;
      part.type = "multipart";
      read_multipart_extension(part);
      return;
    }
    part.subtype = ascii_lower(in_.string());
    if (more()) take_parameters(part);
    if (more()) part.content_id = convert::first_message_id(in_.string());
    if (more()) part.description = convert::decode_text(in_.string());
    if (more()) part.encoding = ascii_lower(trim(in_.string()));
    if (part.encoding.empty()) part.encoding = "7bit";
    if (more()) part.size = in_.loose_number();
    if (part.is("message", "rfc822") || part.is("message", "global")) read_embedded(part, depth);
    if (more() && in_.peek() >= '0' && in_.peek() <= '9') in_.loose_number();  // lines
    if (more()) in_.nstring();                                                 // MD5
    if (more()) read_disposition(part);
    if (more()) in_.skip_value();  // language
    if (more() && in_.peek() != '(') part.content_location = utf8_clean(in_.string());
  }

  /// Envelope and body; quirk rfc822_without_body.
  void read_embedded(Part& part, unsigned depth) {
    if (in_.peek() != '(') return;
    in_.skip_value();
    if (in_.peek() != '(') return;
    Part inside = read(depth + 1);
    if (++parts_ <= parts_max) part.children.push_back(std::move(inside));
  }

  /// Quirk short_body_structure: a part may end early.
  bool more() { return !in_.failed() && in_.peek() != ')' && in_.peek() != '\0'; }

  /// `("name" "value" ...)` as a header field would write it, for the one decoder of parameters.
  std::string read_parameters() {
    std::string field = "x";
    if (!in_.accept('(')) {
      in_.nstring();
      return field;
    }
    while (!in_.failed() && !in_.accept(')')) {
      field += "; " + in_.string() + '=';
      if (!more()) continue;
      const std::string value = in_.string();
      const bool token =
          !value.empty() && value.find_first_of(" \t\"\\;,()<>@:/[]?=") == value.npos;
      if (token) {
        field += value;
        continue;
      }
      field += '"';
      for (const char c : value) {
        if (c == '"' || c == '\\') field += '\\';
        field += c;
      }
      field += '"';
    }
    return field;
  }

  void take_parameters(Part& part) {
    auto parsed = convert::parse_parameters(read_parameters());
    part.parameters = std::move(parsed.parameters);
    if (part.file_name.empty()) part.file_name = part.parameter("name");
  }

  void read_disposition(Part& part) {
    if (!in_.accept('(')) {
      if (const auto bare = in_.nstring()) part.disposition = ascii_lower(*bare);
      return;
    }
    part.disposition = ascii_lower(in_.string());
    if (more()) {
      const auto parsed = convert::parse_parameters(read_parameters());
      const std::string_view name = parsed.parameter("filename");
      if (!name.empty()) part.file_name = name;
    }
    while (!in_.failed() && !in_.accept(')')) in_.skip_value();
  }

  /// RFC 9051 6.4.5.1: what a message consists of. `number`: of the part that holds the message.
  static void place_body(Part& part, const std::string& number) {
    place(part, part.type == "multipart" ? number : number.empty() ? "1" : number + ".1");
  }
  static void place(Part& part, const std::string& number) {
    if (part.type == "multipart") {
      const std::string prefix = number.empty() ? number : number + '.';
      for (std::size_t i = 0; i < part.children.size(); ++i) {
        place(part.children[i], prefix + std::to_string(i + 1));
      }
      return;
    }
    part.section = number;
    for (Part& inside : part.children) place_body(inside, number);
  }

  Reader& in_;
  std::size_t parts_ = 0;
};

std::string upper(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  });
  return out;
}

/// `[section]<origin> value` behind BODY or BINARY.
void read_body(Reader& in, FetchEntry& out, bool decoded) {
  Body body;
  body.decoded = decoded;
  in.expect('[');
  while (!in.failed() && in.peek() != ']') {
    if (in.peek() == '(') {  // HEADER.FIELDS (...)
      in.list();
    } else {
      body.section += upper(in.word("]"));
    }
  }
  in.expect(']');
  if (in.accept('<')) {
    body.origin = parse_number<std::uint64_t>(in.word(">"));
    in.expect('>');
  }
  body.bytes = in.string();
  out.bodies.push_back(std::move(body));
}

void read_item(Reader& in, FetchEntry& out, std::string_view item) {
  if (iequals(item, "UID")) {
    out.uid = static_cast<Uid>(std::min<std::uint64_t>(in.number(), UINT32_MAX));
  } else if (iequals(item, "FLAGS")) {
    ReadFlags read = read_flags(in);
    out.flags = std::move(read.flags);
    out.deleted = read.deleted;
  } else if (iequals(item, "MODSEQ")) {
    in.expect('(');
    out.modseq = in.number();
    in.expect(')');
  } else if (iequals(item, "INTERNALDATE")) {
    out.internal_date = parse_date_time(in.string());
  } else if (iequals(item, "RFC822.SIZE")) {
    out.size = in.loose_number();
  } else if (iequals(item, "BODYSTRUCTURE")) {
    if (in.peek() == '(') {
      out.structure = StructureReader(in).top();
    } else {
      in.skip_value();  // NIL: a message that the server itself cannot read
    }
  } else if (in.peek() == '[') {
    if (iequals(item, "BODY") || iequals(item, "BINARY")) {
      read_body(in, out, iequals(item, "BINARY"));
    } else {
      in.word("]");
      in.expect(']');
      if (iequals(item, "BINARY.SIZE")) {
        out.decoded_size = in.number();
      } else {
        in.skip_value();
      }
    }
  } else {
    in.skip_value();
  }
}

}  // namespace

FetchEntry parse_fetch(Reader& in, std::uint32_t sequence) {
  FetchEntry out;
  out.sequence = sequence;
  in.expect('(');
  while (!in.failed() && !in.accept(')')) {
    const std::string_view item = in.word("[");
    read_item(in, out, item);
  }
  return out;
}

}  // namespace godwit::imap
