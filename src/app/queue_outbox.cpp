#include "app/queue_outbox.hpp"

#include <utility>

namespace godwit::app {

Task<std::vector<admin::WaitingMail>> QueueOutbox::list() {
  std::vector<admin::WaitingMail> out;
  for (queue::QueuedMail& mail : co_await queue_.list()) {
    out.push_back({std::move(mail.name), std::move(mail.user), std::move(mail.from),
                   std::move(mail.to), mail.bytes, mail.accepted, mail.next, mail.attempts,
                   std::move(mail.reason)});
  }
  co_return out;
}

Task<admin::Backlog> QueueOutbox::backlog() {
  const auto waiting = co_await queue_.waiting();
  co_return admin::Backlog{waiting.mails, waiting.oldest};
}

}  // namespace godwit::app
