#include "queue/queue.hpp"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <set>
#include <utility>

#include "base/fault.hpp"
#include "base/log.hpp"
#include "convert/header.hpp"
#include "net/deadline.hpp"
#include "net/loop.hpp"
#include "queue/bounce.hpp"
#include "queue/places.hpp"
#include "queue/schedule.hpp"
#include "queue/schema.hpp"

namespace godwit::queue {
namespace {

constexpr Log logger("queue");
constexpr std::size_t piece_bytes = 256 * 1024;
constexpr std::size_t header_bytes_max = 64 * 1024;  // of the original, in a report
constexpr std::size_t listed_max = 1000;
constexpr std::uint32_t doubtful_max = 2;  // the first attempt and one more
constexpr std::chrono::days remembered{7};

std::int64_t to_row(Time time) { return time.time_since_epoch().count(); }
Time from_row(std::int64_t value) { return Time(std::chrono::milliseconds(value)); }

/// A queued mail's content, read while it is handed on.
class FileMessage final : public backend::MessageSource {
 public:
  FileMessage(FileLayer& files, std::string path, std::uint64_t size)
      : files_(files), path_(std::move(path)), size_(size) {}
  std::uint64_t size() const override { return size_; }
  std::string read(std::uint64_t offset, std::size_t length) const override {
    return offset >= size_ ? std::string() : files_.read(path_, offset, length);
  }

 private:
  FileLayer& files_;
  std::string path_;
  std::uint64_t size_;
};

std::unique_ptr<sqlite::OpenOptions> open_options(const QueueOptions& options, FileLayer& files) {
  files.make_folders(mail_folder(options.folder));
  auto out = std::make_unique<sqlite::OpenOptions>();
  out->path = database_path(options.folder);
  out->vfs = options.vfs;
  out->damaged = options.damaged;
  return out;
}

/// A new one gets its tables; files that no row needs go.
sqlite::CommitterOptions prepare(const QueueOptions& options, FileLayer& files) {
  const auto open = open_options(options, files);
  sqlite::Database database(*open);
  if (sqlite::schema_status(database, migrations).current == 0) {
    sqlite::migrate(database, migrations);
  }
  sqlite::require_schema(database, migrations);
  std::set<std::string> wanted;
  auto rows = database.query("SELECT id FROM mail WHERE next IS NOT NULL");
  while (rows.step()) wanted.insert(name_of(rows.text(0)));
  for (const std::string& name : files.list(mail_folder(options.folder))) {
    if (!wanted.contains(name)) files.remove(mail_folder(options.folder) + '/' + name);
  }
  return {.database = *open, .readers = 1};
}

void write_file(FileLayer& files, const std::string& folder, const std::string& name,
                const backend::MessageSource& message) {
  const auto file = files.create(folder + '/' + name + ".new");
  for (std::uint64_t offset = 0;;) {
    const std::string piece = message.read(offset, piece_bytes);
    if (piece.empty()) break;
    file->append(piece);
    offset += piece.size();
  }
  file->sync();
  files.rename(folder + '/' + name + ".new", folder + '/' + name);
  files.sync_folder(folder);
}

enum class State : std::uint8_t {
  waiting = 0,
  taken = 1,     // by the next hop
  refused = 2,   // for good; the report is due
  reported = 3,  // and its sender knows
  // Refused, too, and all those with these two are in one report, which was given away:
  telling = 4,  // whether it was taken is not known
  asked = 5,    // nor did who was to take it answer
};

bool is_due(State state) {
  return state == State::refused || state == State::telling || state == State::asked;
}

/// Empties a text at the end of a scope.
struct Clearing {
  std::string& text;
  ~Clearing() { text.clear(); }
};

struct Recipient {
  std::string address;
  State state = State::waiting;
  std::string reason = {};
  bool expired = false;
};

}  // namespace

struct Queue::Mail {
  std::string id = {};
  std::string account = {};
  std::string sender = {};
  std::uint64_t bytes = 0;
  Time accepted{};
  std::optional<Time> next = {};
  std::uint32_t attempts = 0;
  std::uint32_t doubtful = 0;
  Time changed{};
  std::string reason = {};
  std::vector<Recipient> recipients = {};

