/// The LMTP server: mail comes in from a mail server beside us (RFC 2033). Runs the sessions
/// (session.hpp) on connections that a listener accepted.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "backend/local/delivery.hpp"
#include "base/clock.hpp"
#include "base/files.hpp"
#include "base/task.hpp"
#include "lmtp/session.hpp"
#include "net/stream.hpp"
#include "net/worker.hpp"

namespace godwit::lmtp {

/// Whose mail it is. Both calls may throw Fault: quota is a full disk (452), others are 451.
class Inbox {
 public:
  virtual ~Inbox() = default;
  virtual Task<Verdict> accepts(std::string address, std::uint64_t bytes) = 0;
  /// One verdict per recipient. `trace` is a whole Received field to put on top.
  virtual Task<std::vector<Verdict>> deliver(
      Transaction transaction, std::string trace,
      std::shared_ptr<const backend::MessageSource> message) = 0;
};

/// The embedded store's users.
class LocalInbox final : public Inbox {
 public:
  explicit LocalInbox(backend::LocalDelivery& delivery) : delivery_(delivery) {}
  Task<Verdict> accepts(std::string address, std::uint64_t bytes) override;
  Task<std::vector<Verdict>> deliver(
      Transaction transaction, std::string trace,
      std::shared_ptr<const backend::MessageSource> message) override;

 private:
  backend::LocalDelivery& delivery_;
};

struct ServerSettings {
  SessionSettings session;
  std::string spool_folder;  // made; what earlier runs left in it is removed
  std::size_t connections_max = 100;
  std::chrono::milliseconds read_limit{std::chrono::minutes(5)};   // RFC 5321 4.5.3.2.7
  std::chrono::milliseconds write_limit{std::chrono::minutes(1)};  // of one batch of replies
  /// Of one mail from DATA to its last byte: stops who sends a byte a minute.
  std::chrono::milliseconds mail_limit{std::chrono::minutes(60)};
};

class Server {
 public:
  /// Blocks for a moment. All references outlive the server. Throws Fault.
  Server(ServerSettings settings, Inbox& inbox, FileLayer& files, const Clock& clock);

  /// Other limits from the next connection on; the spool folder stays.
  void apply(ServerSettings settings);

  /// Serves one connection to its end. Throws nothing that the peer can cause; cancelling it is
  /// fine: what was not answered was not promised.
  Task<> serve(std::unique_ptr<net::Stream> stream);
  std::size_t connections() const { return connections_; }

 private:
  struct Connection;

  Task<> talk(Connection& connection);
  Task<bool> act(Connection& connection, Action action);
  Task<> check(Connection& connection, CheckRecipient asked);
  Task<> keep(Connection& connection, std::string bytes);
  Task<> deliver(Connection& connection, Transaction transaction);
  Task<> flush(Connection& connection);
  std::string trace(const Connection& connection, bool utf8) const;

  ServerSettings settings_;
  Inbox& inbox_;
  FileLayer& files_;
  const Clock& clock_;
  Gate gate_;
  std::size_t connections_ = 0;
  std::uint64_t spools_ = 0;
};

}  // namespace godwit::lmtp
