/// The way out of a gateway. What a device sends is handed on while the device waits, and a hop
/// that is down is its refusal for now: the device keeps the mail and knows that it has it. What
/// the server sends for a user (Envelope::patient) has nobody to keep it: it waits in the durable
/// queue.
///
/// A hop that wants the users' own passwords gets them from their sign-ins. A password is kept in
/// memory only while a mail of its user waits, and never on disk: after a restart such a mail waits
/// for the user's next sign-in.
#pragma once

#include <map>
#include <memory>

#include "queue/queue.hpp"

namespace godwit::queue {

class GatewayOutgoing final : public backend::Submission {
 public:
  /// `as_users`: the hop wants their passwords. All references outlive it. Blocks and throws as
  /// Queue does.
  GatewayOutgoing(QueueOptions options, FileLayer& files, const Clock& clock, Random& random,
                  backend::Submission& hop, bool as_users);
  ~GatewayOutgoing() override;

  Task<Result<>> submit(backend::Account account, Envelope envelope,
                        std::shared_ptr<const backend::MessageSource> message) override;
  /// A user signed in, with the password or a token: what waits for it is tried at once. Throws
  /// nothing: what cannot be looked up now waits for the next sign-in.
  Task<> signed_in(backend::Account account);
  /// The password is not used any more.
  void forget_user(const UserId& user);
  /// Where the senders' own mailboxes are: a report that a kill may have doubled is looked for
  /// there first. Null: it goes once more. Outlives this.
  void set_mailboxes(backend::MailBackend* mailboxes) { mailboxes_ = mailboxes; }
  Queue& queue() { return queue_; }
  /// Users whose passwords are kept now.
  std::size_t kept() const { return accounts_.size(); }

 private:
  class Hop;
  class SentReports;
  /// Whether something waits for what the account has newly brought.
  Task<bool> keep(backend::Account account);
  /// Null where nothing is kept that still opens anything.
  const backend::Account* kept_of(const std::string& user);
  Task<> forget_idle();

  std::map<std::string, backend::Account> accounts_;  // by user; those whose mail waits
  const Clock& clock_;
  bool as_users_;
  backend::Submission& hop_;
  backend::MailBackend* mailboxes_ = nullptr;
  std::unique_ptr<Hop> signing_hop_;
  std::unique_ptr<SentReports> reports_;
  Queue queue_;
};

}  // namespace godwit::queue
