/// Mail out for users of the embedded store: to each other at once, to everybody else by the way
/// that is configured.
#pragma once

#include "backend/backend.hpp"
#include "backend/local/delivery.hpp"

namespace godwit::app {

class LocalSubmission final : public backend::Submission {
 public:
  /// `outside` null: there is no way out, mail to others is refused.
  LocalSubmission(backend::LocalDelivery& delivery, backend::Submission* outside)
      : delivery_(delivery), outside_(outside) {}

  Task<Result<>> submit(backend::Account account, Envelope envelope,
                        std::shared_ptr<const backend::MessageSource> message) override;

 private:
  Task<Result<>> deliver(std::string from, std::vector<std::string> to,
                         std::shared_ptr<const backend::MessageSource> message);

  backend::LocalDelivery& delivery_;
  backend::Submission* outside_;
};

}  // namespace godwit::app
