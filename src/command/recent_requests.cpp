#include "command/recent_requests.hpp"

#include <utility>

namespace godwit::command {
namespace {

std::string name_of(const UserId& user, const DeviceId& device) {
  return user.str() + '\0' + device.str();
}

}  // namespace

void RecentRequests::add(const UserId& user, const DeviceId& device, PastRequest request) {
  std::string name = name_of(user, device);
  const auto found = by_name_.find(name);
  if (found != by_name_.end()) {
    rows_.splice(rows_.begin(), rows_, found->second);
  } else {
    if (rows_.size() == devices_max) {
      by_name_.erase(rows_.back().name);
      rows_.pop_back();
    }
    rows_.push_front({std::move(name), {}});
    by_name_.emplace(rows_.front().name, rows_.begin());
  }
  auto& requests = rows_.front().requests;
  if (requests.size() == of_device_max) requests.erase(requests.begin());
  requests.push_back(request);
}

std::vector<PastRequest> RecentRequests::of(const UserId& user, const DeviceId& device) const {
  const auto found = by_name_.find(name_of(user, device));
  if (found == by_name_.end()) return {};
  const auto& requests = found->second->requests;
  return {requests.rbegin(), requests.rend()};
}

}  // namespace godwit::command
