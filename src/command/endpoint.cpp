#include "command/endpoint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "backend/compact_account.hpp"
#include "base/fault.hpp"
#include "base/log.hpp"
#include "base/overloaded.hpp"
#include "base/text.hpp"
#include "command/device_admission.hpp"
#include "command/mail_language.hpp"
#include "command/quarantine.hpp"
#include "command/reply.hpp"
#include "command/request_log.hpp"
#include "command/running.hpp"
#include "command/table.hpp"
#include "command/tally.hpp"
#include "policy/provisioning.hpp"

namespace godwit::command {
namespace {

constexpr Log logger("request");
constexpr std::string_view request_options = "OPTIONS";

/// Paths are compared in lower case, without slashes at the end.
std::string plain_path(std::string_view path) {
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  return ascii_lower(path);
}

/// The command's failure as the version wants it.
http::Reply fail_with(Session& session, const Command& command, eas::Status status) {
  // [MS-ASCMD] Common Status Codes 140: a device that sends no key at all knows no 449.
  const bool knows_449 = session.version >= eas::Version::v14_0 || session.policy_key.has_value();
  if (status == eas::Status::remote_wipe_requested && !knows_449) return http_status_reply({403});
  return failure_reply(session.services.spools, session.version, command.root, command.status,
                       status);
}

/// What a backend's fault is to the device ([MS-ASCMD] Common Status Codes).
eas::Status status_of(Fault::Kind kind) {
  switch (kind) {
    case Fault::Kind::quota:
      return eas::Status::mailbox_quota_exceeded;
    case Fault::Kind::unavailable:
    case Fault::Kind::timed_out:
    case Fault::Kind::busy:
      return eas::Status::server_error_retry_later;
    case Fault::Kind::sign_in_failed:
      return eas::Status::access_denied;
    case Fault::Kind::corrupt:
      return eas::Status::server_error;
  }
  return eas::Status::server_error;
}

/// Reads the body as the command's row wants it; a status when it cannot be.
std::optional<eas::Status> read_body(Session& session, const Command& command) {
  const std::string_view bytes = session.request.body->view();
  const std::string_view type = session.request.header("content-type");
  if (command.body == BodyRule::none) return std::nullopt;
  const bool is_mail_version = session.version <= eas::Version::v12_1;
  if (command.body == BodyRule::mail_or_wbxml && is_mail_version) {
    if (bytes.empty() || !istarts_with(type, "message/rfc822")) return eas::Status::invalid_content;
    return std::nullopt;
  }
  if (bytes.empty()) {
    const bool may_be_empty = command.body == BodyRule::wbxml_or_empty &&
                              (command.name != "Sync" || session.version >= eas::Version::v12_1);
    if (may_be_empty) return std::nullopt;
    return eas::Status::invalid_content;
  }
  // [MS-ASHTTP] Content-Type: both names of WBXML; with or without parameters.
  if (!istarts_with(type, "application/vnd.ms-sync")) return eas::Status::invalid_content;
  auto document = wbxml::parse(bytes);
  if (!document) {
    logger.info("wbxml.refused", {{"user", session.user()},
                                  {"device", session.device_id},
                                  {"why", document.error().message}});
    return eas::Status::invalid_wbxml;
  }
  if (document->tag != command.root) return eas::Status::invalid_xml;
  session.document = std::move(*document);
  session.has_document = true;
  return std::nullopt;
}

struct Checked {
  eas::RequestLine line;
  const Command* command;
  eas::Version version;
};

/// Everything of the request line that stands before identity. An HTTP status when it fails.
std::variant<Checked, int> check_line(const http::Request& request) {
  auto line = eas::parse_request_line(request.query);
  if (!line) return 400;
  const Command* command = find_command(line->command);
  if (line->base64) {
    if (!line->version) return 400;  // [MS-ASHTTP]: an unknown version byte
  }
  if (command == nullptr) return 501;
  auto version = line->version;
  if (!version) {
    const auto named = eas::parse_version(trim(request.header("ms-asprotocolversion")));
    if (!named) return 400;
    version = *named;
  }
  return Checked{std::move(*line), command, *version};
}

/// [MS-ASPROV] PolicyKey: in the base64 query, or a header with the plain one.
std::optional<std::uint32_t> policy_key(const http::Request& request,
                                        const eas::RequestLine& line) {
  if (line.base64) return line.policy_key;
  const auto text = trim(request.header("x-ms-policykey"));
  if (text.empty()) return std::nullopt;
  return parse_number<std::uint32_t>(text).value_or(0);
}

std::optional<eas::Status> gate(const Session& session, const Command& command) {
  if (const auto refused = refusal_of(session.device)) return refused;
  if (command.gate == Gate::open) {
    const bool is_out = session.device.blocked && !policy::wipe_stands(session.device);
    return is_out ? std::optional(eas::Status::device_blocked) : std::nullopt;
  }
  return policy::gate(session.policy->settings, session.device, session.version, session.policy_key,
                      command.gate == Gate::provisioned);
}

/// Commands that are mail whatever folder they name ([MS-ASHTTP] Command Codes).
bool is_denied(const Session& session, const Command& command) {
  if (!session.account.denied.contains(backend::DataClass::mail)) return false;
  constexpr auto of_mail = std::to_array<std::string_view>(
      {"SendMail", "SmartForward", "SmartReply", "GetAttachment", "MeetingResponse"});
  return std::ranges::find(of_mail, command.name) != of_mail.end();
}

http::Outcome to_outcome(std::shared_ptr<Session> session, SignIn& sign_in, const Command& command,
                         Answer answer);

Challenge challenge_of(const backend::Account& account) {
  return account.token_ends ? Challenge::fresh_token : Challenge::credentials;
}

/// Of a command that failed as a whole; else 0.
int status_number(const Answer& answer) {
  const auto* const failed = std::get_if<Failed>(&answer);
  return failed == nullptr ? 0 : std::to_underlying(failed->status);
}

/// Quirk android-validation (profile/clients.toml): a device that comes once leaves no record.
void look_up_profile(Session& session, const Command& command) {
  session.behaviour = session.services.settings.profiles->of(
      policy::client_of(session.device, session.device_id.view(), eas::to_string(session.version)));
  const bool only_looks = command.name == "FolderSync" || command.name == "Settings";
  session.leaves_no_record =
      session.behaviour.is_fleeting && session.device_revision == 0 && only_looks;
}

std::string turn_name(const Session& session) {
  return session.user() + '\0' + session.device_id.str();
}

Task<Answer> guarded(Session& session, SignIn& sign_in, const Command& command, Task<Answer> work) {
  try {
    co_return co_await std::move(work);
  } catch (const Fault& fault) {
    logger.warning("command.failed", {{"user", session.user()},
                                      {"device", session.device_id},
                                      {"command", command.name},
                                      {"why", fault.what()}});
    const auto status = status_of(fault.kind());
    // A phone that gets 503 with Retry-After comes back; before 14.0 that is the status itself.
    if (status == eas::Status::server_error_retry_later) co_return HttpStatus{503, 30};
    if (fault.kind() == Fault::Kind::sign_in_failed) {
      // What is remembered is worth nothing: the device's next request signs in anew.
      sign_in.forget(session.account.user);
      co_return HttpStatus{401};
    }
    co_return Failed{status};
  }
}

std::uint64_t body_bytes(const Session& session) {
  return session.request.body ? session.request.body->size() : 0;
}

std::uint32_t clamp_to_32(std::uint64_t number) {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(number, UINT32_MAX));
}

/// A session that works, as `top` shows it.
class Working final : public Running::Entry {
 public:
  Working(Session& session, const Command& command)
      : Entry(session.services.running),
        session_(session),
        // A session that waits gives its names away.
        user_(session.account.user),
        device_(session.device_id),
        command_(command.name),
        since_(session.now()) {}

