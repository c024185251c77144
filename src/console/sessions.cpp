#include "console/sessions.hpp"

#include <algorithm>
#include <cstring>

#include "base/bytes.hpp"

namespace godwit::console {
namespace {

constexpr std::size_t id_words = 4;  // of 64 bits

}  // namespace

std::string Sessions::begin(backend::Account account) {
  make_room(account.user);
  std::string raw;
  for (std::size_t word = 0; word < id_words; ++word) {
    const std::uint64_t bits = random_.next();
    raw.append(reinterpret_cast<const char*>(&bits), sizeof bits);
  }
  std::string id = hex_encode(raw);
  const Time now = clock_.now();
  table_.put(key_of(id), Session{std::move(account), now, now});
  return id;
}

std::optional<backend::Account> Sessions::find(std::string_view id) {
  const Key key = key_of(id);
  const std::optional<Session>* const found = table_.find(key);
  if (found == nullptr) return std::nullopt;
  if (is_over(**found)) {
    table_.erase(key);
    return std::nullopt;
  }
  Session& session = *table_.touch(key);
  session.seen = clock_.now();
  return session.account;
}

void Sessions::end(std::string_view id) { table_.erase(key_of(id)); }

void Sessions::end_all_of(const UserId& user) {
  table_.erase_if([&](const auto& session) { return session->account.user == user; });
}

std::string Sessions::form_token(std::string_view id) {
  return hex_encode(digest256("form token", id));
}

std::size_t Sessions::KeyHash::operator()(const Key& key) const noexcept {
  std::size_t out = 0;
  std::memcpy(&out, key.data(), sizeof out);
  return out;
}

Sessions::Key Sessions::key_of(std::string_view id) {
  Key key{};
  std::ranges::copy(digest256(id), key.begin());
  return key;
}

bool Sessions::is_over(const Session& session) const {
  const Time now = clock_.now();
  return now - session.seen >= limits_.idle || now - session.began >= limits_.whole;
}

void Sessions::make_room(const UserId& user) {
  std::size_t count = 0;
  const std::optional<Session>* oldest = nullptr;
  table_.erase_if([&](const auto& session) {
    if (is_over(*session)) return true;
    if (session->account.user != user) return false;
    ++count;
    if (oldest == nullptr || session->seen < (*oldest)->seen) oldest = &session;
    return false;
  });
  if (count < limits_.sessions_of_user_max) return;
  table_.erase_if([&](const auto& session) { return &session == oldest; });
}

}  // namespace godwit::console
