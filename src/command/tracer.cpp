#include "command/tracer.hpp"

#include <utility>
#include <variant>

namespace godwit::command {
namespace {

using Resume = decltype(http::Parked::resume);

Task<http::Outcome> resume_traced(Resume resume, std::unique_ptr<Tracer::Exchange> exchange,
                                  watch::Ended ended) {
  auto outcome = co_await resume(std::move(ended));
  co_return traced(std::move(outcome), std::move(exchange));
}

}  // namespace

http::Outcome traced(http::Outcome outcome, std::unique_ptr<Tracer::Exchange> exchange) {
  auto* const parked = std::get_if<http::Parked>(&outcome);
  if (parked == nullptr) {
    exchange->answered(std::get<http::Reply>(outcome));
    return outcome;
  }
  return http::Parked{
      std::move(parked->park), [resume = std::move(parked->resume),
                                exchange = std::move(exchange)](watch::Ended ended) mutable {
        return resume_traced(std::move(resume), std::move(exchange), std::move(ended));
      }};
}

}  // namespace godwit::command
