#include "client/transport.hpp"

#include <algorithm>

#include "base/fault.hpp"
#include "base/text.hpp"

namespace godwit::client {
namespace {

/// `%41` -> `A`; what is no escape stays.
std::string percent_decoded(std::string_view text) {
  const auto digit = [](char c) {
    return c >= '0' && c <= '9' ? c - '0' : (ascii_lower(c) - 'a') + 10;
  };
  const auto is_digit = [](char c) {
    return (c >= '0' && c <= '9') || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'f');
  };
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && is_digit(text[i + 1]) && is_digit(text[i + 2])) {
      out += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

http::Request request_of(const Wire& wire, std::uint64_t connection) {
  http::Request out;
  out.method = wire.method;
  out.target = wire.target;
  const std::size_t mark = std::min(wire.target.find('?'), wire.target.size());
  out.path = percent_decoded(std::string_view(wire.target).substr(0, mark));
  if (mark < wire.target.size()) out.query = wire.target.substr(mark + 1);
  out.headers = wire.headers;
  out.headers.push_back({"Host", "mail.example"});
  out.headers.push_back({"Content-Length", std::to_string(wire.body.size())});
  out.body = http::text_body(wire.body);
  out.peer = "192.0.2.1";
  out.tls = true;
  out.connection = connection;
  return out;
}

Answer answer_of(const http::Reply& reply) {
  Answer out{.status = reply.status, .headers = reply.headers, .body = {}};
  if (reply.body) out.body = reply.body->view();
  out.headers.push_back({"Content-Length", std::to_string(out.body.size())});
  return out;
}

struct Ending {
  bool ended = false;
  watch::Ended how{};
};

class HeldRequest final : public ServiceTransport::Held {
 public:
  HeldRequest(http::Parked parked, watch::Hub& hub, Wire wire, ServiceTransport::Inspect inspect)
      : resume_(std::move(parked.resume)),
        deadline_(parked.park.deadline),
        ending_(std::make_shared<Ending>()),
        hub_(hub),
        wire_(std::move(wire)),
        inspect_(std::move(inspect)) {
    park(std::move(parked.park));
  }

  bool ended() const override { return ending_->ended; }
  Time deadline() const override { return deadline_; }

  Task<std::optional<Answer>> answer() override {
    if (!ending_->ended) throw Fault(Fault::Kind::unavailable, "the request is still parked");
    handle_.reset();
    http::Outcome outcome = co_await resume_(std::move(ending_->how));
    if (auto* again = std::get_if<http::Parked>(&outcome)) {
      ending_ = std::make_shared<Ending>();
      deadline_ = again->park.deadline;
      resume_ = std::move(again->resume);
      park(std::move(again->park));
      co_return std::nullopt;
    }
    Answer out = answer_of(std::get<http::Reply>(outcome));
    if (inspect_) inspect_(wire_, out);
    co_return out;
  }

 private:
  void park(watch::ParkRequest request) {
    handle_ = hub_.park(std::move(request), [ending = ending_](watch::Ended how) {
      ending->how = std::move(how);
      ending->ended = true;
    });
  }

  decltype(http::Parked::resume) resume_;
  Time deadline_;
  std::shared_ptr<Ending> ending_;  // shared with the hub's callback
  std::unique_ptr<watch::ParkHandle> handle_;
  watch::Hub& hub_;
  Wire wire_;
  ServiceTransport::Inspect inspect_;
};

}  // namespace

std::string_view Answer::header(std::string_view name) const {
  for (const http::Header& header : headers) {
    if (iequals(header.name, name)) return header.value;
  }
  return {};
}

ServiceTransport::ServiceTransport(http::Service& service, watch::Hub& hub,
                                   WhileParked while_parked)
    : service_(service), hub_(hub), while_parked_(std::move(while_parked)) {}

Task<Answer> ServiceTransport::send(Wire request) {
  Started started = co_await start(std::move(request));
  if (!started.held) co_return std::move(started.answer);
  for (;;) {
    hub_.tick();
    while (!started.held->ended()) {
      if (!while_parked_(started.held->deadline())) {
        throw Fault(Fault::Kind::timed_out, "the parked request was never ended");
      }
      hub_.tick();
    }
    if (auto answer = co_await started.held->answer()) co_return std::move(*answer);
  }
}

Task<ServiceTransport::Started> ServiceTransport::start(Wire request) {
  http::Outcome outcome = co_await service_.handle(request_of(request, connection_));
  Started out;
  if (auto* parked = std::get_if<http::Parked>(&outcome)) {
    out.held =
        std::make_unique<HeldRequest>(std::move(*parked), hub_, std::move(request), inspect_);
  } else {
    out.answer = answer_of(std::get<http::Reply>(outcome));
    if (inspect_) inspect_(request, out.answer);
  }
  co_return out;
}

}  // namespace godwit::client
