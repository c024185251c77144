#include "backend/local/vacation.hpp"

#include <algorithm>
#include <array>
#include <utility>

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
#include "convert/address.hpp"
#include "convert/header.hpp"
#include "convert/vcard.hpp"

namespace godwit::backend {

namespace {

using namespace local;  // NOLINT(google-build-using-namespace): this file is its public face

constexpr Log vacation_log("local.vacation");
constexpr std::size_t subject_bytes_max = 500;
constexpr std::size_t id_bytes_max = 500;
constexpr std::size_t references_max = 20;

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
  constexpr std::array fields{"To", "Cc", "Bcc", "Resent-To", "Resent-Cc", "Resent-Bcc"};
  const auto is_theirs = [&](const convert::Mailbox& mailbox) {
    auto named = parse_address(mailbox.address);
    if (!named) return false;
    // With a detail (RFC 5233) it is theirs, too.
    named->local_part.resize(std::min(named->local_part.find('+'), named->local_part.size()));
    return std::ranges::find(addresses, named->str()) != addresses.end() ||
           std::ranges::find(addresses, ascii_lower(mailbox.address)) != addresses.end();
  };
  return std::ranges::any_of(header.fields(), [&](const convert::Field& field) {
    const bool recipients =
        std::ranges::any_of(fields, [&](const char* name) { return iequals(field.name, name); });
    return recipients && std::ranges::any_of(convert::parse_addresses(field.value), is_theirs);
  });
}

/// Whether a contact of the user's has the address. Text is looked through first, so that few cards
/// are read; one that a folded line divides is not found.
bool is_known(Database& database, RowId user, const std::string& address) {
  auto row = database.query(
      "SELECT item.text FROM item JOIN collection ON collection.id = item.collection WHERE"
      " collection.user = ? AND collection.class = ? AND instr(lower(item.text), ?) > 0 LIMIT 100",
      user, std::to_underlying(ItemClass::contacts), address);
  while (row.step()) {
    const auto contact = convert::read_contact(row.view(0));
    if (!contact) continue;
    for (const auto email : {ContactText::email1, ContactText::email2, ContactText::email3}) {
      for (const convert::Mailbox& each : convert::parse_addresses((*contact)[email])) {
        if (iequals(each.address, address)) return true;
      }
    }
  }
  return false;
}

enum class Audience : std::uint8_t { internal, known, unknown };

bool same_answer(const OutOfOffice::Message& a, const OutOfOffice::Message& b) {
  return a.enabled == b.enabled && a.text == b.text && a.html == b.html;
}

/// Contacts are asked for only where the answer depends on it.
Audience audience_of(Database& database, RowId user, const std::vector<std::string>& domains,
                     const Address& sender, const OutOfOffice& settings) {
  if (std::ranges::find(domains, sender.domain) != domains.end()) return Audience::internal;
  if (same_answer(settings.external_known, settings.external_unknown)) return Audience::unknown;
  return is_known(database, user, sender.str()) ? Audience::known : Audience::unknown;
}

const OutOfOffice::Message& answer_for(const OutOfOffice& settings, Audience audience) {
  if (audience == Audience::internal) return settings.internal;
  return audience == Audience::known ? settings.external_known : settings.external_unknown;
}

/// Whether an answer to them is due now, and that it is given. Those whose day is over are
/// forgotten.
bool remember(Database& database, RowId user, const std::string& sender, Time now) {
  database.run("DELETE FROM answered WHERE user = ? AND at <= ?", user,
               to_row(now - out_of_office_interval));
  const std::int64_t news = database.run(
      "INSERT INTO answered (user, sender, at) SELECT ?, ?, ? WHERE"
      " (SELECT count(*) FROM answered WHERE user = ?) < ? ON CONFLICT (user, sender) DO NOTHING",
      user, sender, to_row(now), user, out_of_office_answers_max);
  return news > 0;
}

/// Decides and remembers; inside a transaction, so that two mails at once get one answer.
std::optional<Answer> decide(Database& database, const UserId& id, const Address& sender,
                             Audience audience, const std::string& header, Time now) {
  const auto user = find_user(database, id.view());
  if (!user) return std::nullopt;
  const OutOfOffice settings = read_settings(database, user->id);
  if (!applies(settings, now)) return std::nullopt;
  const OutOfOffice::Message& message = answer_for(settings, audience);
  if (!message.enabled || message.text.empty()) return std::nullopt;
  std::vector<std::string> addresses = aliases_of(database, user->id);
  addresses.push_back(user->address);
  if (std::ranges::find(addresses, sender.str()) != addresses.end()) return std::nullopt;
  if (!names_any(convert::Header(header), addresses)) return std::nullopt;
  if (!remember(database, user->id, sender.str(), now)) return std::nullopt;
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

/// RFC 5322 3.6.4: those of the mail that is answered, the last of them where they are many.
std::string references(const convert::Header& fields) {
  const bool any = fields.has("References");
  std::string out;
  const auto ids = convert::message_ids(fields.get(any ? "References" : "In-Reply-To"));
  // Without References, In-Reply-To stands for them where it names one.
  if (!any && ids.size() != 1) return out;
  for (std::size_t i = ids.size() - std::min(ids.size(), references_max); i < ids.size(); ++i) {
    if (ids[i].size() < id_bytes_max) out += "\r\n <" + ids[i] + ">";
  }
  return out;
}

std::string compose(const Answer& answer, const Address& to, const std::string& header,
                    const std::string& prefix, Time now) {
  const convert::Header fields(header);
  const std::string subject = convert::decode_text(fields.get("Subject"));
  const std::string original = convert::first_message_id(fields.get("Message-ID"));
  const std::string identity =
      hex_encode(digest128(answer.address + '\n' + to.str() + '\n' + std::to_string(to_row(now))));
  std::string out = "From: ";
  if (!answer.display_name.empty()) out += encoded_word(answer.display_name) + " ";
  out += "<" + answer.address + ">\r\nTo: <" + to.str() + ">\r\nSubject: " +
         encoded_word(prefix + std::string(utf8_prefix(subject, subject_bytes_max))) +
         "\r\nDate: " + rfc5322_date(now) + "\r\nMessage-ID: <" + identity + "@" +
         answer.address.substr(answer.address.rfind('@') + 1) + ">\r\n";
  if (!original.empty() && original.size() < id_bytes_max) {
    out += "In-Reply-To: <" + original + ">\r\nReferences:" + references(fields) + "\r\n <" +
           original + ">\r\n";
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
  auto look = [core = core_.get(), user, sender = *sender,
               now](Database& database) -> std::optional<Audience> {
    const RowId id = user_row(database, user);
    const OutOfOffice settings = read_settings(database, id);
    if (!applies(settings, now)) return std::nullopt;
    return audience_of(database, id, core->options.domains, sender, settings);
  };
  const std::optional<Audience> audience = co_await core_->database.read(std::move(look));
  if (!audience) co_return;
  auto job = [user, sender = *sender, audience = *audience, header, now](Database& database) {
    return decide(database, user, sender, audience, header, now);
  };
  const std::optional<Answer> answer = co_await commit(core_, std::move(job));
  if (!answer) co_return;
  const std::string text = compose(*answer, *sender, header, core_->options.automatic_reply, now);
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
    // RFC 3834 5: a keyword, then parameters or a comment.
    const std::string_view keyword =
        trim(std::string_view(value).substr(0, value.find_first_of("; (")));
    if (iequals(field.name, "Auto-Submitted") && keyword != "no") return false;
    // Reports (RFC 6522): of deliveries and of having read, whoever sends them.
    if (iequals(field.name, "Content-Type") && keyword == "multipart/report") return false;
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
