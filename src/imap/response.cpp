#include "imap/response.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "imap/limits.hpp"
#include "imap/reader.hpp"

namespace godwit::imap {
namespace {

using Kind = StatusResponse::Kind;

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  }
  return out;
}

std::optional<Kind> status_kind(std::string_view word) {
  if (iequals(word, "OK")) return Kind::ok;
  if (iequals(word, "NO")) return Kind::no;
  if (iequals(word, "BAD")) return Kind::bad;
  if (iequals(word, "BYE")) return Kind::bye;
  if (iequals(word, "PREAUTH")) return Kind::preauth;
  return std::nullopt;
}

/// `[CODE arguments] text`; the closing bracket is the one outside of quotes and parentheses.
StatusResponse parse_status(Kind kind, std::string tag, std::string_view rest) {
  StatusResponse out{.kind = kind, .tag = std::move(tag), .code = {}, .text = {}};
  if (rest.starts_with('[')) {
    bool quoted = false;
    std::size_t end = 1;
    for (; end < rest.size() && (quoted || rest[end] != ']'); ++end) {
      if (quoted && rest[end] == '\\') {
        ++end;
      } else if (rest[end] == '"') {
        quoted = !quoted;
      }
    }
    end = std::min(end, rest.size());
    const std::string_view inside = rest.substr(1, end - 1);
    const std::size_t space = inside.find(' ');
    out.code.name = upper(inside.substr(0, space));
    if (space != std::string_view::npos) out.code.arguments = trim(inside.substr(space));
    rest.remove_prefix(std::min(rest.size(), end + 1));
  }
  out.text = utf8_clean(trim(rest));
  return out;
}

UidSet parse_set(Reader& in) {
  auto set = UidSet::parse(in.word(), uid_ranges_max);
  if (!set) in.fail();
  return set ? std::move(*set) : UidSet();
}

CapabilityList parse_capabilities(Reader& in, bool enabled) {
  CapabilityList out{.enabled = enabled, .names = {}};
  while (!in.at_end()) out.names.push_back(upper(in.word()));
  return out;
}

ListEntry parse_list(Reader& in, bool lsub) {
  ListEntry out;
  out.lsub = lsub;
  for (const std::string& attribute : in.list()) out.attributes.push_back(ascii_lower(attribute));
  const auto delimiter = in.nstring();
  if (delimiter && !delimiter->empty()) out.delimiter = (*delimiter)[0];
  out.name = in.string();
  if (!in.accept('(')) return out;
  while (!in.failed() && !in.accept(')')) {
    if (!iequals(in.string(), "OLDNAME")) {
      in.skip_value();
      continue;
    }
    const auto names = in.list();
    if (!names.empty()) out.old_name = names.front();
  }
  return out;
}

StatusEntry parse_mailbox_status(Reader& in) {
  StatusEntry out;
  out.name = in.string();
  in.expect('(');
  const auto small = [&in] {
    const std::uint64_t value = in.number();
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(value, UINT32_MAX));
  };
  while (!in.failed() && !in.accept(')')) {
    const std::string_view item = in.word();
    if (iequals(item, "MESSAGES")) {
      out.messages = small();
    } else if (iequals(item, "UIDNEXT")) {
      out.uid_next = small();
    } else if (iequals(item, "UIDVALIDITY")) {
      out.uid_validity = small();
    } else if (iequals(item, "UNSEEN")) {
      out.unseen = small();
    } else if (iequals(item, "HIGHESTMODSEQ")) {
      out.highest_modseq = in.number();
    } else if (iequals(item, "MAILBOXID")) {
      const auto ids = in.list();
      if (!ids.empty()) out.mailbox_id = ids.front();
    } else {
      in.skip_value();
    }
  }
  return out;
}

SearchResult parse_search(Reader& in) {
  std::vector<Uid> uids;
  while (!in.at_end() && in.peek() != '(') {  // quirk search_with_modseq
    const std::uint64_t uid = in.number();
    if (uid == 0 || uid > UINT32_MAX) in.fail();
    uids.push_back(static_cast<Uid>(uid));
  }
  return {.extended = false, .uids = in.failed() ? UidSet() : UidSet::of(uids)};
}

SearchResult parse_esearch(Reader& in) {
  SearchResult out{.extended = true, .uids = {}};
  if (in.peek() == '(') in.skip_value();  // the tag
  while (!in.at_end()) {
    const std::string_view item = in.word();
    if (iequals(item, "UID")) continue;
    if (iequals(item, "ALL")) {
      out.uids = parse_set(in);
    } else {
      in.skip_value();
    }
  }
  return out;
}

