/// A string that cannot be printed and is wiped when it goes.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace godwit {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}
  Secret(const Secret&) = default;
  Secret(Secret&& other) noexcept : text_(std::move(other.text_)) { other.wipe(); }
  Secret& operator=(const Secret& other) {
    if (this != &other) {
      wipe();
      text_ = other.text_;
    }
    return *this;
  }
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      wipe();
      text_ = std::move(other.text_);
      other.wipe();
    }
    return *this;
  }
  ~Secret() { wipe(); }

  bool empty() const noexcept { return text_.empty(); }
  /// The only way out: for the call that hands it to a peer or a hash.
  std::string_view reveal() const noexcept { return text_; }

  /// Compares in time that depends on the lengths only.
  friend bool operator==(const Secret& a, const Secret& b) noexcept {
    if (a.text_.size() != b.text_.size()) return false;
    unsigned difference = 0;
    for (std::size_t i = 0; i < a.text_.size(); ++i) {
      difference |= static_cast<unsigned char>(a.text_[i]) ^ static_cast<unsigned char>(b.text_[i]);
    }
    return difference == 0;
  }

 private:
  void wipe() noexcept;
  std::string text_;
};

}  // namespace godwit
