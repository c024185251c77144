#include "command/running.hpp"

#include <utility>

namespace godwit::command {

Running::Entry::Entry(Running& running) : running_(&running), before_(running.last_) {
  (before_ == nullptr ? running.first_ : before_->after_) = this;
  running.last_ = this;
  ++running.size_;
}

Running::Entry::~Entry() { leave(); }

void Running::Entry::leave() {
  if (running_ == nullptr) return;
  (before_ == nullptr ? running_->first_ : before_->after_) = after_;
  (after_ == nullptr ? running_->last_ : after_->before_) = before_;
  --running_->size_;
  running_ = nullptr;
}

Running::~Running() {
  for (Entry* entry = first_; entry != nullptr;) {
    entry->running_ = nullptr;
    entry = std::exchange(entry->after_, nullptr);
  }
}

std::vector<RunningRow> Running::rows(std::size_t rows_max) const {
  std::vector<RunningRow> out;
  out.reserve(size_ < rows_max ? size_ : rows_max);
  for (const Entry* entry = first_; entry != nullptr && out.size() < rows_max;
       entry = entry->after_) {
    out.push_back(entry->row());
  }
  return out;
}

}  // namespace godwit::command
