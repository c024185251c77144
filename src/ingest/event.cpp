#include "ingest/event.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/bytes.hpp"
#include "base/text.hpp"

namespace godwit::ingest {
namespace {

using Json = nlohmann::json;
using Kind = Event::Kind;

/// Names of events, in lower case and letters alone: RFC 5423's, as Dovecot and Cyrus spell them,
/// and the exporter's. Nothing of a mailbox: what concerns none.
struct Row {
  std::string_view name;
  std::optional<Kind> kind;
  bool anywhere = false;  // the folder that it names is one of two, or not the one that changed
};
constexpr auto rows = std::to_array<Row>({
    {"aclchange", Kind::hierarchy},
    {"added", Kind::added},
    {"changed", Kind::other},
    {"flagsclear", Kind::other},
    {"flagsset", Kind::other},
    {"hierarchy", Kind::hierarchy},
    {"imapcommandfinished", Kind::unknown, true},
    {"login", std::nullopt},
    {"logout", std::nullopt},
    {"mailboxcreate", Kind::hierarchy},
    {"mailboxdelete", Kind::hierarchy},
    {"mailboxmodseq", std::nullopt},  // Cyrus: beside each of the others
    {"mailboxrename", Kind::hierarchy},
    {"mailboxsubscribe", Kind::hierarchy},
    {"mailboxunsubscribe", Kind::hierarchy},
    {"maildeliveryfinished", Kind::unknown, true},  // a filter may have put it anywhere
    {"messageappend", Kind::added},
    {"messagecopy", Kind::added},
    {"messageexpire", Kind::other},
    {"messageexpunge", Kind::other},
    {"messagemove", Kind::unknown, true},
    {"messagenew", Kind::added},
    {"messageread", Kind::other},
    {"messagetrash", Kind::other},
    {"new", Kind::added},
    {"quotachange", std::nullopt},
    {"quotaexceed", std::nullopt},
    {"quotawithin", std::nullopt},
    {"removed", Kind::other},
    {"vndcmumessagemove", Kind::added},  // into this one; out of the other is an expunge
});
static_assert(std::ranges::is_sorted(rows, {}, &Row::name));

/// What a later version calls by another name is worth a look, too.
constexpr Row unlisted{"", Kind::unknown};

const Row& row_of(std::string_view name) {
  std::string letters;
  for (const char c : name) {
    const char lower = ascii_lower(c);
    if (lower >= 'a' && lower <= 'z') letters += lower;
  }
  const auto row = std::ranges::lower_bound(rows, letters, {}, &Row::name);
  return row == rows.end() || row->name != letters ? unlisted : *row;
}

/// The first of these that is a text and not empty.
std::string text_of(const Json& object, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const auto found = object.find(name);
    if (found == object.end() || !found->is_string()) continue;
    const auto& text = found->get_ref<const std::string&>();
    if (!text.empty()) return text;
  }
  return {};
}

bool is_clean(std::string_view text) {
  return std::ranges::none_of(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte =
        text[i] == '%' ? hex_decode(text.substr(i + 1, 2)) : Result<std::string>(std::string());
    if (byte && byte->size() == 1) {
      out += *byte;
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

struct MailboxUrl {
  std::string user;
  std::string folder;
};

/// Cyrus names mailboxes as its administrator sees them: user/ann, user/ann/Sent,
/// user/ann/Sent@example.org, or with dots.
MailboxUrl split_cyrus(std::string_view path) {
  constexpr std::string_view mark = "user";
  if (!path.starts_with(mark) || path.size() == mark.size()) return {};
  const char separator = path[mark.size()];
  if (separator != '/' && separator != '.') return {};
  path.remove_prefix(mark.size() + 1);
  const std::size_t at = std::min(path.rfind('@'), path.size());
  const std::string_view domain = path.substr(at);
  path = path.substr(0, at);
  const std::size_t end = std::min(path.find(separator), path.size());
  MailboxUrl out{.user = std::string(path.substr(0, end)), .folder = "INBOX"};
  if (separator == '.') std::ranges::replace(out.user, '^', '.');
  out.user += domain;
  if (end < path.size()) out.folder = path.substr(end + 1);
  return out;
}

/// RFC 5092: imap://ann@mail.example.org/INBOX;UIDVALIDITY=1/;UID=7
MailboxUrl split_url(std::string_view url) {
  constexpr std::string_view scheme = "imap://";
  if (!istarts_with(url, scheme)) return {};
  url.remove_prefix(scheme.size());
  const std::size_t slash = std::min(url.find('/'), url.size());
  const std::string_view server = url.substr(0, slash);
  std::string_view path = url.substr(std::min(slash + 1, url.size()));
  path = path.substr(0, path.find(';'));
  while (path.ends_with('/')) path.remove_suffix(1);
  const std::size_t at = server.rfind('@');
  MailboxUrl out{.user = {}, .folder = unescaped(path)};
  if (at == std::string_view::npos) {
    MailboxUrl owned = split_cyrus(out.folder);
    return owned.user.empty() ? out : owned;
  }
  out.user = unescaped(server.substr(0, std::min(server.find(';'), at)));
  return out;
}

void add_event(const Json& object, Batch& out) {
  if (!object.is_object()) {
    ++out.ignored;
    return;
  }
  // The exporter has what its event is about in an object of its own.
  const auto fields = object.find("fields");
  const Json& about = fields != object.end() && fields->is_object() ? *fields : object;
  const Row& row = row_of(text_of(object, {"event", "type"}));
  const MailboxUrl url = split_url(text_of(object, {"uri"}));
  Event event;
  event.user = url.user.empty() ? text_of(about, {"user", "login"}) : url.user;
  event.folder = url.folder.empty() ? text_of(about, {"folder", "mailbox"}) : url.folder;
  const bool good = row.kind && !event.user.empty() && event.user.size() <= user_bytes_max &&
                    is_clean(event.user) && utf8_valid(event.user);
  if (!good) {
    ++out.ignored;
    return;
  }
  event.kind = *row.kind;
  const bool folder_good =
      event.folder.size() <= folder_bytes_max && is_clean(event.folder) && utf8_valid(event.folder);
  if (row.anywhere || !folder_good) event.folder.clear();
  out.events.push_back(std::move(event));
}

}  // namespace

Result<Batch> parse_events(std::string_view body) {
  if (body.size() > body_bytes_max) return fail(Errc::too_large, "too many bytes of events");
  const auto shallow = [](int depth, Json::parse_event_t, const Json&) {
    return depth <= depth_max;
  };
  const Json whole = Json::parse(body, shallow, false);
  if (whole.is_discarded()) return fail(Errc::malformed, "events are not JSON");
  Batch out;
  const Json* list = &whole;
  if (whole.is_object() && whole.contains("events")) list = &whole["events"];
  if (list->is_object()) {
    add_event(*list, out);
  } else if (list->is_array()) {
    if (list->size() > events_max) return fail(Errc::too_large, "too many events in one request");
    for (const Json& each : *list) add_event(each, out);
  } else {
    return fail(Errc::malformed, "events are an object or a list of objects");
  }
  return out;
}

}  // namespace godwit::ingest
