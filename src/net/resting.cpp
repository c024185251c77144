#include "net/resting.hpp"

#include <unistd.h>

#include <algorithm>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <cerrno>

#include "net/errors.hpp"

namespace godwit::net {

namespace asio = boost::asio;

namespace {

int make_set() {
  const int set = ::epoll_create1(EPOLL_CLOEXEC);
  if (set < 0) throw_errno(errno, "epoll");
  return set;
}

}  // namespace

Resting& Resting::of(const asio::any_io_executor& executor) {
  return asio::use_service<Resting>(asio::query(executor, asio::execution::context));
}

Resting::Resting(asio::execution_context& context)
    : service(context),
      context_(static_cast<asio::io_context&>(context)),  // every loop of ours is one
      set_(context_),
      set_descriptor_(make_set()) {
  set_.assign(set_descriptor_);
}

Resting::~Resting() { ::close(set_descriptor_); }

/// Sockets may leave between this and the destructor.
void Resting::shutdown() {
  if (set_.is_open()) static_cast<void>(set_.release());
}

void Resting::add(RestingSocket& socket, int descriptor) {
  epoll_event event{.events = EPOLLIN | EPOLLRDHUP | EPOLLONESHOT, .data = {.ptr = &socket}};
  if (::epoll_ctl(set_descriptor_, EPOLL_CTL_ADD, descriptor, &event) != 0) {
    throw_errno(errno, "epoll");
  }
  ++resting_;
  listen();
}

void Resting::wake_soon(RestingSocket& socket) {
  soon_.push_back(&socket);
  if (soon_.size() == 1) asio::post(context_, [this] { take_soon(); });
}

void Resting::remove(RestingSocket& socket, int descriptor) noexcept {
  std::ranges::replace(soon_, &socket, nullptr);
  for (std::size_t i = 0; i < taken_; ++i) {
    if (events_[i].data.ptr == &socket) events_[i].data.ptr = nullptr;
  }
  if (descriptor < 0) return;
  ::epoll_ctl(set_descriptor_, EPOLL_CTL_DEL, descriptor, nullptr);
  --resting_;
  boost::system::error_code ignored;
  if (resting_ == 0 && set_.is_open()) set_.cancel(ignored);  // the loop may end
}

void Resting::listen() {
  if (listening_) return;
  listening_ = true;
  set_.async_wait(asio::posix::stream_descriptor::wait_read, [this](boost::system::error_code) {
    listening_ = false;
    take_events();
    if (resting_ > 0 && set_.is_open()) listen();
  });
}

void Resting::take_events() {
  const int count =
      ::epoll_wait(set_descriptor_, events_.data(), static_cast<int>(events_.size()), 0);
  taken_ = count < 0 ? 0 : static_cast<std::size_t>(count);
  for (std::size_t i = 0; i < taken_; ++i) {
    auto* const socket = static_cast<RestingSocket*>(events_[i].data.ptr);
    if (socket != nullptr) socket->awake();
  }
  taken_ = 0;
}

void Resting::take_soon() {
  for (std::size_t i = 0; i < soon_.size(); ++i) {
    RestingSocket* const socket = std::exchange(soon_[i], nullptr);
    if (socket != nullptr) socket->awake();
  }
  soon_.clear();
}

}  // namespace godwit::net
