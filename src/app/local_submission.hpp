/// Mail out for users of the embedded store: to each other at once, to everybody else by the way
/// that is configured.
#pragma once

#include "backend/backend.hpp"
#include "backend/local/delivery.hpp"
#include "base/clock.hpp"

namespace godwit::app {

/// A report to a user, from the null sender, beyond a full mailbox's quota where it must be. Throws
/// Fault (quota) when even that is used up; nobody of that name is no fault.
Task<> deliver_report(backend::LocalDelivery& delivery, std::string to,
                      std::shared_ptr<const backend::MessageSource> report);

class LocalSubmission final : public backend::Submission {
 public:
  /// `outside` null: there is no way out, mail to others is refused. `host`: who reports that
  /// somebody in a group could not get a mail.
  LocalSubmission(backend::LocalDelivery& delivery, backend::Submission* outside,
                  const Clock& clock, std::string host)
      : delivery_(delivery), outside_(outside), clock_(clock), host_(std::move(host)) {}

  Task<Result<>> submit(backend::Account account, Envelope envelope,
                        std::shared_ptr<const backend::MessageSource> message) override;

 private:
  Task<Result<>> deliver(backend::LocalDelivery::Envelope envelope, std::string id,
                         std::shared_ptr<const backend::MessageSource> message);
  Task<> report(std::string sender, std::string id, std::vector<std::string> groups);

  backend::LocalDelivery& delivery_;
  backend::Submission* outside_;
  const Clock& clock_;
  std::string host_;
};

}  // namespace godwit::app