std::vector<Namespace::Entry> parse_namespace_list(Reader& in) {
  std::vector<Namespace::Entry> out;
  if (!in.accept('(')) {
    in.nstring();
    return out;
  }
  while (!in.failed() && !in.accept(')')) {
    in.expect('(');
    Namespace::Entry entry{.prefix = in.string(), .delimiter = 0};
    const auto delimiter = in.nstring();
    if (delimiter && !delimiter->empty()) entry.delimiter = (*delimiter)[0];
    while (!in.failed() && !in.accept(')')) in.skip_value();
    out.push_back(std::move(entry));
  }
  return out;
}

Vanished parse_vanished(Reader& in) {
  Vanished out;
  if (in.peek() == '(') {
    const auto words = in.list();
    out.earlier = !words.empty() && iequals(words.front(), "EARLIER");
  }
  out.uids = parse_set(in);
  return out;
}

Response parse_named(Reader& in, std::string_view name) {
  if (iequals(name, "CAPABILITY")) return parse_capabilities(in, false);
  if (iequals(name, "ENABLED")) return parse_capabilities(in, true);
  if (iequals(name, "LIST")) return parse_list(in, false);
  if (iequals(name, "LSUB")) return parse_list(in, true);
  if (iequals(name, "STATUS")) return parse_mailbox_status(in);
  if (iequals(name, "SEARCH")) return parse_search(in);
  if (iequals(name, "ESEARCH")) return parse_esearch(in);
  if (iequals(name, "VANISHED")) return parse_vanished(in);
  if (iequals(name, "FLAGS")) return FlagNames{in.list()};
  if (iequals(name, "MYRIGHTS")) {
    MyRights out{.name = in.string(), .rights = {}};
    out.rights = in.string();
    return out;
  }
  if (iequals(name, "NAMESPACE")) {
    Namespace out;
    out.personal = parse_namespace_list(in);
    out.other_users = parse_namespace_list(in);
    out.shared = parse_namespace_list(in);
    return out;
  }
  return Ignored{};
}

Response parse_numbered(Reader& in, std::uint64_t number) {
  const auto small = static_cast<std::uint32_t>(std::min<std::uint64_t>(number, UINT32_MAX));
  const std::string_view name = in.word();
  if (iequals(name, "EXISTS")) return Exists{small};
  if (iequals(name, "EXPUNGE")) return Expunged{small};
  if (iequals(name, "FETCH")) return parse_fetch(in, small);
  return Ignored{};
}

}  // namespace

bool ListEntry::has(std::string_view attribute) const {
  return std::ranges::find(attributes, attribute) != attributes.end();
}

Result<Response> parse_response(RawResponse raw) {
  Reader in(raw);
  const std::string tag(in.word());
  if (tag == "+") return Continuation{std::string(in.rest())};
  if (in.failed() || in.at_end()) return fail(Errc::malformed, "a response without content");
  const std::string_view name = in.word();
  if (const auto kind = status_kind(name)) {
    return parse_status(*kind, tag == "*" ? std::string() : tag, in.rest());
  }
  if (tag != "*") return fail(Errc::malformed, "a tagged response that is no status");
  const auto number = parse_number<std::uint64_t>(name);
  Response out = number ? parse_numbered(in, *number) : parse_named(in, name);
  if (in.failed()) return fail(Errc::malformed, "the server's response cannot be read");
  return out;
}

std::optional<UidCode> parse_uid_code(const ResponseCode& code) {
  std::string_view left = code.arguments;
  const auto take = [&left] {
    const std::string_view word = left.substr(0, left.find(' '));
    left.remove_prefix(std::min(left.size(), word.size() + 1));
    return word;
  };
  UidCode out;
  const auto validity = parse_number<std::uint32_t>(take());
  if (code.name == "COPYUID") take();  // where they came from
  auto uids = UidSet::parse(take(), uid_ranges_max);
  if (!validity || !uids || uids->empty()) return std::nullopt;
  out.uid_validity = *validity;
  out.uids = std::move(*uids);
  return out;
}

std::vector<std::string> code_words(const ResponseCode& code) {
  std::vector<std::string> out;
  std::string word;
  for (const char c : code.arguments + ' ') {
    if (c != ' ' && c != '(' && c != ')') {
      word += c;
    } else if (!word.empty()) {
      out.push_back(std::move(word));
      word.clear();
    }
  }
  return out;
}

}  // namespace godwit::imap
