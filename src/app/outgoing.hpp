/// The way out for mail: the configured server and, before it, the durable queue.
#pragma once

#include <memory>

#include "app/config.hpp"
#include "app/damage.hpp"
#include "backend/backend.hpp"
#include "backend/smtp/submission.hpp"
#include "base/files.hpp"
#include "net/loop.hpp"
#include "queue/gateway.hpp"
#include "queue/queue.hpp"

namespace godwit::app {

/// Whether mail that cannot go out now waits, as the configuration says; in front of other mail
/// servers it is only what the server sends for its users.
bool queues_mail(const Config& config);

class Outgoing {
 public:
  /// `reports`: who tells of final failures, needed for the embedded store alone. All references
  /// outlive it. Blocks; throws Fault.
  Outgoing(const Config& config, net::Loop& loop, FileLayer& files, const Clock& clock,
           Random& random, Damage& damage, queue::Reports* reports);
  ~Outgoing();

  /// Refuses everything where no server is configured.
  backend::Submission& submission() { return *way_; }
  bool configured() const { return hop_ != nullptr; }
  /// Throws Fault when the configured server would not take a mail of the account now; no server is
  /// no fault.
  Task<> reach(backend::Account account) const;
  /// Begins to work the queue off.
  void start();
  Task<> stop();
  /// Null where nothing is queued.
  queue::Queue* queue() { return queue_ ? queue_.get() : gateway_ ? &gateway_->queue() : nullptr; }
  /// Null where users are not those of another mail server.
  queue::GatewayOutgoing* gateway() { return gateway_.get(); }

 private:
  net::Loop& loop_;
  std::unique_ptr<backend::SmtpSubmission> hop_;
  std::unique_ptr<queue::Queue> queue_;  // at most one of these two
  std::unique_ptr<queue::GatewayOutgoing> gateway_;
  std::unique_ptr<backend::Submission> closed_;
  backend::Submission* way_;  // the first that a mail meets
};

}  // namespace godwit::app