  bool has(State state) const {
    return std::ranges::find(recipients, state, &Recipient::state) != recipients.end();
  }
  /// A report is due.
  bool is_due() const { return std::ranges::any_of(recipients, &queue::is_due, &Recipient::state); }
  /// Of a report that was given away.
  bool is_told() const { return has(State::telling) || has(State::asked); }
  /// All of the report that was given away, else all that are refused.
  void turn_reported(State state) {
    const bool told = is_told();
    for (Recipient& each : recipients) {
      if (queue::is_due(each.state) && (each.state != State::refused || !told)) each.state = state;
    }
  }
  std::vector<std::string> waiting() const {
    std::vector<std::string> out;
    for (const Recipient& each : recipients) {
      if (each.state == State::waiting) out.push_back(each.address);
    }
    return out;
  }
  /// Those who wait, or of them the one with this address.
  void settle(State state, const std::string& why, bool expired,
              const std::string* only = nullptr) {
    for (Recipient& each : recipients) {
      if (each.state != State::waiting || (only != nullptr && each.address != *only)) continue;
      each.state = state;
      each.reason = why;
      each.expired = expired;
    }
  }

  void write(sqlite::Database& database) const {
    std::optional<std::int64_t> due;
    if (next) due = to_row(*next);
    database.run(
        "INSERT INTO mail (id, account, sender, bytes, accepted, next, attempts, doubtful, "
        "changed, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
        "next = excluded.next, attempts = excluded.attempts, doubtful = excluded.doubtful, "
        "changed = excluded.changed, reason = excluded.reason",
        id, account, sender, bytes, to_row(accepted), due, attempts, doubtful, to_row(changed),
        reason);
    for (std::size_t i = 0; i < recipients.size(); ++i) {
      const Recipient& each = recipients[i];
      database.run(
          "INSERT INTO recipient (mail, number, address, state, reason, expired) VALUES "
          "(?, ?, ?, ?, ?, ?) ON CONFLICT (mail, number) DO UPDATE SET state = excluded.state, "
          "reason = excluded.reason, expired = excluded.expired",
          id, i, each.address, std::to_underlying(each.state), each.reason, each.expired);
    }
  }

