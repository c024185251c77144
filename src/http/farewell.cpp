#include "http/farewell.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include "net/socket_stream.hpp"

namespace godwit::http {
namespace {

constexpr std::chrono::milliseconds step{20};
/// Until peers have read the last ones: closing with unread bytes would take the answer back.
constexpr std::chrono::milliseconds linger{500};

}  // namespace

void Farewell::add(std::unique_ptr<net::Stream> stream, std::string answer) {
  answers_.push_back({std::move(stream), std::move(answer)});
}

std::vector<int> Farewell::descriptors() const {
  std::vector<int> all;
  all.reserve(answers_.size());
  for (const Answer& each : answers_) all.push_back(net::descriptor_of(*each.stream));
  return all;
}

void Farewell::say(std::chrono::milliseconds spread) noexcept {
  const auto steps = static_cast<std::size_t>(spread / step) + 1;
  for (std::size_t at = 0, next = 0; next < answers_.size(); ++at) {
    const auto until = std::min(answers_.size(), answers_.size() * (at + 1) / steps);
    for (; next < until; ++next) {
      net::write_now(*answers_[next].stream, answers_[next].bytes);
      answers_[next].stream->end_writing();
    }
    if (next < answers_.size()) std::this_thread::sleep_for(step);
  }
  std::this_thread::sleep_for(linger);
}

}  // namespace godwit::http
