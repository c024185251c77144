#include "lmtp/server.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "backend/local/date.hpp"
#include "base/fault.hpp"
#include "base/log.hpp"
#include "lmtp/spool.hpp"
#include "net/deadline.hpp"

namespace godwit::lmtp {

namespace {

constexpr Log lmtp_log("lmtp");
constexpr unsigned file_threads = 2;
constexpr std::size_t file_queue_max = 1000;

Verdict verdict_of(const Fault& fault) {
  return fault.kind() == Fault::Kind::quota ? Verdict::disk_full : Verdict::not_now;
}

Verdict verdict_of(backend::LocalDelivery::Outcome outcome) {
  using enum backend::LocalDelivery::Outcome;
  switch (outcome) {
    case stored:
    case repeated:
      return Verdict::taken;
    case unknown_user:
      return Verdict::unknown_user;
    case over_quota:
      return Verdict::over_quota;
    case partly:  // tried again: who has it does not get it twice
      return Verdict::not_now;
  }
  return Verdict::not_now;
}

struct Counted {
  explicit Counted(std::size_t& number) : count(number) { ++count; }
  ~Counted() { --count; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  std::size_t& count;
};

}  // namespace

Task<Verdict> LocalInbox::accepts(std::string address, std::uint64_t bytes) {
  co_return verdict_of(co_await delivery_.accepts(std::move(address), bytes));
}

Task<std::vector<Verdict>> LocalInbox::deliver(
    Transaction transaction, std::string trace,
    std::shared_ptr<const backend::MessageSource> message) {
  backend::LocalDelivery::Envelope envelope{.from = std::move(transaction.from),
                                            .to = std::move(transaction.recipients),
                                            .trace = std::move(trace)};
  const auto outcomes = co_await delivery_.deliver(std::move(envelope), std::move(message));
  std::vector<Verdict> verdicts;
  verdicts.reserve(outcomes.size());
  for (const auto outcome : outcomes) verdicts.push_back(verdict_of(outcome));
  co_return verdicts;
}

struct Server::Connection {
  std::unique_ptr<net::Stream> stream;
  Session session;
  std::shared_ptr<Spool> spool;
  std::optional<Time> mail_until;  // while a mail comes in
};

Server::Server(ServerSettings settings, Inbox& inbox, FileLayer& files, const Clock& clock)
    : settings_(std::move(settings)),
      inbox_(inbox),
      files_(files),
      clock_(clock),
      gate_("lmtp spool", file_threads, file_queue_max) {
  files_.make_folders(settings_.spool_folder);
  for (const std::string& name : files_.list(settings_.spool_folder)) {
    files_.remove(settings_.spool_folder + "/" + name);
  }
}

void Server::apply(ServerSettings settings) {
  settings.spool_folder = std::move(settings_.spool_folder);
  settings_ = std::move(settings);
}

Task<> Server::serve(std::unique_ptr<net::Stream> stream) {
  const Counted counted(connections_);
  Connection connection{.stream = std::move(stream),
                        .session = Session(settings_.session),
                        .spool = nullptr,
                        .mail_until = std::nullopt};
  try {
    if (connections_ > settings_.connections_max) {
      lmtp_log.warning("lmtp.too_many_connections", {{"max", settings_.connections_max}});
      co_await net::with_deadline(settings_.write_limit, connection.stream->write_all(
                                                             "421 4.3.2 too many connections\r\n"));
    } else {
      co_await talk(connection);
    }
  } catch (const boost::system::system_error& error) {
    lmtp_log.info("lmtp.connection_lost",
                  {{"peer", connection.stream->peer()}, {"error", error.code().message()}});
  }
  connection.stream->close();
}

Task<> Server::talk(Connection& connection) {
  std::array<char, 16 * 1024> buffer;
  for (;;) {
    while (auto action = connection.session.next()) {
      const bool goes_on = co_await act(connection, std::move(*action));
      if (!goes_on) co_return;
    }
    co_await flush(connection);
    auto limit = settings_.read_limit;
    if (connection.mail_until) {
      limit = std::min(
          limit, std::max(std::chrono::milliseconds(0), *connection.mail_until - clock_.now()));
    }
    std::size_t count = 0;
    bool timed_out = false;
    try {
      count = co_await net::with_deadline(limit, connection.stream->read_some(buffer));
    } catch (const boost::system::system_error& error) {
      if (error.code() != boost::asio::error::timed_out) throw;
      timed_out = true;
    }
    if (timed_out) {
      lmtp_log.info("lmtp.timed_out", {{"peer", connection.stream->peer()}});
      connection.session.time_out();
      co_await flush(connection);
      co_return;
    }
    if (count == 0) co_return;
    connection.session.feed({buffer.data(), count});
  }
}

/// False when the connection ends.
Task<bool> Server::act(Connection& connection, Action action) {
  if (auto* asked = std::get_if<CheckRecipient>(&action)) {
    co_await check(connection, std::move(*asked));
  } else if (std::holds_alternative<BeginMail>(action)) {
    connection.spool =
        std::make_shared<Spool>(files_, fmt::format("{}/{}", settings_.spool_folder, ++spools_));
    connection.mail_until = clock_.now() + settings_.mail_limit;
  } else if (auto* more = std::get_if<MailBytes>(&action)) {
    co_await keep(connection, std::move(more->bytes));
  } else if (auto* whole = std::get_if<DeliverMail>(&action)) {
    co_await deliver(connection, std::move(whole->transaction));
  } else if (std::holds_alternative<DropMail>(action)) {
    connection.spool.reset();
    connection.mail_until.reset();
  } else {
    co_await flush(connection);
    co_return false;
  }
  co_return true;
}

Task<> Server::check(Connection& connection, CheckRecipient asked) {
  Verdict verdict = Verdict::not_now;
  try {
    verdict = co_await inbox_.accepts(std::move(asked.address), asked.bytes);
  } catch (const Fault& fault) {
    verdict = verdict_of(fault);
    lmtp_log.error("lmtp.check_failed", {{"error", fault.what()}});
  }
  connection.session.recipient(verdict);
}

Task<> Server::keep(Connection& connection, std::string bytes) {
  try {
    if (!connection.spool->needs_file(bytes.size())) {
      connection.spool->append(bytes);
      co_return;
    }
    auto work = [spool = connection.spool, bytes = std::move(bytes)] { spool->append(bytes); };
    co_await blocking(gate_, std::move(work));
  } catch (const Fault& fault) {
    lmtp_log.error("lmtp.spool_failed", {{"error", fault.what()}});
    connection.session.spool_failed(verdict_of(fault));
    connection.spool.reset();
  }
}

Task<> Server::deliver(Connection& connection, Transaction transaction) {
  const std::size_t recipients = transaction.recipients.size();
  const bool utf8 = transaction.utf8;
  const std::uint64_t bytes = connection.spool->size();
  std::vector<Verdict> verdicts;
  try {
    verdicts = co_await inbox_.deliver(std::move(transaction), trace(connection, utf8),
                                       std::move(connection.spool));
  } catch (const Fault& fault) {
    verdicts.assign(recipients, verdict_of(fault));
    lmtp_log.error("lmtp.delivery_failed", {{"error", fault.what()}});
  }
  connection.spool.reset();
  connection.mail_until.reset();
  lmtp_log.info("lmtp.mail", {{"peer", connection.stream->peer()},
                              {"bytes", bytes},
                              {"recipients", recipients},
                              {"taken", std::ranges::count(verdicts, Verdict::taken)}});
  connection.session.delivered(verdicts);
}

Task<> Server::flush(Connection& connection) {
  const std::string output = connection.session.take_output();
  if (output.empty()) co_return;
  co_await net::with_deadline(settings_.write_limit, connection.stream->write_all(output));
}

std::string Server::trace(const Connection& connection, bool utf8) const {
  // RFC 5321 4.4, RFC 6531 3.7.3 for the protocol's name.
  return fmt::format("Received: from {} ({})\r\n\tby {} with {}; {}\r\n",
                     connection.session.peer_name(), connection.stream->peer(),
                     settings_.session.host, utf8 ? "UTF8LMTP" : "LMTP",
                     backend::rfc5322_date(clock_.now()));
}

}  // namespace godwit::lmtp