  static Mail from(sqlite::Database& database, const sqlite::Statement& row) {
    Mail mail{.id = row.text(0), .account = row.text(1), .sender = row.text(2)};
    mail.bytes = static_cast<std::uint64_t>(row.integer(3));
    mail.accepted = from_row(row.integer(4));
    if (const auto due = row.optional_integer(5)) mail.next = from_row(*due);
    mail.attempts = static_cast<std::uint32_t>(row.integer(6));
    mail.doubtful = static_cast<std::uint32_t>(row.integer(7));
    mail.changed = from_row(row.integer(8));
    mail.reason = row.text(9);
    auto rows = database.query(
        "SELECT address, state, reason, expired FROM recipient WHERE mail = ? ORDER BY number",
        mail.id);
    while (rows.step()) {
      mail.recipients.push_back(
          {rows.text(0), static_cast<State>(rows.integer(1)), rows.text(2), rows.integer(3) != 0});
    }
    return mail;
  }
};

Queue::Queue(QueueOptions options, FileLayer& files, const Clock& clock, Random& random,
             backend::Submission& hop, Reports& reports)
    : options_(std::move(options)),
      files_(files),
      clock_(clock),
      random_(random),
      hop_(hop),
      reports_(reports),
      database_(prepare(options_, files_)),
      gate_(std::make_shared<Gate>("queue.files", 1, 100)) {}

Queue::~Queue() = default;

std::string Queue::path(const std::string& id) const {
  return mail_folder(options_.folder) + '/' + name_of(id);
}

Task<Result<>> Queue::submit(backend::Account account, Envelope envelope,
                             std::shared_ptr<const backend::MessageSource> message) {
  if (co_await known(envelope.id)) {
    logger.info("queue.repeated", {{"user", account.user}, {"mail", name_of(envelope.id)}});
    co_return Result<>{};
  }
  Try first = co_await try_hop(account, envelope, message, options_.try_limit);
  // Of what waits for nobody the sender learns by a report; the others get it all the same.
  const bool refused = first.outcome == Tried::refused;
  if (refused && !envelope.patient) co_return std::unexpected(std::move(first.error));
  if (first.outcome == Tried::taken) {
    co_await note_delivered(std::move(account), std::move(envelope));
  } else {
    co_await accept(std::move(account), std::move(envelope), std::move(message), std::move(first));
  }
  co_return Result<>{};
}

Task<> Queue::enqueue(backend::Account account, Envelope envelope,
                      std::shared_ptr<const backend::MessageSource> message) {
  if (co_await known(envelope.id)) co_return;
  co_await accept(std::move(account), std::move(envelope), std::move(message),
                  {Tried::not_yet, {Errc::incomplete, "not tried yet"}});
}

Task<bool> Queue::known(std::string id) {
  auto job = [id = std::move(id)](sqlite::Database& database) {
    auto row = database.query("SELECT 1 FROM mail WHERE id = ?", id);
    return row.step();
  };
  co_return co_await database_.read(std::move(job));
}

Task<Queue::Try> Queue::try_hop(backend::Account account, Envelope envelope,
                                std::shared_ptr<const backend::MessageSource> message,
                                std::chrono::milliseconds limit) {
  Try result;
  try {
    auto sent = co_await net::with_deadline(
        limit, hop_.submit(std::move(account), std::move(envelope), std::move(message)));
    if (!sent) result = {Tried::refused, sent.error()};
  } catch (const Fault& fault) {
    // Timed out: it may have taken the mail.
    const bool unclear = fault.kind() == Fault::Kind::timed_out;
    result = {unclear ? Tried::doubtful : Tried::down, {Errc::incomplete, fault.what()}};
  } catch (const boost::system::system_error& error) {
    if (error.code() == boost::asio::error::operation_aborted) throw;
    const bool unclear = error.code() == boost::asio::error::timed_out;
    result = {unclear ? Tried::doubtful : Tried::down, {Errc::incomplete, error.what()}};
  }
  co_return result;
}

Task<> Queue::note_delivered(backend::Account account, Envelope envelope) {
  const Time now = clock_.now();
  Mail mail{.id = std::move(envelope.id), .account = account.user.str(), .sender = envelope.from};
  mail.accepted = mail.changed = now;
  auto job = [mail = std::move(mail)](sqlite::Database& database) { mail.write(database); };
  co_await database_.write(std::move(job));
}

Task<> Queue::accept(backend::Account account, Envelope envelope,
                     std::shared_ptr<const backend::MessageSource> message, Try first) {
  const Time now = clock_.now();
  Mail mail{.id = envelope.id, .account = account.user.str(), .sender = envelope.from};
  mail.bytes = message->size();
  mail.accepted = mail.changed = now;
  mail.attempts = first.outcome == Tried::not_yet ? 0 : 1;
  mail.doubtful = first.outcome == Tried::doubtful ? 1 : 0;
  const bool at_once = first.outcome == Tried::not_yet || first.outcome == Tried::refused;
  mail.next = at_once ? now : now + retry_delay(1, random_.next());
  mail.reason = first.error.message;
  for (std::string& address : envelope.to)
    mail.recipients.push_back({.address = std::move(address)});
  auto store = [files = &files_, folder = mail_folder(options_.folder), name = name_of(mail.id),
                message = std::move(message)] { write_file(*files, folder, name, *message); };
  co_await blocking(*gate_, std::move(store));
  logger.warning("queue.accepted", {{"user", account.user},
                                    {"mail", name_of(mail.id)},
                                    {"recipients", mail.recipients.size()},
                                    {"why", mail.reason}});
  auto job = [mail = std::move(mail)](sqlite::Database& database) { mail.write(database); };
  co_await database_.write(std::move(job));
}

Task<> Queue::run() {
  while (!stopping_) {
    try {
      const std::size_t done = co_await work();
      if (done > 0) co_await after_work();
    } catch (const Fault& fault) {
      logger.error("queue.failed", {{"why", fault.what()}});
    }
    co_await net::sleep_for(options_.poll);
  }
}

Task<> Queue::after_work() {
  if (after_work_) co_await after_work_();
}

Task<std::size_t> Queue::work() {
  if (std::exchange(working_, true)) co_return 0;
  struct Free {
    bool& working;
    ~Free() { working = false; }
  } const free{working_};
  std::size_t count = 0;
  while (!stopping_) {
    auto mail = co_await next_due();
    if (!mail) break;
    co_await handle(std::move(*mail));
    ++count;
  }
  co_return count;
}

Task<std::optional<Queue::Mail>> Queue::next_due() {
  auto job = [now = to_row(clock_.now())](sqlite::Database& database) {
    std::optional<Mail> found;
    auto row = database.query(
        "SELECT id, account, sender, bytes, accepted, next, attempts, doubtful, changed, reason "
        "FROM mail WHERE next <= ? ORDER BY next LIMIT 1",
        now);
    if (row.step()) found = Mail::from(database, row);
    return found;
  };
  co_return co_await database_.read(std::move(job));
}

Task<> Queue::handle(Mail mail) {
  const Time before = clock_.now();
  if (removed_.erase(mail.id) > 0) {
    co_await finish(mail);
    co_return;
  }
  at_work_ = mail.id;
  const Clearing clearing{at_work_};
  // A report that a crash or a full mailbox left undone comes first, with the facts that it had.
  if (mail.is_due()) co_await report(mail);
  const bool tried = mail.has(State::waiting);
  if (tried) {
    co_await attempt(mail);
    if (before - mail.accepted > options_.expiry && mail.has(State::waiting)) {
      mail.settle(State::refused, mail.reason, true);
    }
    // The octets of a report that was given away stay what they are.
    if (!mail.is_told()) mail.changed = clock_.now();
  }
  if (removed_.erase(mail.id) > 0) {
    co_await finish(mail);
    co_return;
  }
  mail.next = clock_.now() + retry_delay(mail.attempts, random_.next());
  auto job = [mail](sqlite::Database& database) { mail.write(database); };
  co_await database_.write(job);
  if (tried && mail.has(State::refused) && !mail.is_told()) co_await report(mail);
  if (!mail.has(State::waiting) && !mail.is_due()) co_await finish(mail);
}

/// All at once; one by one when the hop does not want all of them.
Task<> Queue::attempt(Mail& mail) {
  auto user = UserId::parse(mail.account);
  if (!user) throw Fault(Fault::Kind::corrupt, "queued mail without an account");
  const backend::Account account{std::move(*user), mail.account, {}, {}, {}};
  ++mail.attempts;
  if (!files_.exists(path(mail.id))) {
    logger.error("queue.content_missing", {{"mail", name_of(mail.id)}});
    mail.settle(State::refused, "this server lost the mail's content; please send it again", false,
                nullptr);
    co_return;
  }
  const auto message = std::make_shared<FileMessage>(files_, path(mail.id), mail.bytes);
  std::vector<std::vector<std::string>> groups{mail.waiting()};
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const std::vector<std::string> group = groups[i];
    // Parts of a mail are mails of their own to a hop that knows what it took.
    const bool alone = group.size() == 1 && mail.recipients.size() > 1;
    Envelope envelope{mail.sender, group, alone ? mail.id + '/' + group.front() : mail.id};
    const Try tried =
        co_await try_hop(account, std::move(envelope), message, options_.attempt_limit);
    if (tried.outcome == Tried::refused && group.size() > 1) {
      for (const std::string& one : group) groups.push_back({one});
      continue;
    }
    const std::string* const only = group.size() == 1 ? &group.front() : nullptr;
    if (tried.outcome == Tried::taken) mail.settle(State::taken, "", false, only);
    if (tried.outcome == Tried::refused) {
      mail.settle(State::refused, tried.error.message, false, only);
    }
    if (tried.outcome == Tried::taken || tried.outcome == Tried::refused) continue;
    mail.reason = tried.error.message;
    logger.warning(
        "queue.deferred",
        {{"mail", name_of(mail.id)}, {"attempts", mail.attempts}, {"why", tried.error.message}});
    if (tried.outcome == Tried::doubtful && ++mail.doubtful >= doubtful_max) {
      logger.error("queue.doubtful", {{"mail", name_of(mail.id)}});
      mail.settle(State::refused,
                  "the next mail server did not answer twice; it may have taken the mail", false,
                  only);
    }
    co_return;
  }
}

