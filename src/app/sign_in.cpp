#include "app/sign_in.hpp"

#include <algorithm>
#include <iterator>

#include "auth/certificate_owner.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "net/loop.hpp"
#include "net/network.hpp"

namespace godwit::app {
namespace {

constexpr Log log("sign_in");

/// Peers without an address (Unix sockets) count as one.
auth::Address parsed_address(std::string_view address) {
  return auth::Address::parse(address).value_or(auth::Address());
}

/// What opens for one device is remembered for it alone. No user's name holds a line's end.
std::string of_device(std::string_view user, const DeviceId& device) {
  return std::string(user) + '\n' + device.str();
}

Result<auth::Credentials> certificate_credentials(const http::Request& request) {
  auto joined = auth::join_certificates(request.certificates);
  if (!joined) return pass(joined);
  return auth::Credentials{
      .user = {}, .name = {}, .password = *std::move(joined), .scheme = auth::Scheme::certificate};
}

}  // namespace

HttpSignIn::HttpSignIn(auth::Chain chain, const Issuers& issuers,
                       std::vector<auth::AccessRule> rules, command::Membership& membership,
                       SendAs send_as, const Clock& clock, Random& random, Settings settings)
    : chain_(std::move(chain)),
      issuers_(issuers),
      rules_(std::move(rules)),
      membership_(membership),
      send_as_(std::move(send_as)),
      settings_(settings),
      cache_(clock, random, settings.cache),
      failures_(clock, settings.failures, std::move(settings.unlimited)) {}

auth::FailureLimit::Attempt HttpSignIn::Sent::attempt() const {
  return {credentials.user, device_name, parsed_address(address)};
}

Result<auth::Credentials> HttpSignIn::credentials_of(const http::Request& request) const {
  auto said = auth::parse_authorization(request.header("authorization"));
  const bool is_none =
      said ? !chain_.takes(said->scheme)
           : said.error().code == Errc::incomplete || said.error().code == Errc::unsupported;
  if (!is_none || request.certificates.empty() || !chain_.takes(auth::Scheme::certificate)) {
    return said;
  }
  return certificate_credentials(request);
}

bool HttpSignIn::may_remember(const auth::Credentials& credentials) const {
  // A ticket's next request brings another authenticator: the same one again is a replay.
  return settings_.remember && credentials.scheme != auth::Scheme::negotiate;
}

command::Refusal HttpSignIn::refusal(command::Challenge challenge) const {
  return {.status = challenges(challenge).empty() ? 403 : 401, .challenge = challenge};
}

Task<HttpSignIn::Checked> HttpSignIn::check(const http::Request& request, const DeviceId* device) {
  auto credentials = credentials_of(request);
  if (!credentials) co_return refusal(command::Challenge::credentials);
  const std::string_view address = net::address_of(request.peer);
  // What names no device, OPTIONS and the page, is known by its address.
  const Sent sent{*std::move(credentials), address,
                  device == nullptr ? '@' + std::string(address) : device->str(), device};
  if (!settings_.certificate_required || sent.credentials.scheme == auth::Scheme::certificate) {
    co_return co_await check_sent(sent);
  }
  const Checked shown = co_await check_certificate(request, sent);
  const auto* const owner = std::get_if<backend::Account>(&shown);
  if (owner == nullptr) co_return shown;
  Checked checked = co_await check_sent(sent);
  const auto* const account = std::get_if<backend::Account>(&checked);
  if (account == nullptr || account->user == owner->user) co_return checked;
  log.warning("certificate.of_another",
              {{"address", address}, {"user", account->user}, {"owner", owner->user}});
  co_return command::Refusal{403, 0};
}

Task<HttpSignIn::Checked> HttpSignIn::check_certificate(const http::Request& request,
                                                        const Sent& sent) {
  auto credentials = certificate_credentials(request);
  if (!credentials) {
    log.warning("certificate.missing",
                {{"address", sent.address}, {"user", sent.credentials.user}});
    co_return command::Refusal{403, 0};
  }
  const Sent shown{*std::move(credentials), sent.address, sent.device_name, sent.device};
  auto checked = co_await check_sent(shown);
  auto* const refused = std::get_if<command::Refusal>(&checked);
  if (refused != nullptr && refused->status == 401) refused->status = 403;
  co_return checked;
}

Task<HttpSignIn::Checked> HttpSignIn::check_sent(const Sent& sent) {
  // Not before a password is looked at: who has to wait would else learn which guess is right. No
  // token is found by guessing; a good one passes whatever others sent from its address.
  if (sent.credentials.scheme == auth::Scheme::password) {
    if (const auto wait = delay_of(sent.attempt(), sent.address)) co_return *wait;
  }
  if (auto known = may_remember(sent.credentials) ? remembered(sent) : std::nullopt) {
    ++counts_.remembered;
    if (known->denied == backend::DataClasses::all()) co_return command::Refusal{403, 0};
    co_return std::move(*known);
  }
  co_return co_await verified(sent);
}

std::optional<backend::Account> HttpSignIn::remembered(const Sent& sent) {
  const auth::Credentials& credentials = sent.credentials;
  auto known = cache_.find(credentials.user, credentials.password);
  if (!known && sent.device != nullptr) {
    known = cache_.find(of_device(credentials.user, *sent.device), credentials.password);
  }
  return known;
}

Task<HttpSignIn::Checked> HttpSignIn::verified(const Sent& sent) {
  const auth::Credentials& credentials = sent.credentials;
  const std::uint64_t epoch = cache_.epoch();
  auth::Claim claim{.login = credentials.user,
                    .password = credentials.password,
                    .device = sent.device == nullptr ? "" : sent.device->str(),
                    .scheme = credentials.scheme};
  auto signed_in = co_await chain_.verify(std::move(claim), auth::asks_for_facts(rules_));
  if (!signed_in && signed_in.error().code == Errc::stale) {
    // Every phone's token does so once an hour: that is no guess.
    ++counts_.expired;
    co_return command::Refusal{.challenge = command::Challenge::fresh_token};
  }
  auto attempt = sent.attempt();
  if (!signed_in && credentials.scheme != auth::Scheme::password) {
    if (const auto wait = delay_of(attempt, sent.address)) co_return *wait;
  }
  if (!signed_in) {
    const bool is_token = credentials.scheme == auth::Scheme::bearer;
    co_return co_await refuse(
        attempt, sent.address,
        is_token ? command::Challenge::fresh_token : command::Challenge::credentials);
  }
  if (attempt.user.empty()) attempt.user = signed_in->account.user.view();
  failures_.succeeded(attempt);
  ++counts_.verified;
  const bool for_device = signed_in->for_device;
  const backend::Account account = co_await admitted(*std::move(signed_in));
  if (may_remember(credentials) && !for_device) {
    cache_.put(credentials.user, credentials.password, account, epoch);
  } else if (may_remember(credentials) && sent.device != nullptr) {
    cache_.put(of_device(credentials.user, *sent.device), credentials.password, account, epoch);
  }
  if (account.denied == backend::DataClasses::all()) co_return command::Refusal{403, 0};
  if (account.token_ends && !account.password.empty() && told_) co_await told_(account);
  co_return account;
}

Task<HttpSignIn::Checked> HttpSignIn::check_person(std::string login, Secret password,
                                                   std::string peer) {
  const auto given = auth::check_credentials(login, password.reveal());
  if (!given) co_return command::Refusal{401, 0};
  const std::string address(net::address_of(peer));
  const std::string device_name = '@' + address;
  const auth::FailureLimit::Attempt attempt{given->user, device_name, parsed_address(address)};
  if (const auto wait = delay_of(attempt, address)) co_return *wait;
  auth::Claim claim{.login = given->user, .password = given->password, .by_person = true};
  auto signed_in = co_await chain_.verify(std::move(claim), auth::asks_for_facts(rules_));
  if (!signed_in) co_return co_await refuse(attempt, address, command::Challenge::credentials);
  failures_.succeeded(attempt);
  ++counts_.verified;
  backend::Account account = co_await admitted(*std::move(signed_in));
  if (account.denied == backend::DataClasses::all()) co_return command::Refusal{403, 0};
  co_return account;
}

std::optional<command::Refusal> HttpSignIn::delay_of(const auth::FailureLimit::Attempt& attempt,
                                                     std::string_view address) {
  const auto wait = failures_.admit(attempt);
  if (!wait) return std::nullopt;
  ++counts_.delayed;
  log.warning("delayed",
              {{"address", address}, {"user", attempt.user}, {"device", attempt.device}});
  return command::Refusal{503, static_cast<unsigned>(wait->count())};
}

Task<command::Refusal> HttpSignIn::refuse(auth::FailureLimit::Attempt attempt,
                                          std::string_view address, command::Challenge challenge) {
  failures_.failed(attempt);
  ++counts_.refused;
  // What fail2ban reads (packaging/fail2ban): the address first, where nothing foreign precedes it.
  log.warning("refused",
              {{"address", address}, {"user", attempt.user}, {"device", attempt.device}});
  co_await net::sleep_for(settings_.refusal_delay);
  co_return refusal(challenge);
}

std::vector<std::string> HttpSignIn::challenges(command::Challenge challenge) const {
  std::vector<std::string> out;
  if (chain_.takes(auth::Scheme::password)) {
    out.emplace_back("Basic realm=\"Godwit\", charset=\"UTF-8\"");
  }
  if (chain_.takes(auth::Scheme::negotiate)) out.emplace_back("Negotiate");
  if (!chain_.takes(auth::Scheme::bearer)) return out;
  std::string bearer = "Bearer realm=\"Godwit\"";
  for (const auto& issuer : issuers_) {
    if (issuer->authorization().empty()) continue;
    bearer += ", authorization_uri=\"" + issuer->authorization() + '"';
    break;
  }
  if (challenge == command::Challenge::fresh_token) bearer += ", error=\"invalid_token\"";
  out.push_back(std::move(bearer));
  return out;
}

Task<auth::Access> HttpSignIn::decide(const backend::Account& account, auth::Facts facts) {
  std::vector<std::string> groups;
  for (const auth::AccessRule& rule : rules_) add_groups(rule.whom, groups);
  std::erase_if(groups, [](const std::string& group) { return !is_group_address(group); });
  groups = co_await membership_.groups_of(account, std::move(groups));
  std::ranges::move(groups, std::back_inserter(facts.groups));
  co_return auth::decide(rules_, account, facts);
}

Task<auth::Access> HttpSignIn::access_of(const backend::Account& account) {
  auth::Facts facts;
  if (auth::asks_for_facts(rules_)) facts = co_await chain_.facts(account.user.str());
  co_return co_await decide(account, std::move(facts));
}

/// What the user may do, by rules and by the configuration.
Task<backend::Account> HttpSignIn::admitted(auth::SignedIn signed_in) {
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

Task<std::vector<std::string>> HttpSignIn::groups_of(std::string user) {
  co_return (co_await chain_.facts(std::move(user))).groups;
}

void HttpSignIn::apply(const Settings& settings) {
  settings_ = settings;
  cache_.set_lifetime(settings.cache.lifetime);
  failures_.set(settings.failures, settings.unlimited);
}

void HttpSignIn::forget(const UserId& user) { cache_.drop(user); }

void HttpSignIn::pardon(const UserId& user) {
  cache_.drop(user);
  failures_.forget_user(user.view());
}

}  // namespace godwit::app