 private:
  RunningRow row() const override {
    return {.user = user_,
            .device = device_,
            .command = command_,
            .folders = folders_named(session_.document),
            .since = since_,
            .bytes_in = body_bytes(session_),
            .backend = backend_time(session_)};
  }

  const Session& session_;
  UserId user_;
  DeviceId device_;
  std::string_view command_;
  Time since_;
};

/// What is kept of a request that waits: enough to make its session anew.
struct Resting final : Running::Entry {
  Resting(Session& session, SignIn& checker, const Command& row, Wait& wait)
      : Entry(session.services.running),
        services(session.services),
        sign_in(checker),
        command(row),
        account(session.account),
        password(std::move(session.account.password)),
        device_id(std::move(session.device_id)),
        since(session.now()),
        connection(session.connection),
        bytes_in(clamp_to_32(body_bytes(session))),
        backend_ms(clamp_to_32(static_cast<std::uint64_t>(backend_time(session).count()))),
        policy_key(session.policy_key.value_or(0)),
        has_policy_key(session.policy_key.has_value()),
        version(session.version),
        behaviour(session.behaviour),
        resume(std::move(wait.resume)) {}

  std::shared_ptr<Session> wake() {
    leave();
    http::Request request;
    request.connection = connection;
    eas::RequestLine line;
    line.command = command.name;
    auto session = std::make_shared<Session>(services, std::move(request), std::move(line), version,
                                             account.with(std::move(password)), device_id);
    if (has_policy_key) session->policy_key = policy_key;
    session->behaviour = behaviour;
    return session;
  }

