/// Where produced bytes go: a string, or a spool that keeps large answers out of memory
/// (net/spool.hpp).
#pragma once

#include <string>
#include <string_view>

namespace godwit {

class Sink {
 public:
  virtual ~Sink() = default;
  virtual void append(std::string_view bytes) = 0;
};

class StringSink final : public Sink {
 public:
  void append(std::string_view bytes) override { text_ += bytes; }
  const std::string& text() const { return text_; }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

}  // namespace godwit
