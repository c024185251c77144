#include "lmtp/session.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"

namespace godwit::lmtp {

struct Session::Path {
  std::string address;  // empty: "<>"
  std::string_view parameters;
};

namespace {

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// What may stand in a Received field and in a log without being quoted.
bool plain_name(std::string_view name) {
  return !name.empty() && name.size() <= 255 && std::ranges::all_of(name, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte > 0x20 && byte < 0x7F && c != '(' && c != ')' && c != '<' && c != '>' &&
           c != '\\' && c != '"' && c != ';' && c != ',';
  });
}

/// RFC 5321 4.1.1.3: a source route before the mailbox is ignored.
std::string_view without_route(std::string_view path) {
  if (!path.starts_with('@')) return path;
  const auto colon = path.find(':');
  return colon == std::string_view::npos ? path : path.substr(colon + 1);
}

/// "a b"@c is a@c's cousin: quotes that quote nothing special are undone.
Result<std::string> unquoted(std::string_view path) {
  if (!path.starts_with('"')) return std::string(path);
  std::string out;
  std::size_t at = 1;
  for (; at < path.size() && path[at] != '"'; ++at) {
    if (path[at] == '\\' && at + 1 < path.size()) ++at;
    out += path[at];
  }
  if (at >= path.size()) return fail(Errc::malformed, "unclosed quote");
  return out + std::string(path.substr(at + 1));
}

/// Where the path ends: the '>' that is not inside quotes.
std::size_t find_end(std::string_view text) {
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (quoted && text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      quoted = !quoted;
    } else if (text[i] == '>' && !quoted) {
      return i;
    }
  }
  return std::string_view::npos;
}

}  // namespace

Session::Session(SessionSettings settings) : settings_(std::move(settings)) {
  reply(fmt::format("220 {} LMTP", settings_.host));
}

std::optional<Action> Session::next() {
  while (state_ == State::command) {
    const std::size_t end = input_.find('\n');
    if (end == std::string::npos) {
      if (input_.size() > line_bytes_max) {
        line_too_long_ = true;
        input_.clear();
      }
      return std::nullopt;
    }
    std::string line = input_.substr(0, end);
    input_.erase(0, end + 1);
    const bool whole = line.ends_with('\r');
    if (whole) line.pop_back();
    if (line_too_long_ || line.size() > line_bytes_max) {
      line_too_long_ = false;
      refuse("500 5.5.6 line too long");
    } else if (!whole || line.contains('\r') || line.contains('\0')) {
      // RFC 5321 2.3.8: CR and LF come as a pair and not otherwise.
      refuse("500 5.5.2 lines end with CR LF");
    } else if (auto action = command(line)) {
      return action;
    }
    if (state_ == State::command && errors_ > errors_max) {
      reply("421 4.7.0 too many errors");
      state_ = State::closed;
      return Close{};
    }
  }
  if (state_ == State::data) return next_of_data();
  return std::nullopt;
}

std::optional<Action> Session::next_of_data() {
  std::string bytes;
  input_.erase(0, decoder_.feed(input_, bytes));
  received_bytes_ += bytes.size();
  if (received_bytes_ > settings_.message_bytes_max) too_large_ = true;
  const bool kept = !too_large_ && !failed_;
  if (kept && !bytes.empty()) return MailBytes{std::move(bytes)};
  if (decoder_.finished()) return end_of_data();
  return std::nullopt;
}

std::optional<Action> Session::end_of_data() {
  // RFC 2033 4.2: one reply for each recipient that was accepted.
  if (!too_large_ && !failed_ && !decoder_.bare_newline()) {
    state_ = State::delivering;
    return DeliverMail{transaction_};
  }
  for (const std::string& address : transaction_.recipients) {
    if (too_large_) {
      reply("552 5.3.4 the mail is too large");
    } else if (failed_) {
      reply_to(*failed_, address);
    } else {
      reply("554 5.6.0 the mail has line ends without CR");
    }
  }
  reset();
  state_ = State::command;
  return DropMail{};
}

