#include "app/sign_in.hpp"

#include "auth/credentials.hpp"
#include "base/fault.hpp"
#include "base/log.hpp"
#include "net/loop.hpp"
#include "net/network.hpp"

namespace godwit::app {
namespace {

constexpr Log log("sign_in");

/// Peers without an address (Unix sockets) count as one.
auth::Address address_of(const http::Request& request) {
  return auth::Address::parse(net::address_of(request.peer)).value_or(auth::Address());
}

Task<Result<backend::Account>> ask(backend::Users& users, std::string login, Secret password) {
  bool refused = false;
  try {
    co_return co_await users.sign_in(std::move(login), std::move(password));
  } catch (const Fault& fault) {
    refused = fault.kind() == Fault::Kind::sign_in_failed;
    if (!refused) throw;
  }
  co_return fail(Errc::refused, "the backend refuses the credentials");
}

}  // namespace

BasicSignIn::BasicSignIn(backend::Users& users, const Clock& clock, Random& random,
                         Settings settings)
    : users_(users),
      settings_(settings),
      cache_(clock, random, settings.cache),
      failures_(clock, settings.failures, {}) {}

Task<std::variant<backend::Account, command::Refusal>> BasicSignIn::check(
    const http::Request& request, const DeviceId* device) {
  const auto sent = auth::parse_authorization(request.header("authorization"));
  if (!sent) co_return command::Refusal{401, 0};
  // What names no device, OPTIONS and the page, is known by its address.
  const std::string device_name =
      device == nullptr ? '@' + std::string(net::address_of(request.peer)) : device->str();
  const auth::FailureLimit::Attempt attempt{sent->user, device_name, address_of(request)};
  if (const auto wait = failures_.admit(attempt)) {
    co_return command::Refusal{503, static_cast<unsigned>(wait->count())};
  }
  // Not before: who has to wait would else learn which guess is right.
  if (settings_.remember) {
    if (auto known = cache_.find(sent->user, sent->password)) co_return std::move(*known);
  }
  const std::uint64_t epoch = cache_.epoch();
  auto account = co_await ask(users_, sent->user, sent->password);
  if (account) {
    failures_.succeeded(attempt);
    if (settings_.remember) cache_.put(sent->user, sent->password, *account, epoch);
    co_return std::move(*account);
  }
  failures_.failed(attempt);
  log.warning("refused", {{"peer", request.peer}, {"device", device_name}});
  co_await net::sleep_for(settings_.refusal_delay);
  co_return command::Refusal{401, 0};
}

void BasicSignIn::apply(const Settings& settings) {
  settings_ = settings;
  cache_.set_lifetime(settings.cache.lifetime);
  failures_.set(settings.failures);
}

void BasicSignIn::forget(const UserId& user) { cache_.drop(user); }

void BasicSignIn::pardon(const UserId& user) {
  cache_.drop(user);
  failures_.forget_user(user.view());
}

}  // namespace godwit::app