  RunningRow row() const override {
    return {.user = account.user(),
            .device = device_id,
            .command = command.name,
            .waits = true,
            .folders = services.hub.waits_for(account.user(), device_id),
            .since = since,
            .bytes_in = bytes_in,
            .backend = std::chrono::milliseconds(backend_ms)};
  }

  Services& services;
  SignIn& sign_in;
  const Command& command;
  backend::CompactAccount account;
  Secret password;
  DeviceId device_id;
  Time since;
  std::uint64_t connection;
  std::uint32_t bytes_in, backend_ms;
  std::uint32_t policy_key;  // apart from whether there is one, which takes less room
  bool has_policy_key;
  eas::Version version;
  profile::Behaviour behaviour;
  decltype(Wait::resume) resume;
};

/// The device's next request waits until this one is answered, or given up.
Task<std::shared_ptr<void>> take_turn(Session& session, RequestLog& line) {
  const backend::Spent::Timer timer(line.spent(), "turn");
  co_return co_await session.services.locks.acquire(turn_name(session));
}

Task<Answer> answer_woken(Resting& resting, Session& session, watch::Ended ended,
                          RequestLog& line) {
  const Command& command = resting.command;
  if (ended.wake == watch::Wake::policy) {
    const backend::Spent::Timer timer(line.spent(), "device");
    co_await session.load_device();
    look_up_profile(session, command);
    co_await judge(session);
    if (const auto status = gate(session, command)) co_return Failed{*status};
    if (is_quarantined(session.device)) {
      co_await learn_language(session);
      co_return quarantine_begins(session, command);
    }
  }
  co_return co_await guarded(session, resting.sign_in, command,
                             resting.resume(&session, std::move(ended)));
}

/// What waits again has no line of its own.
Task<http::Outcome> resume(std::unique_ptr<Resting> resting, watch::Ended ended) {
  RequestLog line;
  const auto session = resting->wake();
  const Command& command = resting->command;
  const auto& token_ends = session->account.token_ends;
  if (token_ends && session->now() >= *token_ends) {
    // What waits is admitted no longer than its token: the device gets a new one and asks again.
    logger.info("token.ended", {{"user", session->user()}, {"device", session->device_id}});
    co_return refusal_reply(resting->sign_in, {.challenge = Challenge::fresh_token});
  }
  line.begin(*session, command);
  std::optional<Working> working(std::in_place, *session, command);
  const auto turn = co_await take_turn(*session, line);
  const watch::Wake woken = ended.wake;
  // `resting` holds the function, and what its coroutine may refer to.
  auto answer = co_await answer_woken(*resting, *session, std::move(ended), line);
  line.end(answer_name(answer));
  const int status = status_number(answer);
  const bool waits = std::holds_alternative<Wait>(answer);
  working.reset();
  auto outcome = to_outcome(session, resting->sign_in, command, std::move(answer));
  if (!waits) line.write(*session, outcome, status, woken);
  co_return outcome;
}

http::Outcome to_outcome(std::shared_ptr<Session> session, SignIn& sign_in, const Command& command,
                         Answer answer) {
  return std::visit(
      Overloaded{[&](Document& document) -> http::Outcome { return document_reply(document); },
                 [&](Nothing&) -> http::Outcome { return http::Reply{}; },
                 [&](Bytes& bytes) -> http::Outcome { return bytes_reply(bytes); },
                 [&](Failed& failed) -> http::Outcome {
                   return fail_with(*session, command, failed.status);
                 },
                 [&](HttpStatus& status) -> http::Outcome {
                   return refusal_reply(sign_in, {status.status, status.retry_after_seconds,
                                                  challenge_of(session->account)});
                 },
                 [&](Wait& wait) -> http::Outcome {
                   const auto& ends = session->account.token_ends;
                   if (ends) wait.park.deadline = std::min(wait.park.deadline, *ends);
                   auto resting = std::make_unique<Resting>(*session, sign_in, command, wait);
                   return http::Parked{std::move(wait.park),
                                       [resting = std::move(resting)](watch::Ended ended) mutable {
                                         return resume(std::move(resting), std::move(ended));
                                       }};
                 }},
      static_cast<std::variant<Document, Nothing, Bytes, Failed, HttpStatus, Wait>&>(answer));
}

}  // namespace

