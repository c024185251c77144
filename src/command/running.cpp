#include "command/running.hpp"

#include <algorithm>

namespace godwit::command {

void Running::Link::leave() noexcept {
  before->after = after;
  after->before = before;
  before = after = this;
}

Running::Entry::Entry(Running& running) {
  before = running.ends_.before;
  after = &running.ends_;
  before->after = after->before = this;
}

Running::Entry::~Entry() { leave(); }

Running::~Running() {
  while (ends_.after != &ends_) ends_.after->leave();
}

std::size_t Running::size() const {
  std::size_t count = 0;
  for (const Link* link = ends_.after; link != &ends_; link = link->after) ++count;
  return count;
}

std::vector<RunningRow> Running::rows(std::size_t rows_max) const {
  std::vector<RunningRow> out;
  out.reserve(std::min(size(), rows_max));
  for (const Link* link = ends_.after; link != &ends_ && out.size() < rows_max;
       link = link->after) {
    out.push_back(static_cast<const Entry*>(link)->row());
  }
  return out;
}

}  // namespace godwit::command
