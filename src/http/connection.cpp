#include "http/connection.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <utility>

#include "base/fault.hpp"
#include "base/log.hpp"
#include "net/errors.hpp"

namespace godwit::http {
namespace {

constexpr Log logger("http");
constexpr std::chrono::seconds linger_limit{2};
constexpr std::size_t linger_bytes_max = 4 * 1024 * 1024;
constexpr int parks_in_a_row_max = 3;

}  // namespace

void Connection::begin() {
  place_ = static_cast<std::uint32_t>(core_->connections.size());
  core_->connections.push_back(shared_from_this());
  arm(core_->settings.head_limit);
  wait_readable(Mode::idle);
}

void Connection::start() { net::spawn(core_->executor, run(shared_from_this()), "connection"); }

void Connection::wait_readable(Mode mode) {
  mode_ = mode;
  const auto epoch = ++epoch_;
  // The stream is ours: it drops the callback before this object goes.
  stream_->on_readable([this, epoch] { on_readable(epoch); });
}

void Connection::on_readable(std::uint16_t epoch) {
  if (epoch != epoch_ || mode_ == Mode::closed) return;
  mode_ = Mode::busy;
  used_ = true;
  start();
}

void Connection::arm(std::chrono::milliseconds limit) {
  core_->wheel.schedule(*this, core_->clock.now() + limit);
}

void Connection::arm_for(std::uint64_t bytes) {
  const auto& settings = core_->settings;
  arm(settings.body_limit + std::chrono::seconds(bytes / settings.bytes_per_second_min));
}

void Connection::expired() {
  if (mode_ == Mode::idle) return close();
  expired_ = true;
  stream_->cancel();
}

void Connection::close() noexcept {
  if (mode_ == Mode::closed) return;
  const auto self = shared_from_this();  // until the end of this call
  leave();
  stream_->close();
}

void Connection::leave() noexcept {
  mode_ = Mode::closed;
  unlink();
  handle_.reset();
  resume_ = nullptr;
  auto& all = core_->connections;
  all.back()->place_ = place_;
  std::swap(all[place_], all.back());
  all.pop_back();
}

Task<> Connection::run(std::shared_ptr<Connection> self) {
  try {
    co_await self->converse();
  } catch (const boost::system::system_error& error) {
    if (!net::is_disconnect(error.code())) {
      logger.debug("connection.failed", {{"peer", self->stream_->peer()}, {"error", error.what()}});
    }
  } catch (const Fault& fault) {
    logger.debug("connection.failed", {{"peer", self->stream_->peer()}, {"error", fault.what()}});
  } catch (const std::exception& error) {
    logger.error("connection.failed", {{"peer", self->stream_->peer()}, {"error", error.what()}});
  }
  if (self->mode_ == Mode::busy) self->close();
}

Task<> Connection::converse() {
  if (resume_) {
    auto ended = co_await end_of_parked();
    if (!ended) co_return;
    // The function outlives the coroutine that it starts: that may refer to what it holds.
    auto resume = std::exchange(resume_, nullptr);
    Outcome outcome = co_await resume(std::move(*ended));
    if (!co_await settle(std::move(outcome))) co_return;
  } else {
    arm(core_->settings.head_limit);
    const auto count = co_await read_more();
    if (!count || *count == 0) co_return;
  }
  while (!buffer_.empty()) {
    auto request = co_await read_request();
    if (!request) co_return;
    unlink();  // a service has deadlines of its own
    Outcome outcome = co_await core_->service.handle(std::move(*request));
    if (!co_await settle(std::move(outcome))) co_return;
  }
  std::string().swap(buffer_);  // with its memory, which an assignment would keep
  arm(core_->settings.idle_limit);
  wait_readable(Mode::idle);
}

Task<std::optional<watch::Ended>> Connection::end_of_parked() {
  std::optional<std::size_t> count;
  if (!woken_) {
    bool cancelled = false;
    try {
      count = co_await read_more();
    } catch (const boost::system::system_error& error) {
      if (error.code() != boost::asio::error::operation_aborted) throw;
      cancelled = true;
    }
    if (!woken_ && (cancelled || !count || *count == 0)) co_return std::nullopt;  // forgotten
  }
  handle_.reset();
  const auto woken = std::exchange(woken_, nullptr);
  if (woken) co_return std::move(*woken);
  // Bytes came: the client goes on and does not wait for this any more.
  co_return watch::Ended{watch::Wake::superseded, {}};
}

Task<bool> Connection::settle(Outcome outcome) {
  for (int parks = 0;; ++parks) {
    if (auto* reply = std::get_if<Reply>(&outcome)) {
      if (reply->close || core_->draining) keep_alive_ = false;
      co_await write_reply(std::move(*reply));
      if (!keep_alive_) co_await linger();
      co_return bool{keep_alive_};
    }
    auto& parked = std::get<Parked>(outcome);
    if (buffer_.empty() && !core_->draining) {
      park(std::move(parked));
      co_return false;
    }
    if (parks == parks_in_a_row_max) {
      co_await refuse({503, "the server stops"});
      co_return false;
    }
    auto resume = std::move(parked.resume);
    const auto wake = core_->draining ? watch::Wake::shutdown : watch::Wake::superseded;
    outcome = co_await resume(watch::Ended{wake, {}});
  }
}

void Connection::park(Parked parked) {
  unlink();
  std::string().swap(buffer_);  // with its memory, which an assignment would keep
  resume_ = std::move(parked.resume);
  // The handle dies with this object, and with it the callback.
  handle_ = core_->hub.park(std::move(parked.park),
                            [this](watch::Ended ended) { wake(std::move(ended)); });
  wait_readable(Mode::parked);
}

void Connection::wake(watch::Ended ended) {
  if (mode_ == Mode::closed || !resume_ || core_->parting) return;
  woken_ = std::make_unique<watch::Ended>(std::move(ended));
  stream_->cancel();
  if (mode_ != Mode::parked) return;  // it is just reading what came; it looks at woken_ next
  ++epoch_;
  mode_ = Mode::busy;
  start();
}

Task<> Connection::part(Farewell& farewell) {
  if (mode_ != Mode::parked || !resume_) co_return;
  ++epoch_;
  mode_ = Mode::busy;
  stream_->cancel();
  keep_alive_ = false;
  auto resume = std::exchange(resume_, nullptr);
  Outcome outcome = co_await resume(watch::Ended{watch::Wake::shutdown, {}});
  const auto* reply = std::get_if<Reply>(&outcome);
  const Reply stopping{.status = 503, .headers = {{"Retry-After", "1"}}, .body = {}, .close = true};
  if (reply == nullptr) reply = &stopping;
  const auto body = reply->body ? reply->body : text_body({});
  farewell.add(std::move(stream_), reply_head(*reply, body->size(), false).append(body->view()));
  leave();
}

Task<> Connection::refuse(Refusal refusal) {
  Reply reply{.status = refusal.status,
              .headers = {{"Content-Type", "text/plain; charset=utf-8"}},
              .body = text_body(refusal.reason + "\n"),
              .close = true};
  if (refusal.status == 503) {
    reply.headers.push_back({"Retry-After", std::to_string(core_->settings.retry_after.count())});
  }
  logger.info("request.refused",
              {{"peer", stream_->peer()}, {"status", refusal.status}, {"reason", refusal.reason}});
  expired_ = false;
  keep_alive_ = false;
  accepts_gzip_ = false;
  co_await write_reply(std::move(reply));
  co_await linger();
}

/// Reads on for a moment after the last reply: closing with unread bytes would make the system
/// reset the connection, and the reply would be lost on its way.
Task<> Connection::linger() {
  stream_->end_writing();
  arm(linger_limit);
  for (std::size_t total = 0; total < linger_bytes_max;) {
    buffer_.clear();
    const auto count = co_await read_more();
    if (!count || *count == 0) co_return;
    total += *count;
  }
}

}  // namespace godwit::http