std::optional<Action> Session::command(std::string_view line) {
  const std::string_view verb = line.substr(0, line.find(' '));
  const std::string_view argument = trim(line.substr(verb.size()));
  if (iequals(verb, "LHLO")) {
    lhlo(argument);
  } else if (iequals(verb, "MAIL")) {
    mail(argument);
  } else if (iequals(verb, "RCPT")) {
    return rcpt(argument);
  } else if (iequals(verb, "DATA")) {
    return data();
  } else if (iequals(verb, "RSET")) {
    reset();
    reply("250 2.0.0 ok");
  } else if (iequals(verb, "NOOP")) {
    reply("250 2.0.0 ok");
  } else if (iequals(verb, "VRFY")) {
    // RFC 5321 3.5.3: neither confirmed nor denied.
    reply("252 2.5.0 send some mail, it will be told then");
  } else if (iequals(verb, "QUIT")) {
    reply("221 2.0.0 bye");
    state_ = State::closed;
    return Close{};
  } else if (iequals(verb, "HELO") || iequals(verb, "EHLO")) {
    // RFC 2033 4.1: refused, so that nobody takes this for an SMTP server.
    refuse("500 5.5.1 this is LMTP: say LHLO");
  } else {
    refuse("500 5.5.1 unknown command");
  }
  return std::nullopt;
}

void Session::lhlo(std::string_view name) {
  if (!plain_name(name)) return refuse("501 5.5.4 LHLO needs your name");
  reset();
  peer_name_ = name;
  reply("250-" + settings_.host);
  reply("250-PIPELINING");
  reply("250-ENHANCEDSTATUSCODES");
  reply("250-8BITMIME");
  reply("250-SMTPUTF8");
  reply(fmt::format("250 SIZE {}", settings_.message_bytes_max));
}

void Session::mail(std::string_view argument) {
  if (peer_name_.empty()) return refuse("503 5.5.1 LHLO comes first");
  if (in_mail_) return refuse("503 5.5.1 one mail at a time");
  const auto path = parse_path(argument, "FROM:");
  if (!path) return refuse("501 5.1.7 " + path.error().message);
  transaction_ = {.from = path->address, .recipients = {}, .announced_bytes = 0, .utf8 = false};
  if (!mail_parameters(path->parameters)) return;
  if (!transaction_.utf8 && !is_ascii(path->address)) {
    return refuse("553 5.6.7 the address needs SMTPUTF8");
  }
  // RFC 1870 6.1: refused before it is sent.
  if (transaction_.announced_bytes > settings_.message_bytes_max) {
    return refuse("552 5.3.4 the mail is too large");
  }
  in_mail_ = true;
  reply("250 2.1.0 ok");
}

bool Session::mail_parameters(std::string_view parameters) {
  while (!(parameters = trim(parameters)).empty()) {
    const std::string_view parameter = parameters.substr(0, parameters.find(' '));
    parameters.remove_prefix(parameter.size());
    const auto equals = parameter.find('=');
    const std::string_view name = parameter.substr(0, equals);
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view() : parameter.substr(equals + 1);
    if (iequals(name, "SIZE")) {
      const auto bytes = parse_number<std::uint64_t>(value);
      if (!bytes) {
        refuse("501 5.5.4 SIZE needs a number");
        return false;
      }
      transaction_.announced_bytes = *bytes;
    } else if (iequals(name, "BODY")) {
      if (!iequals(value, "7BIT") && !iequals(value, "8BITMIME")) {
        refuse("501 5.5.4 BODY is 7BIT or 8BITMIME");
        return false;
      }
    } else if (iequals(name, "SMTPUTF8") && value.empty()) {
      transaction_.utf8 = true;
    } else {
      refuse("555 5.5.4 unknown parameter");
      return false;
    }
  }
  return true;
}