/// One after the other: who was refused while another report was under way is in the next.
Task<> Queue::report(Mail& mail) {
  while (mail.is_due()) {
    const bool again = mail.is_told();
    if (!again) {
      mail.turn_reported(State::telling);
      auto begin = [mail](sqlite::Database& database) { mail.write(database); };
      co_await database_.write(std::move(begin));
    }
    const Told told = co_await tell_sender(mail, write_report(mail, again));
    if (told == Told::no) co_return;
    const bool ends = told == Told::yes || mail.has(State::asked);
    mail.turn_reported(ends ? State::reported : State::asked);
    if (ends) mail.changed = clock_.now();
    auto job = [mail](sqlite::Database& database) { mail.write(database); };
    co_await database_.write(std::move(job));
    if (!ends) co_return;
  }
}

/// Of those who are told now.
Report Queue::write_report(const Mail& mail, bool again) const {
  BounceFacts facts{.reporting_host = options_.host,
                    .sender = mail.sender,
                    .mail_id = {},
                    .accepted = mail.accepted,
                    .failed = mail.changed,
                    .language = options_.language};
  for (std::size_t i = 0; i < mail.recipients.size(); ++i) {
    const Recipient& each = mail.recipients[i];
    if (each.state != State::telling && each.state != State::asked) continue;
    // Nobody is in two reports: the first of them tells this one from others about the same mail.
    if (facts.mail_id.empty()) facts.mail_id = name_of(mail.id) + 'r' + std::to_string(i);
    facts.recipients.push_back({each.address, each.reason, each.expired});
    if (!again) logger.warning("queue.bounced", {{"mail", facts.mail_id}, {"why", each.reason}});
  }
  if (files_.exists(path(mail.id))) {
    const FileMessage message(files_, path(mail.id), mail.bytes);
    const std::string beginning = message.read(0, header_bytes_max);
    facts.original_header = beginning.substr(0, convert::header_length(beginning));
  }
  return {.to = mail.sender,
          .message_id = report_id(facts),
          .message = std::make_shared<backend::StringSource>(make_bounce(facts)),
          .again = again};
}

