#include "command/recent_requests.hpp"

#include <algorithm>

#include "base/bytes.hpp"

namespace godwit::command {

RecentRequests::Key RecentRequests::key_of(const UserId& user, const DeviceId& device) {
  Key key{};
  const std::string digest = digest128(user.str() + '\0' + device.str());
  std::ranges::copy_n(digest.begin(), key.size(), key.begin());
  return key;
}

void RecentRequests::add(const UserId& user, const DeviceId& device, PastRequest request) {
  ring_[next_] = {key_of(user, device), request};
  next_ = (next_ + 1) % ring_.size();
  count_ = std::min(count_ + 1, ring_.size());
}

std::vector<PastRequest> RecentRequests::of(const UserId& user, const DeviceId& device) const {
  std::vector<PastRequest> out;
  const Key key = key_of(user, device);
  for (std::size_t back = 1; back <= count_ && out.size() < of_device_max; ++back) {
    const Entry& entry = ring_[(next_ + ring_.size() - back) % ring_.size()];
    if (entry.key == key) out.push_back(entry.request);
  }
  return out;
}

}  // namespace godwit::command
