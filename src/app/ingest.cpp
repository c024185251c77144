#include "app/ingest.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <set>

#include "autodiscover/request.hpp"
#include "base/bytes.hpp"
#include "base/fault.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "command/reply.hpp"
#include "net/loop.hpp"
#include "net/network.hpp"

namespace godwit::app {
namespace {

constexpr Log log("ingest");
constexpr double burst_seconds = 10;                   // what may come at once
constexpr std::chrono::minutes complaint_interval{1};  // a line each
constexpr std::size_t at_a_time = 100;                 // events before others have their turn
constexpr std::size_t secret_bytes_min = 16;

/// `Basic` and `Bearer`, in the bytes that follow.
std::optional<std::string_view> credentials(std::string_view value, std::string_view scheme) {
  if (!istarts_with(value, scheme) || value.size() <= scheme.size() ||
      value[scheme.size()] != ' ') {
    return std::nullopt;
  }
  return trim(value.substr(scheme.size() + 1));
}

/// W3C WebSub 7.1: X-Hub-Signature-256: sha256=HEX, of the body.
bool is_signed(const Secret& secret, const http::Request& request) {
  constexpr std::string_view method = "sha256=";
  const std::string_view value = trim(request.header("x-hub-signature-256"));
  if (!value.starts_with(method)) return false;
  const auto sent = hex_decode(value.substr(method.size()));
  std::array<unsigned char, crypto_auth_hmacsha256_BYTES> own{};
  if (!sent || sent->size() != own.size() || request.body->size() > ingest::body_bytes_max) {
    return false;
  }
  const auto bytes = [](std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
  };
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, bytes(secret.reveal()), secret.reveal().size());
  const std::string_view body = request.body->view();
  crypto_auth_hmacsha256_update(&state, bytes(body), body.size());
  crypto_auth_hmacsha256_final(&state, own.data());
  return sodium_memcmp(own.data(), sent->data(), own.size()) == 0;
}

backend::Hint hint_of(const ingest::Event& event) {
  using From = ingest::Event::Kind;
  using To = backend::ChangeListener::Kind;
  switch (event.kind) {
    case From::added:
      return {event.folder, To::added};
    case From::other:
      return {event.folder, To::other};
    case From::hierarchy:
      return {event.folder, To::hierarchy};
    case From::unknown:
      break;
  }
  return {event.folder, To::unknown};
}

/// How the user may sign in whom the source calls `user`: with a domain and without.
std::vector<std::string> logins_of(const Ingest::Source& source, const std::string& user) {
  std::vector<std::string> out{user};
  const std::size_t at = user.rfind('@');
  if (at == std::string::npos) {
    for (const std::string& domain : source.domains) {
      out.emplace_back(user).append(1, '@').append(domain);
    }
  } else if (at > 0) {
    const auto domain = ascii_lower(std::string_view(user).substr(at + 1));
    if (std::ranges::find(source.domains, domain) != source.domains.end()) {
      out.push_back(user.substr(0, at));
    }
  }
  return out;
}

http::Reply refusal() {
  http::Reply reply = command::http_status_reply({401});
  reply.headers.push_back({"WWW-Authenticate", "Basic realm=\"push events\", charset=\"UTF-8\""});
  return reply;
}

}  // namespace

Ingest::Ingest(Settings settings, const Clock& clock, backend::KnownUsers& users,
               backend::Hints* hints, http::Service& next)
    : settings_(std::move(settings)),
      clock_(clock),
      users_(users),
      hints_(hints),
      next_(next),
      states_(settings_.sources.size()) {
  for (std::size_t i = 0; i < states_.size(); ++i) {
    states_[i].room = burst_seconds * settings_.sources[i].events_per_second_max;
    states_[i].filled = states_[i].heard = clock_.now();
  }
}

Task<http::Outcome> Ingest::handle(http::Request request) {
  if (hints_ == nullptr || settings_.sources.empty() || request.path != settings_.path) {
    co_return co_await next_.handle(std::move(request));
  }
  try {
    co_return co_await answer(std::move(request));
  } catch (const Fault& fault) {
    log.error("failed", {{"why", fault.what()}});
  }
  co_return command::http_status_reply({503, 30});
}