http::Reply refusal_reply(const SignIn& sign_in, const Refusal& refusal) {
  auto reply =
      http_status_reply({refusal.status, static_cast<std::uint32_t>(refusal.retry_after_seconds)});
  if (refusal.status != 401) return reply;
  for (std::string& each : sign_in.challenges(refusal.challenge)) {
    reply.headers.push_back({"WWW-Authenticate", std::move(each)});
  }
  return reply;
}

bool is_endpoint_path(const Settings& settings, std::string_view path) {
  const std::string asked = plain_path(path);
  return std::ranges::any_of(settings.paths, [&](const std::string& each) {
    const std::string known = plain_path(each);
    return asked == known || asked == known + "/default.eas";
  });
}

Endpoint::Endpoint(Services& services, SignIn& sign_in, Page page, RequestObserver* observer,
                   Tracer* tracer)
    : services_(services),
      sign_in_(sign_in),
      page_(std::move(page)),
      observer_(observer),
      tracer_(tracer) {}

Task<http::Outcome> Endpoint::handle(http::Request request) {
  const bool is_get = request.method == "GET" || request.method == "HEAD";
  if (!is_endpoint_path(services_.settings, request.path) && !(is_get && request.path == "/")) {
    co_return http_status_reply({404});
  }
  if (is_get && request.header("accept").contains("text/html")) {
    co_return co_await page_(std::move(request));
  }
  if (request.method != "POST" && request.method != "OPTIONS") co_return http_status_reply({501});
  RequestFacts facts;
  const RequestObserver::Moment began = observer_ != nullptr ? observer_->now() : 0;
  auto outcome = co_await answer(std::move(request), facts);
  if (observer_ == nullptr) co_return outcome;
  const auto* const reply = std::get_if<http::Reply>(&outcome);
  if (facts.status == 0 && reply != nullptr) facts.status = reply->status;
  observer_->ended(facts, began);
  co_return outcome;
}

Task<http::Outcome> Endpoint::answer(http::Request request, RequestFacts& facts) {
  HttpStatus failure{503, 30};
  ExchangePtr exchange;
  try {
    auto outcome = co_await post(std::move(request), facts, exchange);
    if (!exchange) co_return outcome;
    co_return traced(std::move(outcome), std::move(exchange));
  } catch (const Fault& fault) {
    logger.error("request.failed", {{"why", fault.what()}});
    if (fault.kind() == Fault::Kind::corrupt) failure = {500};
    if (fault.kind() == Fault::Kind::quota) failure = {507};
  }
  http::Outcome outcome = http_status_reply(failure);
  if (!exchange) co_return outcome;
  co_return traced(std::move(outcome), std::move(exchange));
}

