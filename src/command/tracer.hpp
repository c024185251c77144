/// Lets somebody look at what passes between the devices of one user and the endpoint, while that
/// is asked for.
#pragma once

#include <memory>

#include "base/id.hpp"
#include "http/message.hpp"

namespace godwit::command {

/// Loop thread.
class Tracer {
 public:
  /// One request and its answer. It goes without `answered` when there was none to send.
  class Exchange {
   public:
    virtual ~Exchange() = default;
    virtual void answered(const http::Reply& reply) = 0;
  };
  virtual ~Tracer() = default;
  /// Of every request that signed in. Null: nobody looks, which must be found out at no cost.
  virtual std::unique_ptr<Exchange> begin(const UserId& user, const http::Request& request) = 0;
};

/// Tells the exchange of its answer, at once or when what waits is answered.
http::Outcome traced(http::Outcome outcome, std::unique_ptr<Tracer::Exchange> exchange);

}  // namespace godwit::command