Task<http::Reply> Ingest::answer(http::Request request) {
  if (request.method != "POST" && request.method != "PUT") {
    http::Reply reply = command::http_status_reply({405});
    reply.headers.push_back({"Allow", "POST, PUT"});
    co_return reply;
  }
  const auto source = source_of(request);
  if (!source) {
    ++refused_;
    log.warning("refused", {{"address", net::address_of(request.peer)}});
    co_await net::sleep_for(settings_.refusal_delay);
    co_return refusal();
  }
  Counts& counts = states_[*source].counts;
  if (!has_room(*source)) {
    ++counts.limited;
    complain(*source, "too_many");
    co_return command::http_status_reply({429, 1});
  }
  auto batch = ingest::parse_events(request.body->view());
  if (!batch) {
    ++counts.malformed;
    complain(*source, "malformed");
    co_return command::http_status_reply({batch.error().code == Errc::too_large ? 413 : 400});
  }
  hints_->heard(*source);
  states_[*source].heard = clock_.now();
  states_[*source].spoke = true;
  states_[*source].room -= static_cast<double>(batch->events.size() + batch->ignored);
  counts.ignored += batch->ignored;
  std::size_t done = 0;
  for (ingest::Event& event : batch->events) {
    co_await tell(*source, std::move(event));
    if (++done % at_a_time == 0) co_await net::yield_to_others();
  }
  co_return http::Reply{.status = 204, .headers = {}, .body = nullptr};
}

/// All are looked at, so that time does not tell which was nearly right.
std::optional<std::size_t> Ingest::source_of(const http::Request& request) const {
  const auto peer = auth::Address::parse(net::address_of(request.peer)).value_or(auth::Address());
  std::optional<std::size_t> out;
  for (std::size_t i = 0; i < settings_.sources.size(); ++i) {
    const Source& source = settings_.sources[i];
    const bool proven = proves(source, request);
    if (proven && auth::contains(source.networks, peer) && !out) out = i;
  }
  return out;
}

bool Ingest::proves(const Source& source, const http::Request& request) const {
  const std::string_view value = request.header("authorization");
  if (const auto token = credentials(value, "Bearer")) {
    return Secret(std::string(*token)) == source.secret;
  }
  if (const auto encoded = credentials(value, "Basic")) {
    auto decoded = base64_decode(*encoded);
    const Secret sent(decoded ? *std::move(decoded) : std::string());
    return sent == Secret(source.name + ':' + std::string(source.secret.reveal()));
  }
  if (is_signed(source.secret, request)) return true;
  if (!source.secret_in_url) return false;
  return Secret(autodiscover::parameter(request.query, "key")) == source.secret;
}

/// One event's room is enough for a request, which may then take more than there is: so those that
/// are too many are refused before they are read.
bool Ingest::has_room(std::size_t source) {
  State& state = states_[source];
  const double rate = settings_.sources[source].events_per_second_max;
  const Time now = clock_.now();
  const std::chrono::duration<double> passed = std::max(now - state.filled, Time::duration(0));
  state.room = std::min(state.room + passed.count() * rate, burst_seconds * rate);
  state.filled = now;
  if (state.room < 1) return false;
  state.room -= 1;  // empty ones do not come without bound, either
  return true;
}

void Ingest::complain(std::size_t source, std::string_view event) {
  State& state = states_[source];
  const Time now = clock_.now();
  if (now - state.complained < complaint_interval) return;
  state.complained = now;
  log.warning(event, {{"source", settings_.sources[source].name},
                      {"malformed", state.counts.malformed},
                      {"too_many", state.counts.limited}});
}

Task<> Ingest::tell(std::size_t source, ingest::Event event) {
  const backend::Hint hint = hint_of(event);
  bool told = false;
  for (std::string& login : logins_of(settings_.sources[source], event.user)) {
    const auto account = co_await users_.known(std::move(login), Secret());
    if (account && hints_->hint(account->user, hint)) told = true;
  }
  Counts& counts = states_[source].counts;
  ++(told ? counts.told : counts.unwatched);
}

