#include "command/request_cache.hpp"

namespace godwit::command {

RequestCache::Entry& RequestCache::entry(const UserId& user, const DeviceId& device) {
  Name name{user, device};
  if (const auto known = index_.find(name); known != index_.end()) {
    slots_.splice(slots_.begin(), slots_, known->second);
    return slots_.front().entry;
  }
  slots_.push_front({name, {}});
  index_.emplace(std::move(name), slots_.begin());
  if (slots_.size() > devices_max_) {
    index_.erase(slots_.back().name);
    slots_.pop_back();
  }
  return slots_.front().entry;
}

void RequestCache::keep(std::shared_ptr<FoundMail> results) {
  constexpr std::size_t results_max = 2000;  // of up to 1000 hits: some 20 MB
  results_.push_back(std::move(results));
  if (results_.size() > results_max) results_.pop_front();
}

void RequestCache::forget(const UserId& user, const DeviceId& device) {
  const auto known = index_.find({user, device});
  if (known == index_.end()) return;
  slots_.erase(known->second);
  index_.erase(known);
}

}  // namespace godwit::command
