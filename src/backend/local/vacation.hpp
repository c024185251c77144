/// Out-of-office of the embedded store's users: their settings, and the answers to mail that
/// arrives (RFC 3834). Internal are senders of the store's domains, known those outside whose
/// address stands in a contact of the user's.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "backend/backend.hpp"
#include "backend/local/local.hpp"

namespace godwit::backend {

class LocalVacation final : public Vacation {
 public:
  explicit LocalVacation(const LocalStore& store);

  Task<OutOfOffice> out_of_office(Account account) override;
  /// Who was answered before is answered again once the settings changed. Error: too_large.
  Task<Result<>> set_out_of_office(Account account, OutOfOffice settings) override;

  /// What takes the answers; without one nothing is answered. Outlives this object.
  void set_submission(Submission& submission) { submission_ = &submission; }

  /// Answers a mail that `user` just got when their settings and its header say so: once a day and
  /// sender, never a list, a machine, or mail that does not name the user. What goes wrong is
  /// logged, never thrown: the mail itself has arrived.
  Task<> answer(UserId user, std::string from, std::string header);

 private:
  Task<> answer_or_throw(UserId user, std::string from, std::string header);

  std::shared_ptr<local::Core> core_;
  Submission* submission_ = nullptr;
};

/// Whether a machine may answer a mail with this header from this envelope sender (RFC 3834 2).
bool may_be_answered(std::string_view from, std::string_view header);

}  // namespace godwit::backend