std::vector<Ingest::Row> Ingest::rows() const {
  std::vector<Row> out;
  for (std::size_t i = 0; i < states_.size(); ++i) {
    const State& state = states_[i];
    Row& row = out.emplace_back(settings_.sources[i].name, state.counts);
    if (state.spoke) row.heard = state.heard;
    const std::chrono::minutes quiet = settings_.sources[i].quiet;
    row.is_quiet = quiet.count() != 0 && clock_.now() - state.heard >= quiet;
  }
  return out;
}

void Ingest::write(metrics::Page& page) const {
  if (states_.empty()) return;
  for (const Row& row : rows()) {
    const auto count = [&](const char* outcome, std::uint64_t value) {
      page.counter({"godwit_push_events_total",
                    "What push sources told; of malformed and limited: requests"},
                   {{"source", row.name}, {"outcome", outcome}}, static_cast<double>(value));
    };
    count("told", row.counts.told);
    count("unwatched", row.counts.unwatched);
    count("ignored", row.counts.ignored);
    count("malformed", row.counts.malformed);
    count("limited", row.counts.limited);
    page.gauge({"godwit_push_source_quiet", "1: silent for so long that it is taken for broken"},
               {{"source", row.name}}, row.is_quiet ? 1 : 0);
    if (!row.heard) continue;
    page.gauge(
        {"godwit_push_last_event_timestamp_seconds", "When a push source spoke last"},
        {{"source", row.name}},
        static_cast<double>(
            std::chrono::floor<std::chrono::seconds>(*row.heard).time_since_epoch().count()));
  }
  page.counter({"godwit_push_refused_total", "Push events of which nobody knows the source"}, {},
               static_cast<double>(refused_));
}

void Ingest::take_secrets(const Settings& fresh) {
  for (Source& source : settings_.sources) {
    const auto found = std::ranges::find(fresh.sources, source.name, &Source::name);
    if (found != fresh.sources.end()) source.secret = found->secret;
  }
}

Ingest::Settings ingest_settings(const Config& config) {
  Ingest::Settings out;
  out.path = config.push.events_path;
  out.refusal_delay = std::chrono::milliseconds(config.auth.failure_delay_milliseconds);
  for (const Config::PushSource& given : config.push_sources) {
    auto secret = read_secret(given.secret_file);
    if (!secret) throw Fault(Fault::Kind::unavailable, secret.error().message);
    if (secret->reveal().size() < secret_bytes_min) {
      throw Fault(Fault::Kind::unavailable, fmt::format("{}: shorter than {} characters",
                                                        given.secret_file, secret_bytes_min));
    }
    Ingest::Source& source = out.sources.emplace_back();
    source.name = given.name;
    source.secret = *std::move(secret);
    for (const std::string& network : given.networks) {
      if (auto parsed = auth::Network::parse(network)) source.networks.push_back(*parsed);
    }
    for (const std::string& domain : given.domains) source.domains.push_back(ascii_lower(domain));
    source.secret_in_url = given.secret_in_url;
    source.events_per_second_max = static_cast<std::uint32_t>(given.events_per_second_max);
    source.quiet = std::chrono::minutes(given.quiet_minutes);
  }
  return out;
}

Strings push_source_problems(const Config& config) {
  Strings out;
  std::set<std::string> names;
  for (const Config::PushSource& one : config.push_sources) {
    const auto add = [&](std::string_view what) {
      out.push_back(fmt::format("[[push_source]] '{}': {}", one.name, what));
    };
    if (one.name.empty() || one.name.contains(':')) add("name: is needed, and holds no colon");
    if (!names.insert(one.name).second) add("there are two of this name");
    if (one.secret_file.empty()) add("set secret_file");
    for (const std::string& network : one.networks) {
      if (!auth::Network::parse(network)) add("networks: '" + network + "' is no network");
    }
  }
  if (!config.push_sources.empty() && config.backend.kind != "imap") {
    out.push_back("[[push_source]] is for backend.kind imap: the embedded store tells by itself");
  }
  if (!config.push_sources.empty() && !config.push.events_path.starts_with('/')) {
    out.push_back("push.events_path: begins with /");
  }
  return out;
}

}  // namespace godwit::app
