#include "auth/sign_in_cache.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/bytes.hpp"

namespace godwit::auth {
namespace {

constexpr int key_words = 4;  // 256 bits, as long as the digest

Secret make_key(Random& random) {
  std::string key;
  key.reserve(key_words * sizeof(std::uint64_t));
  for (int i = 0; i < key_words; ++i) {
    const std::uint64_t word = random.next();
    for (unsigned shift = 0; shift < 64; shift += 8)
      key += static_cast<char>(word >> shift & 0xFFU);
  }
  return Secret(std::move(key));
}

}  // namespace

SignInCache::SignInCache(const Clock& clock, Random& random, Limits limits)
    : clock_(clock), limits_(limits), hash_key_(make_key(random)), entries_(limits.entries_max) {}

std::optional<backend::Account> SignInCache::find(std::string_view user, const Secret& password) {
  drop_expired();
  const Entry* entry = entries_.find(key_of(user, password));
  if (entry == nullptr || expired(*entry)) return std::nullopt;
  auto account = entry->account.with(entry->with_password ? password : Secret());
  if (account.token_ends && *account.token_ends <= clock_.now()) return std::nullopt;
  return account;
}

void SignInCache::put(std::string_view user, const Secret& password,
                      const backend::Account& account, std::uint64_t epoch) {
  if (epoch != epoch_) return;
  drop_expired();
  entries_.put(key_of(user, password),
               {backend::CompactAccount(account), clock_.now(), !account.password.empty()});
}

void SignInCache::drop(const UserId& user) {
  ++epoch_;
  entries_.erase_if([&](const Entry& entry) { return entry.account.user() == user; });
}

/// Digests are even enough as they are.
std::size_t SignInCache::KeyHash::operator()(const Key& key) const noexcept {
  std::size_t value = 0;
  std::memcpy(&value, key.data(), sizeof(value));
  return value;
}

/// The length keeps `a` + `bc` and `ab` + `c` apart. Half of the digest: nobody who does not know
/// the key can look for two that are equal.
SignInCache::Key SignInCache::key_of(std::string_view user, const Secret& password) const {
  std::string text = std::to_string(user.size()) + ':';
  text.reserve(text.size() + user.size() + password.reveal().size());
  text += user;
  text += password.reveal();
  const Secret material(std::move(text));
  Key key{};
  std::ranges::copy_n(digest256(material.reveal(), hash_key_.reveal()).begin(), key.size(),
                      key.begin());
  return key;
}

/// Also when the clock was set back: then nobody knows how old it is.
bool SignInCache::expired(const Entry& entry) const {
  const Time now = clock_.now();
  return now < entry.verified || now - entry.verified >= limits_.lifetime;
}

void SignInCache::drop_expired() {
  for (const Entry* oldest = entries_.oldest(); oldest != nullptr && expired(*oldest);
       oldest = entries_.oldest()) {
    entries_.drop_oldest();
  }
}

}  // namespace godwit::auth