std::optional<Action> Session::rcpt(std::string_view argument) {
  if (!in_mail_) {
    refuse("503 5.5.1 MAIL comes first");
    return std::nullopt;
  }
  if (transaction_.recipients.size() >= settings_.recipients_max) {
    reply("452 4.5.3 too many recipients");  // RFC 5321 4.5.3.1.10: no fault of theirs
    return std::nullopt;
  }
  auto path = parse_path(argument, "TO:");
  if (path && path->address.empty()) path = fail(Errc::malformed, "a recipient is needed");
  if (!path) {
    refuse("501 5.1.3 " + path.error().message);
  } else if (!trim(path->parameters).empty()) {
    refuse("555 5.5.4 unknown parameter");
  } else if (!transaction_.utf8 && !is_ascii(path->address)) {
    refuse("553 5.6.7 the address needs SMTPUTF8");
  } else {
    asked_ = path->address;
    state_ = State::asking;
    return CheckRecipient{.address = asked_, .bytes = transaction_.announced_bytes};
  }
  return std::nullopt;
}

std::optional<Action> Session::data() {
  // RFC 2033 4.2: without a recipient DATA fails.
  if (!in_mail_ || transaction_.recipients.empty()) {
    refuse("503 5.5.1 no recipients");
    return std::nullopt;
  }
  reply("354 go on, a lone dot ends it");
  state_ = State::data;
  decoder_ = {};
  received_bytes_ = 0;
  failed_.reset();
  too_large_ = false;
  return BeginMail{};
}

Result<Session::Path> Session::parse_path(std::string_view argument, std::string_view keyword) {
  if (!istarts_with(argument, keyword)) {
    return fail(Errc::malformed, fmt::format("{}<address> is needed", keyword));
  }
  argument = trim(argument.substr(keyword.size()));
  if (!argument.starts_with('<')) return fail(Errc::malformed, "addresses stand in < and >");
  argument.remove_prefix(1);
  const std::size_t end = find_end(argument);
  if (end == std::string_view::npos) return fail(Errc::malformed, "addresses stand in < and >");
  const auto address = unquoted(without_route(argument.substr(0, end)));
  if (!address) return pass(address);
  const bool odd = std::ranges::any_of(*address, [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F || c == '<' || c == '>';
  });
  if (odd || !utf8_valid(*address)) return fail(Errc::malformed, "not an address");
  if (address->size() > path_bytes_max) return fail(Errc::too_large, "the address is too long");
  const std::string_view rest = argument.substr(end + 1);
  if (!rest.empty() && !rest.starts_with(' ')) return fail(Errc::malformed, "not an address");
  return Path{.address = *address, .parameters = rest};
}

void Session::recipient(Verdict verdict) {
  if (verdict == Verdict::taken) {
    transaction_.recipients.push_back(asked_);
    reply("250 2.1.5 ok");
  } else {
    reply_to(verdict, asked_);
  }
  state_ = State::command;
}

void Session::delivered(const std::vector<Verdict>& verdicts) {
  for (std::size_t i = 0; i < transaction_.recipients.size(); ++i) {
    // Whoever answers for too few has taken responsibility for none of the rest.
    reply_to(i < verdicts.size() ? verdicts[i] : Verdict::not_now, transaction_.recipients[i]);
  }
  reset();
  state_ = State::command;
}

void Session::spool_failed(Verdict why) { failed_ = why; }

void Session::time_out() {
  reply("421 4.4.2 waited too long");
  state_ = State::closed;
}

void Session::reply(std::string_view line) {
  output_ += line;
  output_ += "\r\n";
}

void Session::refuse(std::string_view line) {
  ++errors_;
  reply(line);
}

void Session::reply_to(Verdict verdict, std::string_view address) {
  // The address was checked by parse_path: no control characters.
  switch (verdict) {
    case Verdict::taken:
      return reply(fmt::format("250 2.0.0 <{}> stored", address));
    case Verdict::unknown_user:
      return reply(fmt::format("550 5.1.1 <{}> is nobody here", address));
    case Verdict::over_quota:
      return reply(settings_.quota_is_permanent
                       ? fmt::format("552 5.2.2 the mailbox of <{}> is full", address)
                       : fmt::format("452 4.2.2 the mailbox of <{}> is full", address));
    case Verdict::disk_full:
      return reply("452 4.3.1 no room to store mail now");
    case Verdict::not_now:
      return reply("451 4.3.0 mail cannot be stored now");
  }
}

void Session::reset() {
  in_mail_ = false;
  transaction_ = {};
}

}  // namespace godwit::lmtp
