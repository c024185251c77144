/// The answers of requests that wait, made while what they need is there, to be written when
/// nothing else is there any more: by a process that forked for it (docs/adr/0021).
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "net/stream.hpp"

namespace godwit::http {

class Farewell {
 public:
  void add(std::unique_ptr<net::Stream> stream, std::string answer);
  std::size_t size() const { return answers_.size(); }
  /// The descriptors that `say` writes to.
  std::vector<int> descriptors() const;
  /// Writes the answers evenly over `spread`, and a moment later returns. Blocks; needs no loop,
  /// and no thread but this one. What a peer does not take at once is lost with its connection.
  void say(std::chrono::milliseconds spread) noexcept;

 private:
  struct Answer {
    std::unique_ptr<net::Stream> stream;
    std::string bytes;
  };
  std::vector<Answer> answers_;
};

}  // namespace godwit::http
