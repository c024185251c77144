#include "auth/check.hpp"

#include <algorithm>
#include <iterator>

#include "auth/credentials.hpp"
#include "base/fault.hpp"
#include "base/log.hpp"
#include "base/text.hpp"

namespace godwit::auth {
namespace {

constexpr Log log("sign_in");

struct Asked {
  std::optional<Proof> proof;
  std::optional<Fault> fault;
  bool stale = false;
};

/// A check that says by a fault that the credentials are wrong has answered.
Task<Asked> ask(Check& check, const Claim& claim) {
  Asked out;
  try {
    auto proof = co_await check.verify(claim);
    out.stale = !proof && proof.error().code == Errc::stale;
    if (proof) out.proof = *std::move(proof);
  } catch (const Fault& fault) {
    if (fault.kind() != Fault::Kind::sign_in_failed) out.fault = fault;
  }
  co_return out;
}

}  // namespace

bool is_domain(std::string_view sent, std::string_view domain) {
  if (iequals(sent, domain)) return true;
  return !sent.empty() && !sent.contains('.') && iequals(sent, domain.substr(0, domain.find('.')));
}

Task<Result<Proof>> MailboxCheck::verify(Claim claim) {
  auto account = co_await users_.sign_in(claim.login, std::move(claim.password));
  if (!account) co_return fail(Errc::refused, account.error().message);
  co_return Proof{.login = std::move(claim.login), .account = *std::move(account)};
}

Task<std::optional<Facts>> MailboxCheck::facts(std::string) { co_return std::nullopt; }

Chain::Chain(std::vector<Link> links, backend::KnownUsers& mailboxes, std::string domain)
    : links_(std::move(links)), mailboxes_(mailboxes), domain_(std::move(domain)) {}

bool Chain::is_for(const Link& link, std::string_view login) const {
  if (link.domains.empty()) return true;
  const auto name = split_user_name(login);
  if (!name) return false;
  const std::string_view domain = name->domain.empty() ? domain_ : name->domain;
  return std::ranges::any_of(link.domains,
                             [&](const std::string& each) { return is_domain(domain, each); });
}

Task<Result<SignedIn>> Chain::verify(Claim claim, bool with_facts) {
  std::optional<Fault> unasked;
  bool stale = false;
  const bool named = claim.scheme == Scheme::password;
  for (const Link& link : links_) {
    if (link.scheme != claim.scheme || (named && !is_for(link, claim.login))) continue;
    Asked asked = co_await ask(*link.check, claim);
    if (asked.fault) {
      log.warning("check.unavailable", {{"check", link.name}, {"why", asked.fault->what()}});
      if (!unasked) unasked = std::move(asked.fault);
    }
    stale = stale || asked.stale;
    if (!asked.proof) continue;
    if (!named) {
      // The token, certificate or ticket says whose it is.
      if (!is_for(link, asked.proof->login)) continue;
      claim.login = asked.proof->login;
    }
    auto account = co_await open(*asked.proof, claim);
    if (!account) {
      log.warning("no_mailbox", {{"check", link.name}, {"why", account.error().message}});
      co_return fail(Errc::refused, "signed in, but there is no mailbox");
    }
    SignedIn out{*std::move(account), {}, link.name, asked.proof->for_device};
    if (with_facts) {
      out.facts = co_await gather(link, std::move(asked.proof->facts), claim, out.account);
    }
    co_return out;
  }
  if (unasked) throw Fault(Fault::Kind::unavailable, unasked->what());
  if (stale) co_return fail(Errc::stale, "expired");
  co_return fail(Errc::refused, "refused");
}

bool Chain::takes(Scheme scheme) const {
  return std::ranges::any_of(links_, [&](const Link& link) { return link.scheme == scheme; });
}

Task<Result<backend::Account>> Chain::open(Proof& proof, const Claim& claim) {
  if (!proof.account) {
    auto known =
        co_await mailboxes_.known(proof.login, proof.own_password ? claim.password : Secret());
    if (!known) co_return known;
    proof.account = *std::move(known);
  }
  backend::Account& account = *proof.account;
  if (account.display_name.empty()) account.display_name = std::move(proof.display_name);
  if (account.addresses.empty()) account.addresses = std::move(proof.addresses);
  account.denied = account.denied.with(proof.denied);
  account.token_ends = proof.token_ends;
  co_return std::move(account);
}

Task<Facts> Chain::facts(std::string user) {
  for (const Link& link : links_) {
    if (!is_for(link, user)) continue;
    if (auto found = co_await link.check->facts(user)) co_return *std::move(found);
  }
  co_return Facts{};
}

/// Of the check that let the user in, if it knows any; else of the first that does. A fault of one
/// is a fault of all: rules that deny must not be passed for lack of what they are about.
Task<Facts> Chain::gather(const Link& by, std::optional<Facts> known, const Claim& claim,
                          const backend::Account& account) {
  if (known) co_return *std::move(known);
  for (const Link& link : links_) {
    if (&link == &by || !is_for(link, claim.login)) continue;
    if (auto found = co_await link.check->facts(account.user.str())) co_return *std::move(found);
  }
  co_return Facts{};
}

}  // namespace godwit::auth
