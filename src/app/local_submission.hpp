/// Mail out for users of the embedded store: to each other at once, to everybody else by the way
/// that is configured. A refusal is for all recipients, so that who wrote can send it again; but
/// what the server wrote for a user (Envelope::patient) reaches those whom it can, and a report in
/// the user's inbox names the others.
#pragma once

#include "backend/backend.hpp"
#include "backend/local/delivery.hpp"
#include "base/clock.hpp"
#include "queue/bounce.hpp"

namespace godwit::app {

/// A report to a user, from the null sender, beyond a full mailbox's quota where it must be. Throws
/// Fault (quota) when even that is used up; nobody of that name is no fault. `facts`: see
/// LocalDelivery::Envelope.
Task<> deliver_report(backend::LocalDelivery& delivery, std::string to,
                      std::shared_ptr<const backend::MessageSource> report,
                      std::vector<std::string> facts = {});

class LocalSubmission final : public backend::Submission {
 public:
  /// `outside` null: there is no way out, mail to others is refused. `host`: who reports that
  /// somebody could not get a mail, and in which language.
  LocalSubmission(backend::LocalDelivery& delivery, backend::Submission* outside,
                  const Clock& clock, std::string host, Language language = Language::english)
      : delivery_(delivery),
        outside_(outside),
        clock_(clock),
        host_(std::move(host)),
        language_(language) {}

  Task<Result<>> submit(backend::Account account, Envelope envelope,
                        std::shared_ptr<const backend::MessageSource> message) override;

 private:
  /// Recipients whom a mail does not reach.
  struct Failures {
    bool reported = false;  // by mail; else the caller is told
    std::vector<queue::FailedRecipient> recipients{};
    /// False: the caller must be told.
    bool take(const std::string& address, const Result<>& taken);
  };
  Task<Result<>> deliver(backend::LocalDelivery::Envelope envelope, std::string id,
                         std::shared_ptr<const backend::MessageSource> message, Failures failed);
  Task<> report(std::string sender, std::string id, std::vector<queue::FailedRecipient> failed,
                const backend::MessageSource& message);

  backend::LocalDelivery& delivery_;
  backend::Submission* outside_;
  const Clock& clock_;
  std::string host_;
  Language language_;
};

}  // namespace godwit::app