/// no: a report that finds no room waits as the mail did, and as long; the mails behind it do not.
Task<Queue::Told> Queue::tell_sender(const Mail& mail, Report report) {
  // RFC 5321 4.5.5: a mail from the null sender, a report itself, is not reported.
  if (mail.sender.empty()) co_return Told::yes;
  try {
    co_await reports_.deliver(std::move(report));
    co_return Told::yes;
  } catch (const Fault& fault) {
    const bool given_up = clock_.now() - mail.changed > options_.expiry;
    const char* const event = given_up ? "queue.report_lost" : "queue.report_deferred";
    logger.error(event, {{"mail", name_of(mail.id)}, {"why", fault.what()}});
    if (given_up) co_return Told::yes;
    co_return fault.kind() == Fault::Kind::timed_out ? Told::doubtful : Told::no;
  }
}

Task<> Queue::finish(const Mail& mail) {
  auto job = [id = mail.id, now = clock_.now()](sqlite::Database& database) {
    database.run("UPDATE mail SET next = NULL, changed = ? WHERE id = ?", to_row(now), id);
    database.run("DELETE FROM recipient WHERE mail = ?", id);
    database.run("DELETE FROM mail WHERE next IS NULL AND changed < ?", to_row(now - remembered));
  };
  co_await database_.write(std::move(job));
  auto remove_file = [files = &files_, file = path(mail.id)] { files->remove(file); };
  co_await blocking(*gate_, std::move(remove_file));
}

