#include "backend/local/vacation.hpp"

#include <algorithm>
#include <array>

#include "backend/local/addresses.hpp"
#include "backend/local/core.hpp"
#include "backend/local/date.hpp"
#include "backend/local/limits.hpp"
#include "backend/local/rows.hpp"
#include "backend/out_of_office.hpp"
#include "base/bytes.hpp"
#include "base/fault.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "convert/header.hpp"

namespace godwit::backend {

namespace {

using namespace local;  // NOLINT(google-build-using-namespace): this file is its public face

constexpr Log vacation_log("local.vacation");
constexpr std::size_t subject_bytes_max = 500;

OutOfOffice unpack(std::string_view packed) {
  const auto settings = unpack_out_of_office(packed);
  if (!settings) throw Fault(Fault::Kind::corrupt, "an out-of-office setting");
  return *settings;
}

OutOfOffice read_settings(Database& database, RowId user) {
  auto row = database.query("SELECT settings FROM out_of_office WHERE user = ?", user);
  return row.step() ? unpack(row.view(0)) : OutOfOffice{};
}

bool applies(const OutOfOffice& settings, Time now) {
  if (settings.state == OutOfOffice::State::enabled) return true;
  return settings.state == OutOfOffice::State::scheduled && settings.start <= now &&
         now < settings.end;
}

/// What is said to this sender, and by whom; nothing when nothing is.
struct Answer {
  OutOfOffice::Message message;
  std::string address;
  std::string display_name;
};

/// RFC 3834 2: only mail that names the user in a recipient field is personal.
bool names_any(const convert::Header& header, const std::vector<std::string>& addresses) {
  for (const convert::Field& field : header.fields()) {
    if (!iequals(field.name, "To") && !iequals(field.name, "Cc") &&
        !iequals(field.name, "Resent-To") && !iequals(field.name, "Resent-Cc")) {
      continue;
    }
    const std::string value = ascii_lower(field.value);
    const bool named = std::ranges::any_of(
        addresses, [&](const std::string& address) { return value.contains(address); });
    if (named) return true;
  }
  return false;
}

/// Decides and remembers; inside a transaction, so that two mails at once get one answer.
std::optional<Answer> decide(Database& database, const std::vector<std::string>& domains,
                             const UserId& id, const Address& sender, const std::string& header,
                             Time now) {
  const auto user = find_user(database, id.view());
  if (!user) return std::nullopt;
  const OutOfOffice settings = read_settings(database, user->id);
  if (!applies(settings, now)) return std::nullopt;
  const bool internal = std::ranges::find(domains, sender.domain) != domains.end();
  const auto& message = internal ? settings.internal : settings.external_unknown;
  if (!message.enabled || message.text.empty()) return std::nullopt;
  std::vector<std::string> addresses = aliases_of(database, user->id);
  addresses.push_back(user->address);
  if (std::ranges::find(addresses, sender.str()) != addresses.end()) return std::nullopt;
  if (!names_any(convert::Header(header), addresses)) return std::nullopt;
  const std::int64_t news = database.run(
      "INSERT INTO answered (user, sender, at) VALUES (?, ?, ?) ON CONFLICT (user, sender)"
      " DO UPDATE SET at = excluded.at WHERE at <= ?",
      user->id, sender.str(), to_row(now), to_row(now - out_of_office_interval));
  if (news == 0) return std::nullopt;
  return Answer{.message = message, .address = user->address, .display_name = user->display_name};
}

/// base64 in lines of 76 characters (RFC 2045 6.8).
std::string wrapped_base64(std::string_view bytes) {
  const std::string all = base64_encode(bytes);
  std::string out;
  for (std::size_t at = 0; at < all.size(); at += 76) out += all.substr(at, 76) + "\r\n";
  return out;
}

std::string encoded_word(std::string_view text) {
  std::string out;
  // RFC 2047 2: an encoded word has at most 75 characters.
  while (!text.empty()) {
    const std::string_view piece = utf8_prefix(text, 42);
    out += (out.empty() ? "=?utf-8?B?" : " =?utf-8?B?") + base64_encode(piece) + "?=";
    if (piece.empty()) break;
    text.remove_prefix(piece.size());
    if (!text.empty()) out += "\r\n";
  }
  return out;
}

std::string compose(const Answer& answer, const Address& to, const std::string& header, Time now) {
  const convert::Header fields(header);
  const std::string subject = convert::decode_text(fields.get("Subject"));
  const std::string original = convert::first_message_id(fields.get("Message-ID"));
  const std::string identity =
      hex_encode(digest128(answer.address + '\n' + to.str() + '\n' + std::to_string(to_row(now))));
  std::string out = "From: ";
  if (!answer.display_name.empty()) out += encoded_word(answer.display_name) + " ";
  out += "<" + answer.address + ">\r\nTo: <" + to.str() + ">\r\nSubject: " +
         encoded_word("Automatic reply: " + std::string(utf8_prefix(subject, subject_bytes_max))) +
         "\r\nDate: " + rfc5322_date(now) + "\r\nMessage-ID: <" + identity + "@" +
         answer.address.substr(answer.address.rfind('@') + 1) + ">\r\n";
  if (!original.empty() && original.size() < subject_bytes_max) {
    out += "In-Reply-To: <" + original + ">\r\nReferences: <" + original + ">\r\n";
  }
  // RFC 3834 3.1.7; the second field is what Exchange and Outlook heed.
  out += "Auto-Submitted: auto-replied\r\nX-Auto-Response-Suppress: All\r\nMIME-Version: 1.0\r\n";
  out += answer.message.html ? "Content-Type: text/html" : "Content-Type: text/plain";
  out += "; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n";
  return out + wrapped_base64(answer.message.text);
}

}  // namespace

LocalVacation::LocalVacation(const LocalStore& store) : core_(store.core()) {}

Task<OutOfOffice> LocalVacation::out_of_office(Account account) {
  auto job = [user = account.user](Database& database) {
    return read_settings(database, user_row(database, user));
  };
  co_return co_await core_->database.read(std::move(job));
}

Task<Result<>> LocalVacation::set_out_of_office(Account account, OutOfOffice settings) {
  if (auto fits = check_out_of_office(settings); !fits) co_return fits;
  auto job = [user = account.user,
              packed = pack_out_of_office(settings)](Database& database) -> Result<> {
    const RowId id = user_row(database, user);
    {
      auto row = database.query("SELECT 1 FROM out_of_office WHERE user = ? AND settings = ?", id,
                                sqlite::Blob{packed});
      if (row.step()) return {};
    }
    database.run(
        "INSERT INTO out_of_office (user, settings) VALUES (?, ?)"
        " ON CONFLICT (user) DO UPDATE SET settings = excluded.settings",
        id, sqlite::Blob{packed});
    database.run("DELETE FROM answered WHERE user = ?", id);
    return {};
  };
  co_return co_await commit(core_, std::move(job));
}

Task<> LocalVacation::answer(UserId user, std::string from, std::string header) {
  if (submission_ == nullptr || !may_be_answered(from, header)) co_return;
  try {
    co_await answer_or_throw(user, std::move(from), std::move(header));
  } catch (const std::runtime_error& error) {
    vacation_log.warning("vacation.failed", {{"user", user}, {"error", error.what()}});
  }
}

Task<> LocalVacation::answer_or_throw(UserId user, std::string from, std::string header) {
  const auto sender = parse_address(from);
  if (!sender) co_return;
  const Time now = core_->clock.now();
  // Most users have no answer set: they cost no write.
  auto look = [user, now](Database& database) {
    return applies(read_settings(database, user_row(database, user)), now);
  };
  if (!co_await core_->database.read(std::move(look))) co_return;
  auto job = [core = core_.get(), user, sender = *sender, header, now](Database& database) {
    return decide(database, core->options.domains, user, sender, header, now);
  };
  const std::optional<Answer> answer = co_await commit(core_, std::move(job));
  if (!answer) co_return;
  const std::string text = compose(*answer, *sender, header, now);
  Account account{.user = user,
                  .login = answer->address,
                  .password = {},
                  .display_name = answer->display_name,
                  .addresses = {answer->address}};
  // RFC 3834 3.3: the null sender, so that an answer is never answered or bounced.
  Submission::Envelope envelope{
      .from = {}, .to = {sender->str()}, .id = "oof-" + hex_encode(digest128(text))};
  auto message = std::make_shared<const StringSource>(text);
  const auto sent =
      co_await submission_->submit(std::move(account), std::move(envelope), std::move(message));
  if (!sent) {
    vacation_log.warning("vacation.refused", {{"user", user}, {"error", sent.error().message}});
  }
}

bool may_be_answered(std::string_view from, std::string_view header) {
  const auto sender = parse_address(from);
  if (!sender) return false;
  constexpr std::array machines{"mailer-daemon", "listserv",     "majordomo",
                                "postmaster",    "noreply",      "no-reply",
                                "donotreply",    "do-not-reply", "bounce"};
  const std::string& name = sender->local_part;
  if (std::ranges::find(machines, name) != machines.end()) return false;
  if (name.starts_with("owner-") || name.ends_with("-request") || name.ends_with("-owner") ||
      name.ends_with("-bounces") || name.starts_with("bounce-") || name.starts_with("bounces+")) {
    return false;
  }
  const convert::Header header_fields(header);
  for (const convert::Field& field : header_fields.fields()) {
    const std::string value = ascii_lower(trim(field.value));
    if (istarts_with(field.name, "List-")) return false;
    if (iequals(field.name, "Auto-Submitted") && value != "no") return false;
    if (iequals(field.name, "Precedence") &&
        (value == "bulk" || value == "list" || value == "junk")) {
      return false;
    }
    if (iequals(field.name, "X-Auto-Response-Suppress") &&
        (value.contains("all") || value.contains("oof") || value.contains("autoreply"))) {
      return false;
    }
    if (iequals(field.name, "X-Spam-Flag") && value.starts_with("yes")) return false;
  }
  return true;
}

}  // namespace godwit::backend
