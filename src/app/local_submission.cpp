#include "app/local_submission.hpp"

#include <utility>

namespace godwit::app {
namespace {

using Outcome = backend::LocalDelivery::Outcome;

Result<> outcome_result(Outcome outcome, const std::string& address) {
  switch (outcome) {
    case Outcome::stored:
    case Outcome::repeated:
      return {};
    case Outcome::unknown_user:
      return fail(Errc::not_found, "there is no mailbox " + address);
    case Outcome::over_quota:
      return fail(Errc::refused, "the mailbox of " + address + " is full");
  }
  std::unreachable();
}

}  // namespace

Task<Result<>> LocalSubmission::submit(backend::Account account, Envelope envelope,
                                       std::shared_ptr<const backend::MessageSource> message) {
  std::vector<std::string> here;
  std::vector<std::string> outside;
  for (std::string& address : envelope.to) {
    (delivery_.is_local(address) ? here : outside).push_back(std::move(address));
  }
  if (!outside.empty() && outside_ == nullptr) {
    co_return fail(Errc::refused, "this server sends no mail to other domains");
  }
  // What would be refused is refused before anybody got it.
  for (const std::string& address : here) {
    const Outcome outcome = co_await delivery_.accepts(address, message->size());
    if (auto taken = outcome_result(outcome, address); !taken) co_return taken;
  }
  const std::string from = envelope.from;
  if (!outside.empty()) {
    envelope.to = std::move(outside);
    const auto sent = co_await outside_->submit(std::move(account), std::move(envelope), message);
    if (!sent) co_return pass(sent);
  }
  if (here.empty()) co_return Result<>{};
  co_return co_await deliver(from, std::move(here), std::move(message));
}

Task<Result<>> LocalSubmission::deliver(std::string from, std::vector<std::string> to,
                                        std::shared_ptr<const backend::MessageSource> message) {
  backend::LocalDelivery::Envelope envelope{std::move(from), to};
  const auto outcomes = co_await delivery_.deliver(std::move(envelope), std::move(message));
  // The mailbox went, or filled up, since it was asked; the others have the mail.
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (auto taken = outcome_result(outcomes[i], to[i]); !taken) co_return taken;
  }
  co_return Result<>{};
}

}  // namespace godwit::app
