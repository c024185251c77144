#include "app/sign_in.hpp"

#include <algorithm>
#include <iterator>

#include "auth/credentials.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "net/loop.hpp"
#include "net/network.hpp"

namespace godwit::app {
namespace {

constexpr Log log("sign_in");

/// Peers without an address (Unix sockets) count as one.
auth::Address address_of(std::string_view peer) {
  return auth::Address::parse(net::address_of(peer)).value_or(auth::Address());
}

/// What opens for one device is remembered for it alone. No user's name holds a line's end.
std::string of_device(std::string_view user, const DeviceId& device) {
  return std::string(user) + '\n' + device.str();
}

}  // namespace

BasicSignIn::BasicSignIn(auth::Chain chain, std::vector<auth::AccessRule> rules,
                         command::Membership& membership, SendAs send_as, const Clock& clock,
                         Random& random, Settings settings)
    : chain_(std::move(chain)),
      rules_(std::move(rules)),
      membership_(membership),
      send_as_(std::move(send_as)),
      settings_(settings),
      cache_(clock, random, settings.cache),
      failures_(clock, settings.failures, std::move(settings.unlimited)) {}

Task<std::variant<backend::Account, command::Refusal>> BasicSignIn::check(
    const http::Request& request, const DeviceId* device) {
  const auto sent = auth::parse_authorization(request.header("authorization"));
  if (!sent) co_return command::Refusal{401, 0};
  const std::string_view address = net::address_of(request.peer);
  // What names no device, OPTIONS and the page, is known by its address.
  const std::string device_name = device == nullptr ? '@' + std::string(address) : device->str();
  const auth::FailureLimit::Attempt attempt{sent->user, device_name, address_of(request.peer)};
  if (const auto wait = delay_of(attempt, address)) co_return *wait;
  // Not before: who has to wait would else learn which guess is right.
  if (settings_.remember) {
    auto known = cache_.find(sent->user, sent->password);
    if (!known && device != nullptr) {
      known = cache_.find(of_device(sent->user, *device), sent->password);
    }
    if (known) {
      ++counts_.remembered;
      if (known->denied == backend::DataClasses::all()) co_return command::Refusal{403, 0};
      co_return std::move(*known);
    }
  }
  const std::uint64_t epoch = cache_.epoch();
  auth::Claim claim{sent->user, sent->password, device == nullptr ? "" : device->str()};
  auto signed_in = co_await chain_.verify(std::move(claim), auth::asks_for_facts(rules_));
  if (signed_in) {
    failures_.succeeded(attempt);
    ++counts_.verified;
    const bool for_device = signed_in->for_device;
    const backend::Account account = co_await admitted(*std::move(signed_in));
    if (settings_.remember && !for_device) {
      cache_.put(sent->user, sent->password, account, epoch);
    } else if (settings_.remember && device != nullptr) {
      cache_.put(of_device(sent->user, *device), sent->password, account, epoch);
    }
    if (account.denied == backend::DataClasses::all()) co_return command::Refusal{403, 0};
    co_return account;
  }
  co_return co_await refuse(attempt, address);
}

Task<std::variant<backend::Account, command::Refusal>> BasicSignIn::check_person(std::string login,
                                                                                 Secret password,
                                                                                 std::string peer) {
  const auto given = auth::check_credentials(login, password.reveal());
  if (!given) co_return command::Refusal{401, 0};
  const std::string address(net::address_of(peer));
  const std::string device_name = '@' + address;
  const auth::FailureLimit::Attempt attempt{given->user, device_name, address_of(peer)};
  if (const auto wait = delay_of(attempt, address)) co_return *wait;
  auth::Claim claim{.login = given->user, .password = given->password, .by_person = true};
  auto signed_in = co_await chain_.verify(std::move(claim), auth::asks_for_facts(rules_));
  if (!signed_in) co_return co_await refuse(attempt, address);
  failures_.succeeded(attempt);
  ++counts_.verified;
  backend::Account account = co_await admitted(*std::move(signed_in));
  if (account.denied == backend::DataClasses::all()) co_return command::Refusal{403, 0};
  co_return account;
}

std::optional<command::Refusal> BasicSignIn::delay_of(const auth::FailureLimit::Attempt& attempt,
                                                      std::string_view address) {
  const auto wait = failures_.admit(attempt);
  if (!wait) return std::nullopt;
  ++counts_.delayed;
  log.warning("delayed",
              {{"address", address}, {"user", attempt.user}, {"device", attempt.device}});
  return command::Refusal{503, static_cast<unsigned>(wait->count())};
}

Task<command::Refusal> BasicSignIn::refuse(auth::FailureLimit::Attempt attempt,
                                           std::string_view address) {
  failures_.failed(attempt);
  ++counts_.refused;
  // What fail2ban reads (packaging/fail2ban): the address first, where nothing foreign precedes it.
  log.warning("refused",
              {{"address", address}, {"user", attempt.user}, {"device", attempt.device}});
  co_await net::sleep_for(settings_.refusal_delay);
  co_return command::Refusal{401, 0};
}

Task<auth::Access> BasicSignIn::decide(const backend::Account& account, auth::Facts facts) {
  std::vector<std::string> groups;
  for (const auth::AccessRule& rule : rules_) add_groups(rule.whom, groups);
  std::erase_if(groups, [](const std::string& group) { return !is_group_address(group); });
  groups = co_await membership_.groups_of(account, std::move(groups));
  std::ranges::move(groups, std::back_inserter(facts.groups));
  co_return auth::decide(rules_, account, facts);
}

Task<auth::Access> BasicSignIn::access_of(const backend::Account& account) {
  auth::Facts facts;
  if (auth::asks_for_facts(rules_)) facts = co_await chain_.facts(account.user.str());
  co_return co_await decide(account, std::move(facts));
}

/// What the user may do, by rules and by the configuration.
Task<backend::Account> BasicSignIn::admitted(auth::SignedIn signed_in) {
  backend::Account account = std::move(signed_in.account);
  const auth::Access access = co_await decide(account, std::move(signed_in.facts));
  account.denied = account.denied.with(access.denied);
  if (!access.rule.empty()) {
    const bool all = account.denied == backend::DataClasses::all();
    log.info(all ? "denied" : "restricted", {{"user", account.user}, {"rule", access.rule}});
  }
  const auto found = send_as_.find(ascii_lower(account.user.str()));
  if (found != send_as_.end()) {
    std::ranges::copy(found->second, std::back_inserter(account.send_as));
  }
  co_return account;
}

Task<std::vector<std::string>> BasicSignIn::groups_of(std::string user) {
  co_return (co_await chain_.facts(std::move(user))).groups;
}

void BasicSignIn::apply(const Settings& settings) {
  settings_ = settings;
  cache_.set_lifetime(settings.cache.lifetime);
  failures_.set(settings.failures, settings.unlimited);
}

void BasicSignIn::forget(const UserId& user) { cache_.drop(user); }

void BasicSignIn::pardon(const UserId& user) {
  cache_.drop(user);
  failures_.forget_user(user.view());
}

}  // namespace godwit::app
