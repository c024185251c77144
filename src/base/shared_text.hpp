/// Text that never changes and that all its copies share: eight bytes a copy. Copies may be made
/// and dropped on any thread.
#pragma once

#include <atomic>
#include <compare>
#include <cstdint>
#include <cstring>
#include <new>
#include <string_view>
#include <utility>

namespace godwit {

class SharedText {
 public:
  /// Below 4 GiB.
  explicit SharedText(std::string_view text) {
    if (text.empty()) return;
    void* const memory = ::operator new(sizeof(Block) + text.size());
    block_ = new (memory) Block{1, static_cast<std::uint32_t>(text.size())};
    std::memcpy(block_ + 1, text.data(), text.size());
  }
  SharedText() noexcept = default;
  SharedText(const SharedText& other) noexcept : block_(other.block_) {
    if (block_ != nullptr) block_->holders.fetch_add(1, std::memory_order_relaxed);
  }
  SharedText(SharedText&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  SharedText& operator=(SharedText other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~SharedText() {
    if (block_ == nullptr) return;
    if (block_->holders.fetch_sub(1, std::memory_order_acq_rel) == 1) ::operator delete(block_);
  }

  bool empty() const noexcept { return block_ == nullptr; }
  /// Valid while a copy lives.
  std::string_view view() const noexcept {
    if (block_ == nullptr) return {};
    return {reinterpret_cast<const char*>(block_ + 1), block_->size};
  }

  friend bool operator==(const SharedText& a, const SharedText& b) noexcept {
    return a.block_ == b.block_ || a.view() == b.view();
  }
  friend std::strong_ordering operator<=>(const SharedText& a, const SharedText& b) noexcept {
    return a.view() <=> b.view();
  }

 private:
  struct Block {  // the text lies behind it
    std::atomic<std::uint32_t> holders;
    std::uint32_t size;
  };
  Block* block_ = nullptr;
};

}  // namespace godwit
