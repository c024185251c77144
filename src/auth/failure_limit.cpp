#include "auth/failure_limit.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>

#include "base/bytes.hpp"
#include "base/text.hpp"

namespace godwit::auth {
namespace {

using std::chrono::seconds;

constexpr unsigned v6_site_bits = 64;   // a subscriber has at least as many addresses (RFC 6177)
constexpr unsigned doublings_max = 30;  // beyond any delay

std::array<char, 16> to_key(const std::string& digest) {
  std::array<char, 16> key{};
  std::ranges::copy(digest, key.begin());
  return key;
}

}  // namespace

std::size_t FailureLimit::KeyHash::operator()(const Key& key) const noexcept {
  std::size_t value = 0;
  std::memcpy(&value, key.data(), sizeof(value));
  return value;
}

FailureLimit::Key FailureLimit::user_key(std::string_view user) {
  return to_key(digest128(ascii_lower(user)));
}

FailureLimit::Key FailureLimit::address_key(const Address& address) {
  return to_key(
      digest128(address.is_v4() ? address.bytes() : address.masked(v6_site_bits).bytes()));
}

FailureLimit::Key FailureLimit::device_key(const Attempt& attempt) {
  return to_key(digest128(digest128(ascii_lower(attempt.user)) + ascii_lower(attempt.device)));
}

FailureLimit::FailureLimit(const Clock& clock, Limits limits, std::vector<Network> allowed)
    : clock_(clock),
      limits_(limits),
      allowed_(std::move(allowed)),
      users_(limits.entries_max),
      addresses_(limits.entries_max),
      devices_(limits.entries_max) {
  limits_.forget_after = std::max(limits_.forget_after, limits_.delay_max);
}

std::optional<seconds> FailureLimit::admit(const Attempt& attempt) {
  if (contains(allowed_, attempt.from) || known(attempt)) return std::nullopt;
  Failures* user = attempt.user.empty() ? nullptr : users_.find(user_key(attempt.user));
  Failures* address = addresses_.find(address_key(attempt.from));
  const auto longest = std::max(wait(user), wait(address));
  if (longest > seconds(0)) return longest;
  take_turn(user, limits_.user_failures_free);
  take_turn(address, limits_.address_failures_free);
  return std::nullopt;
}

seconds FailureLimit::waiting(std::string_view user) { return wait(users_.find(user_key(user))); }

void FailureLimit::failed(const Attempt& attempt) {
  if (contains(allowed_, attempt.from)) return;
  if (Known* device = devices_.find(device_key(attempt))) ++device->failures;
  if (!attempt.user.empty()) {
    count(users_, user_key(attempt.user), limits_.user_failures_free);
  }
  count(addresses_, address_key(attempt.from), limits_.address_failures_free);
}

void FailureLimit::succeeded(const Attempt& attempt) {
  if (attempt.device.empty()) return;
  devices_.touch(device_key(attempt)) = Known{clock_.now(), 0};
}

void FailureLimit::forget_user(std::string_view user) { users_.erase(user_key(user)); }

bool FailureLimit::known(const Attempt& attempt) {
  const Known* device = devices_.find(device_key(attempt));
  return device != nullptr && device->failures < limits_.device_failures_max &&
         clock_.now() - device->succeeded < limits_.known_for;
}

/// What the failure number `count` costs.
seconds FailureLimit::delay(unsigned count, unsigned free) const {
  if (count < free) return seconds(0);
  const unsigned doublings = std::min(count - free, doublings_max);
  return std::min(limits_.delay_first * (std::int64_t{1} << doublings), limits_.delay_max);
}

/// Rounded up, and never longer than the longest delay: the clock may have been set back.
seconds FailureLimit::wait(const Failures* failures) {
  if (failures == nullptr) return seconds(0);
  const auto left = std::chrono::ceil<seconds>(failures->blocked_until - clock_.now());
  return std::clamp(left, seconds(0), limits_.delay_max);
}

void FailureLimit::count(Table<Failures>& table, const Key& key, unsigned free) {
  const Time now = clock_.now();
  Failures& failures = table.touch(key);
  if (now - failures.last >= limits_.forget_after) failures = Failures{};
  ++failures.count;
  failures.last = now;
  failures.blocked_until = now + delay(failures.count, free);
}

void FailureLimit::take_turn(Failures* failures, unsigned free) {
  if (failures == nullptr || clock_.now() - failures->last >= limits_.forget_after) return;
  failures->blocked_until = clock_.now() + delay(failures->count, free);
}

}  // namespace godwit::auth
