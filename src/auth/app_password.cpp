#include "auth/app_password.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "base/bytes.hpp"
#include "base/fault.hpp"
#include "base/pack.hpp"
#include "base/text.hpp"

namespace godwit::auth {
namespace {

constexpr std::uint64_t format = 1;
constexpr std::size_t secret_bits = 128;
constexpr std::size_t group_letters = 4;
constexpr int attempts_max = 5;  // against another who adds at the same time
constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz234567";  // RFC 4648 6

struct Stored {
  AppPassword entry;
  std::string salt;
  std::string digest;
};

std::string random_bytes(Random& random, std::size_t count) {
  std::string out;
  while (out.size() < count) {
    const std::uint64_t word = random.next();
    for (unsigned shift = 0; shift < 64; shift += 8) {
      out += static_cast<char>(word >> shift & 0xFFU);
    }
  }
  out.resize(count);
  return out;
}

/// In groups, to be typed on a phone.
Secret random_password(Random& random) {
  const Secret bytes(random_bytes(random, secret_bits / 8));
  std::string out;
  out.reserve(secret_bits / 4);
  unsigned pending = 0;
  unsigned bits = 0;
  std::size_t count = 0;
  const auto add = [&](unsigned index) {
    if (count > 0 && count % group_letters == 0) out += '-';
    out += letters[index & 31U];
    ++count;
  };
  for (const char c : bytes.reveal()) {
    pending = (pending << 8U | static_cast<unsigned char>(c)) & 0xFFFU;
    for (bits += 8; bits >= 5; bits -= 5) add(pending >> (bits - 5));
  }
  if (bits > 0) add(pending << (5 - bits));
  return Secret(std::move(out));
}

/// As it is typed, and as it is meant.
Secret plain(const Secret& typed) {
  std::string out;
  out.reserve(typed.reveal().size());
  for (const char c : typed.reveal()) {
    if (c != '-' && c != ' ') out += ascii_lower(c);
  }
  return Secret(std::move(out));
}

std::string digest_of(const Secret& password, std::string_view salt) {
  return digest256(plain(password).reveal(), salt);
}

std::string pack(const Stored& stored) {
  Packer out;
  out.number(format)
      .text(stored.entry.name)
      .optional_text(stored.entry.device)
      .number(stored.entry.scopes.bits())
      .signed_number(stored.entry.made.time_since_epoch().count())
      .text(stored.salt)
      .text(stored.digest);
  return std::move(out).bytes();
}

/// Error: malformed.
Result<Stored> unpack(const store::Record& record) {
  Unpacker in(record.value);
  Stored out;
  const bool known = in.number() == format;
  out.entry.id = record.key.name;
  out.entry.name = in.text();
  out.entry.device = in.optional_text();
  out.entry.scopes = backend::DataClasses::from_bits(in.number());
  out.entry.made = Time(std::chrono::milliseconds(in.signed_number()));
  out.salt = in.text();
  out.digest = in.text();
  if (!known || !in.finish()) return fail(Errc::malformed, "app password " + out.entry.id);
  return out;
}

store::Key key_of(const UserId& user, std::string id) {
  return {user.str(), store::Kind::app_password, std::move(id)};
}

/// One that cannot be read opens nothing, and keeps no other from doing so.
Task<std::vector<Stored>> read(store::Store& store, const UserId& user) {
  std::vector<Stored> out;
  for (const store::Record& record :
       co_await store.list(user.str(), store::Kind::app_password, "", "", app_passwords_max)) {
    if (auto one = unpack(record)) out.push_back(*std::move(one));
  }
  co_return out;
}

Result<> check_name(const std::string& name) {
  const bool clean = utf8_valid(name) && std::ranges::none_of(name, [](char c) {
                       return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
                     });
  if (!clean) return fail(Errc::malformed, "the name is no line of text");
  if (name.size() > app_password_name_max) return fail(Errc::too_large, "the name is too long");
  return {};
}

}  // namespace

Task<Result<MadeAppPassword>> AppPasswords::add(UserId user, NewAppPassword wanted) {
  if (const auto good = check_name(wanted.name); !good) co_return pass(good);
  if (wanted.scopes.empty()) co_return fail(Errc::incomplete, "it would open nothing");
  for (int attempt = 0; attempt < attempts_max; ++attempt) {
    if ((co_await read(store_, user)).size() >= app_passwords_max) {
      co_return fail(Errc::too_large, "the user has as many as there may be; revoke one");
    }
    Stored made{.entry = {.id = hex_encode(random_bytes(random_, 4)),
                          .name = wanted.name,
                          .device = {},
                          .scopes = wanted.scopes,
                          .made = clock_.now()},
                .salt = random_bytes(random_, 16),
                .digest = {}};
    if (wanted.device) made.entry.device = ascii_lower(wanted.device->view());
    Secret password = random_password(random_);
    made.digest = digest_of(password, made.salt);
    std::vector<store::Write> batch;
    batch.push_back({key_of(user, made.entry.id), 0, pack(made)});
    if (co_await store_.commit(std::move(batch))) {
      co_return MadeAppPassword{std::move(made.entry), std::move(password)};
    }
  }
  throw Fault(Fault::Kind::busy, "no free id for an app password");
}

Task<std::vector<AppPassword>> AppPasswords::list(UserId user) {
  std::vector<AppPassword> out;
  for (Stored& one : co_await read(store_, user)) out.push_back(std::move(one.entry));
  std::ranges::sort(out, {}, [](const AppPassword& one) { return std::pair(one.made, one.id); });
  co_return out;
}

Task<Result<>> AppPasswords::revoke(UserId user, std::string id) {
  store::Key key = key_of(user, std::move(id));
  if (!co_await store_.get(key)) co_return fail(Errc::not_found, "no such app password");
  std::vector<store::Write> batch;
  batch.push_back({std::move(key), std::nullopt, std::nullopt});
  static_cast<void>(co_await store_.commit(std::move(batch)));
  co_return Result<>{};
}

Task<std::optional<AppPassword>> AppPasswords::find(UserId user, Secret password,
                                                    std::string device) {
  const std::string name = ascii_lower(device);
  std::optional<AppPassword> found;
  for (Stored& one : co_await read(store_, user)) {
    if (!(Secret(digest_of(password, one.salt)) == Secret(one.digest))) continue;
    // A request without a device gets nobody's data: it asks for versions, or for the page.
    const bool fits = !one.entry.device || name.empty() || *one.entry.device == name;
    if (fits) found = std::move(one.entry);
  }
  co_return found;
}

Task<Result<Proof>> AppPasswordCheck::verify(Claim claim) {
  if (claim.by_person) co_return fail(Errc::refused, "an app password is not for people");
  auto account = co_await users_.known(claim.login, {});
  if (!account) co_return fail(Errc::refused, account.error().message);
  const auto found =
      co_await passwords_.find(account->user, std::move(claim.password), std::move(claim.device));
  if (!found) co_return fail(Errc::refused, "no such app password");
  co_return Proof{.login = std::move(claim.login),
                  .account = *std::move(account),
                  .own_password = false,
                  .for_device = found->device.has_value(),
                  .denied = backend::DataClasses::all().without(found->scopes)};
}

Task<std::optional<Facts>> AppPasswordCheck::facts(std::string) { co_return std::nullopt; }

}  // namespace godwit::auth
