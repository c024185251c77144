/// Owner of a file descriptor.
#pragma once

#include <unistd.h>

#include <utility>

namespace godwit {

class Descriptor {
 public:
  /// -1: of none.
  explicit Descriptor(int number = -1) noexcept : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(other.take()) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }

  int get() const noexcept { return number_; }
  /// The caller closes it from now on.
  int take() noexcept { return std::exchange(number_, -1); }

 private:
  int number_;
};

}  // namespace godwit
