/// The administrator's view of the queue.
#pragma once

#include "admin/operations.hpp"
#include "queue/queue.hpp"

namespace godwit::app {

class QueueOutbox final : public admin::Outbox {
 public:
  explicit QueueOutbox(queue::Queue& queue) : queue_(queue) {}

  Task<std::vector<admin::WaitingMail>> list() override;
  Task<admin::Backlog> backlog() override;
  Task<bool> retry(std::string name) override { return queue_.retry(std::move(name)); }
  Task<bool> remove(std::string name) override { return queue_.remove(std::move(name)); }

 private:
  queue::Queue& queue_;
};

}  // namespace godwit::app