Task<bool> Queue::hurry(UserId user) {
  auto job = [user = user.str(), now = to_row(clock_.now())](sqlite::Database& database) {
    return database.run("UPDATE mail SET next = ? WHERE account = ? AND next IS NOT NULL", now,
                        user) > 0;
  };
  co_return co_await database_.write(std::move(job));
}

Task<std::set<std::string>> Queue::users() {
  auto job = [](sqlite::Database& database) {
    std::set<std::string> out;
    auto row = database.query("SELECT DISTINCT account FROM mail WHERE next IS NOT NULL");
    while (row.step()) out.insert(row.text(0));
    return out;
  };
  co_return co_await database_.read(std::move(job));
}

Task<Queue::Waiting> Queue::waiting() {
  auto job = [](sqlite::Database& database) {
    Waiting out;
    auto row = database.query("SELECT count(*), min(accepted) FROM mail WHERE next IS NOT NULL");
    if (!row.step()) return out;
    out.mails = static_cast<std::uint64_t>(row.integer(0));
    if (const auto oldest = row.optional_integer(1)) out.oldest = from_row(*oldest);
    return out;
  };
  co_return co_await database_.read(std::move(job));
}

Task<std::vector<QueuedMail>> Queue::list() {
  auto job = [](sqlite::Database& database) {
    std::vector<QueuedMail> out;
    auto row = database.query(
        "SELECT id, account, sender, bytes, accepted, next, attempts, doubtful, changed, reason "
        "FROM mail WHERE next IS NOT NULL ORDER BY next LIMIT ?",
        listed_max);
    while (row.step()) {
      const Mail mail = Mail::from(database, row);
      out.push_back({name_of(mail.id), mail.account, mail.sender, mail.waiting(), mail.bytes,
                     mail.accepted, mail.next.value_or(Time{}), mail.attempts, mail.reason});
    }
    return out;
  };
  co_return co_await database_.read(std::move(job));
}

Task<std::optional<std::string>> Queue::find(std::string name) {
  auto job = [name = std::move(name)](sqlite::Database& database) {
    std::optional<std::string> found;
    auto row = database.query("SELECT id FROM mail WHERE next IS NOT NULL");
    while (!found && row.step()) {
      if (name_of(row.text(0)) == name) found = row.text(0);
    }
    return found;
  };
  co_return co_await database_.read(std::move(job));
}

Task<bool> Queue::retry(std::string name) {
  auto id = co_await find(std::move(name));
  if (!id) co_return false;
  auto job = [id = std::move(*id), now = to_row(clock_.now())](sqlite::Database& database) {
    return database.run("UPDATE mail SET next = ? WHERE id = ? AND next IS NOT NULL", now, id) > 0;
  };
  co_return co_await database_.write(std::move(job));
}

Task<bool> Queue::remove(std::string name) {
  auto id = co_await find(name);
  if (!id) co_return false;
  logger.warning("queue.removed", {{"mail", name}});
  if (*id == at_work_) {
    removed_.insert(std::move(*id));  // once the attempt that runs has ended
    co_return true;
  }
  Mail mail{.id = std::move(*id)};
  co_await finish(mail);
  co_return true;
}

}  // namespace godwit::queue