Task<http::Outcome> Endpoint::post(http::Request request, RequestFacts& facts,
                                   ExchangePtr& exchange) {
  const bool is_options = request.method == "OPTIONS";
  if (is_options) facts.command = request_options;
  auto line = is_options ? Result<eas::RequestLine>(eas::RequestLine{})
                         : eas::parse_request_line(request.query);
  const DeviceId* device = line && line->device_id ? &*line->device_id : nullptr;
  RequestLog log;
  auto signed_in = co_await timed_check(request, device, log);
  if (const auto* refusal = std::get_if<Refusal>(&signed_in)) {
    co_return refusal_reply(sign_in_, *refusal);
  }
  if (tracer_ != nullptr) {
    exchange = tracer_->begin(std::get<backend::Account>(signed_in).user, request);
  }
  if (is_options) co_return options_reply();
  auto checked = check_line(request);
  if (const int* status = std::get_if<int>(&checked)) co_return http_status_reply({*status});
  auto& [parsed, command, version] = std::get<Checked>(checked);
  facts.command = command->name;
  const auto early = [&](eas::Status status) -> http::Outcome {
    facts.status = std::to_underlying(status);
    return failure_reply(services_.spools, version, command->root, command->status, status);
  };
  if (!command->versions.contains(version)) co_return early(eas::Status::command_not_supported);
  if (!parsed.device_id) co_return early(eas::Status::device_id_missing_or_invalid);
  if (parsed.device_type.empty()) co_return early(eas::Status::device_type_missing_or_invalid);
  auto key = policy_key(request, parsed);
  auto& account = std::get<backend::Account>(signed_in);
  auto id = services_.request_cache.shared(account.user, *parsed.device_id);
  auto session = std::make_shared<Session>(services_, std::move(request), std::move(parsed),
                                           version, std::move(account), std::move(id));
  session->policy_key = key;
  log.begin(*session, *command);
  std::optional<Working> working(std::in_place, *session, *command);
  auto answer = co_await run(*session, *command, log);
  working.reset();
  facts.status = status_number(answer);
  auto outcome = to_outcome(session, sign_in_, *command, std::move(answer));
  log.write(*session, outcome, facts.status);
  co_return outcome;
}

Task<std::variant<backend::Account, Refusal>> Endpoint::timed_check(const http::Request& request,
                                                                    const DeviceId* device,
                                                                    RequestLog& log) {
  const backend::Spent::Timer timer(log.spent(), "sign_in");
  co_return co_await sign_in_.check(request, device);
}

Task<Answer> Endpoint::run(Session& session, const Command& command, RequestLog& log) {
  log.end("refused");
  if (const auto status = read_body(session, command)) co_return Failed{*status};
  session.asked = asked_for(session.document);
  // A newer Ping or Sync ends the older one, which then gives its turn free (engine.md §3).
  if (command.body == BodyRule::wbxml_or_empty) {
    services_.hub.end(session.account.user, session.device_id, watch::Wake::superseded);
  }
  const auto turn = co_await take_turn(session, log);
  {
    const backend::Spent::Timer timer(log.spent(), "device");
    co_await session.load_device();
    note_facts(session);
    look_up_profile(session, command);
    co_await judge(session);
  }
  if (const auto status = gate(session, command)) co_return Failed{*status};
  if (is_denied(session, command)) {
    log.end("denied");
    co_return Failed{eas::Status::access_denied};
  }
  {
    const backend::Spent::Timer timer(log.spent(), "device");
    static_cast<void>(co_await session.save_device());
  }
  if (is_quarantined(session.device)) co_await learn_language(session);
  auto held = is_quarantined(session.device) ? quarantine_answer(session, command)
                                             : std::optional<Answer>();
  auto answer =
      held ? std::move(*held) : co_await guarded(session, sign_in_, command, command.run(session));
  log.end(answer_name(answer));
  co_return answer;
}

}  // namespace godwit::command
