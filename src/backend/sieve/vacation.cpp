#include "backend/sieve/vacation.hpp"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <utility>

#include "backend/sieve/client.hpp"
#include "base/fault.hpp"
#include "base/log.hpp"
#include "base/text.hpp"

namespace godwit::backend {
namespace {

using namespace sieve;  // NOLINT(google-build-using-namespace): this file is its public face

constexpr Log sieve_log("sieve");
constexpr int attempts_max = 3;  // others may write scripts between our look and our write

/// As Fault: a connection that broke, and one that took too long.
[[noreturn]] void rethrow(const SieveSettings& settings, const boost::system::system_error& error) {
  if (error.code() == boost::asio::error::operation_aborted) throw error;
  const bool late = error.code() == boost::asio::error::timed_out;
  throw Fault(late ? Fault::Kind::timed_out : Fault::Kind::unavailable,
              settings.host + ": " + error.code().message());
}

Task<OutOfOffice> read(const SieveSettings& settings, const Account& account,
                       const std::vector<std::string>& domains) {
  Client client(settings);
  co_await client.open(account);
  const Snapshot now = co_await client.look();
  co_await client.close();
  co_return read_state(now, domains);
}

/// Looks, plans, looks again, writes: what another writes in that last moment alone is not noticed,
/// for the protocol has no condition on a write.
Task<Result<>> write_once(Client& client, const OutOfOffice& wanted, const Circumstances& around) {
  const Snapshot now = co_await client.look();
  auto steps = plan(now, wanted, around);
  if (!steps) co_return pass(steps);
  if (steps->empty()) co_return Result<>{};
  if (co_await client.look() != now) co_return fail(Errc::conflict, "the scripts changed");
  std::string active_after = now.active;
  for (Step& step : *steps) {
    if (step.kind == Step::Kind::activate) active_after = step.name;
    if (auto done = co_await client.carry_out(std::move(step)); !done) co_return done;
  }
  // A script that became active meanwhile would run instead of ours.
  const Snapshot then = co_await client.look();
  if (then.active != active_after) co_return fail(Errc::conflict, "the scripts changed");
  co_return Result<>{};
}

Task<Result<>> write_all(const SieveSettings& settings, const Account& account,
                         const OutOfOffice& wanted, Circumstances around) {
  Client client(settings);
  co_await client.open(account);
  around.extensions = client.extensions();
  Result<> done;
  for (int attempt = 0; attempt < attempts_max; ++attempt) {
    done = co_await write_once(client, wanted, around);
    if (done || done.error().code != Errc::conflict) break;
  }
  co_await client.close();
  co_return done;
}

}  // namespace

std::vector<std::string> SieveVacation::domains_of(const Account& account) const {
  if (!settings_.domains.empty()) return settings_.domains;
  std::vector<std::string> out;
  for (const std::string& address : account.addresses) {
    const std::size_t at = address.rfind('@');
    if (at == std::string::npos || at + 1 == address.size()) continue;
    std::string domain = ascii_lower(address.substr(at + 1));
    if (std::ranges::find(out, domain) == out.end()) out.push_back(std::move(domain));
  }
  return out;
}

Task<OutOfOffice> SieveVacation::out_of_office(Account account) {
  const std::vector<std::string> domains = domains_of(account);
  try {
    co_return co_await read(settings_, account, domains);
  } catch (const boost::system::system_error& error) {
    rethrow(settings_, error);
  }
}

Task<Result<>> SieveVacation::set_out_of_office(Account account, OutOfOffice settings) {
  const UserId user = account.user;
  auto done = co_await write(std::move(account), std::move(settings));
  if (!done) {
    sieve_log.warning("sieve.not_written", {{"user", user}, {"why", done.error().message}});
  }
  co_return done;
}

Task<Result<>> SieveVacation::write(Account account, OutOfOffice settings) {
  Circumstances around{.extensions = {},
                       .addresses = account.addresses,
                       .domains = domains_of(account),
                       .known = {}};
  const bool known_matter = settings.state != OutOfOffice::State::disabled &&
                            settings.external_known.enabled && !settings.external_unknown.enabled;
  if (known_ && known_matter) around.known = co_await known_(account);
  try {
    co_return co_await write_all(settings_, account, settings, std::move(around));
  } catch (const boost::system::system_error& error) {
    rethrow(settings_, error);
  }
}

}  // namespace godwit::backend
