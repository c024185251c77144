#include "oidc/issuer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "auth/key_set.hpp"
#include "base/fault.hpp"
#include "base/log.hpp"
#include "http/client.hpp"
#include "http/date.hpp"
#include "net/deadline.hpp"
#include "oidc/metadata.hpp"

namespace godwit::oidc {
namespace {

constexpr Log log("oidc");
constexpr unsigned redirects_max = 3;  // of one document
/// Who has a key that is known already does not wait longer for news of it.
constexpr std::chrono::seconds patience{2};
constexpr auto redirects = std::to_array<int>({301, 302, 303, 307, 308});

[[noreturn]] void unusable(const Place& place, const std::string& what) {
  throw Fault(Fault::Kind::unavailable,
              fmt::format("{}{}: {}", place.origin.text(), place.target, what));
}

struct Found {
  Metadata metadata;
  auth::KeySet keys;
  std::optional<Time> date;  // as its clock has it
};

Task<http::ClientReply> ask(const IssuerSettings& settings, const Place& place) {
  net::ConnectSettings server{.host = place.origin.host, .port = place.origin.port};
  server.limit = settings.limit;
  server.tls = net::TlsClientSettings{.ca_file = settings.ca_file};
  http::Client client(std::move(server), std::max(metadata_bytes_max, auth::key_set_bytes_max));
  http::ClientRequest request{.target = place.target};
  request.headers = {{"Host", place.host()}, {"Accept", "application/json"}};
  co_return co_await client.send(std::move(request), settings.limit);
}

/// Nothing where there is no such document (404).
Task<std::optional<http::ClientReply>> fetch(const IssuerSettings& settings, Place place) {
  for (unsigned i = 0; i <= redirects_max; ++i) {
    auto reply = co_await ask(settings, place);
    if (reply.status == 200) co_return std::move(reply);
    if (reply.status == 404) co_return std::nullopt;
    if (std::ranges::find(redirects, reply.status) == redirects.end()) {
      unusable(place, fmt::format("it answers {}", reply.status));
    }
    auto next = redirected(place, reply.header("Location"));
    if (!next) unusable(place, "redirects elsewhere than to https:");
    place = *std::move(next);
  }
  unusable(place, "too many redirects");
}

Task<Found> find(const IssuerSettings& settings) {
  const auto places = metadata_places(settings.name);
  if (!places) throw Fault(Fault::Kind::unavailable, places.error().message);
  for (const Place& place : *places) {
    const auto document = co_await fetch(settings, place);
    if (!document) continue;
    auto metadata = parse_metadata(document->body, settings.name);
    if (!metadata) unusable(place, metadata.error().message);
    const auto published = co_await fetch(settings, metadata->keys);
    if (!published) unusable(metadata->keys, "it answers 404");
    auto keys = auth::KeySet::parse(published->body);
    if (!keys) unusable(metadata->keys, keys.error().message);
    Found out{.metadata = *std::move(metadata), .keys = *std::move(keys), .date = {}};
    if (const auto date = http::parse_http_date(published->header("Date"))) out.date = *date;
    co_return out;
  }
  unusable(places->front(), "it answers 404");
}

}  // namespace

struct Issuer::State {
  /// Since the keys were looked up. The longest time where the clock was set back.
  std::chrono::milliseconds age() const {
    const Time now = clock.now();
    return now < looked ? std::chrono::milliseconds::max() : now - looked;
  }
  bool may_look() const {
    const Time now = clock.now();
    return !asked || now < *asked || now - *asked >= settings.pause;
  }

  IssuerSettings settings;
  const Clock& clock;
  auth::KeySet keys{};
  std::string authorization{};
  std::optional<std::chrono::seconds> ahead{};
  Time looked{};                // when the keys were found
  std::optional<Time> asked{};  // when that was last tried
  std::string problem{};        // of the last look; empty: none
  Counts counts{};
};

Issuer::Issuer(IssuerSettings settings, const Clock& clock)
    : state_(std::make_shared<State>(std::move(settings), clock)) {}
Issuer::~Issuer() = default;

const std::string& Issuer::name() const { return state_->settings.name; }
const std::string& Issuer::authorization() const { return state_->authorization; }
const Issuer::Counts& Issuer::counts() const { return state_->counts; }
std::size_t Issuer::keys() const { return state_->keys.size(); }
Time Issuer::looked() const { return state_->looked; }
std::optional<std::chrono::seconds> Issuer::clock_ahead() const { return state_->ahead; }

Task<Result<auth::VerifiedToken>> Issuer::verify(Secret token, auth::TokenRules rules) {
  const auto state = state_;
  const auto check = [&] {
    if (state->age() >= state->settings.kept_for) state->keys = {};
    return auth::verify_token(token, rules, state->keys, state->clock.now());
  };
  auto verified = check();
  const bool unknown = !verified && verified.error().code == Errc::not_found;
  const bool due = verified && state->age() >= state->settings.fresh_for;
  if (!unknown && !due) co_return verified;
  if ((job_ && !job_->ended()) || state->may_look()) {
    co_await shared_look(due ? std::min<std::chrono::milliseconds>(patience, state->settings.limit)
                             : state->settings.limit);
    if (state->problem.empty()) {
      verified = check();
      if (verified || verified.error().code != Errc::not_found) co_return verified;
      co_return fail(Errc::refused, "a token by a key that is not the issuer's");
    }
  }
  if (verified) co_return verified;
  throw Fault(Fault::Kind::unavailable,
              state->problem.empty() ? state->settings.name + ": was asked for keys a moment ago"
                                     : state->problem);
}

Task<std::size_t> Issuer::look() {
  const auto state = state_;
  co_await shared_look(state->settings.limit);
  if (!state->problem.empty()) throw Fault(Fault::Kind::unavailable, state->problem);
  co_return state->keys.size();
}

/// Whoever asks may go away; the look goes on for the others.
Task<> Issuer::shared_look(std::chrono::milliseconds limit) {
  const auto state = state_;
  if (!job_ || job_->ended()) {
    state->asked = state->clock.now();
    job_ = co_await net::Job::begin(look_up(state), "oidc.look");
  }
  co_await job_->wait(limit);
}

Task<> Issuer::look_up(std::shared_ptr<State> state) {
  ++state->counts.looks;
  state->problem = state->settings.name + ": no answer yet";
  try {
    Found found = co_await net::with_deadline(state->settings.limit, find(state->settings));
    state->keys = std::move(found.keys);
    state->authorization = std::move(found.metadata.authorization);
    state->looked = state->clock.now();
    state->ahead.reset();
    if (found.date)
      state->ahead = std::chrono::floor<std::chrono::seconds>(*found.date - state->looked);
    state->problem.clear();
    log.info("keys.fetched", {{"issuer", state->settings.name}, {"keys", state->keys.size()}});
    co_return;
  } catch (const Fault& fault) {
    state->problem = fault.what();
  } catch (const boost::system::system_error& error) {
    if (error.code() == boost::asio::error::operation_aborted) throw;
    state->problem = state->settings.name + ": " + error.code().message();
  }
  ++state->counts.failures;
  log.warning("keys.unavailable", {{"issuer", state->settings.name}, {"why", state->problem}});
}

}  // namespace godwit::oidc
