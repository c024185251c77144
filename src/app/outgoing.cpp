#include "app/outgoing.hpp"

namespace godwit::app {
namespace {

/// No way out is configured.
class Closed final : public backend::Submission {
 public:
  Task<Result<>> submit(backend::Account, Envelope,
                        std::shared_ptr<const backend::MessageSource>) override {
    co_return fail(Errc::refused, "this server sends no mail: submission.host is empty");
  }
};

}  // namespace

Outgoing::Outgoing(const Config&, net::Loop& loop, FileLayer&, const Clock&, Random&,
                   queue::Reports*)
    : loop_(loop), closed_(std::make_unique<Closed>()), way_(closed_.get()) {}

Outgoing::~Outgoing() = default;

void Outgoing::start() {
  if (queue_) loop_.spawn(queue_->run(), "queue");
}

Task<> Outgoing::stop() {
  if (queue_) queue_->stop();
  co_return;
}

}  // namespace godwit::app
