#include "server_fixture.hpp"

#include "base/bytes.hpp"
#include "base/fault.hpp"
#include "base/text.hpp"
#include "command/languages.hpp"
#include "command/membership.hpp"
#include "command/prefetch.hpp"
#include "command/request_cache.hpp"
#include "command/running.hpp"
#include "command/watching.hpp"
#include "eas/request_line.hpp"
#include "net/keyed_lock.hpp"
#include "schema_order.hpp"
#include "sync/journal.hpp"

namespace godwit::test {
namespace {

constexpr std::string_view password = "secret";

/// Basic credentials against the backend's users, nothing remembered.
class PlainSignIn final : public command::SignIn {
 public:
  explicit PlainSignIn(backend::Users& users) : users_(users) {}

  Task<std::variant<backend::Account, command::Refusal>> check(const http::Request& request,
                                                               const DeviceId*) override {
    const std::string_view header = request.header("Authorization");
    if (!istarts_with(header, "Basic ")) co_return command::Refusal{};
    const auto pair = base64_decode(header.substr(6));
    const std::size_t colon = pair ? pair->find(':') : std::string::npos;
    if (colon == std::string::npos) co_return command::Refusal{};
    auto account = co_await users_.sign_in(pair->substr(0, colon), Secret(pair->substr(colon + 1)));
    if (!account) co_return command::Refusal{};
    co_return std::move(*account);
  }
  void forget(const UserId&) override {}
  std::vector<std::string> challenges(command::Challenge) const override {
    return {"Basic realm=\"Godwit\""};
  }

 private:
  backend::Users& users_;
};

class MemoryBodyWriter final : public http::BodyWriter {
 public:
  void append(std::string_view bytes) override { text_ += bytes; }
  std::shared_ptr<const http::Body> finish() override { return http::text_body(std::move(text_)); }

 private:
  std::string text_;
};

Task<http::Reply> no_page(http::Request) { co_return http::Reply{}; }

std::uint32_t little_endian(std::string_view bytes) {
  std::uint32_t out = 0;
  for (std::size_t i = 4; i-- > 0;) out = (out << 8U) | static_cast<unsigned char>(bytes[i]);
  return out;
}

/// [MS-ASHTTP] multipart: the first part is the document. Empty when the table is not one.
std::string_view first_part(std::string_view body) {
  if (body.size() < 12) return {};
  const std::size_t offset = little_endian(body.substr(4));
  const std::size_t length = little_endian(body.substr(8));
  return offset <= body.size() && length <= body.size() - offset ? body.substr(offset, length)
                                                                 : std::string_view();
}

std::optional<eas::Version> version_of(const client::Wire& request) {
  for (const http::Header& header : request.headers) {
    if (!iequals(header.name, "MS-ASProtocolVersion")) continue;
    const auto version = eas::parse_version(header.value);
    return version ? std::optional(*version) : std::nullopt;
  }
  const std::size_t mark = request.target.find('?');
  if (mark == std::string::npos) return std::nullopt;
  const auto line = eas::parse_request_line(std::string_view(request.target).substr(mark + 1));
  return line ? line->version : std::nullopt;
}

}  // namespace

class TestServer::Process {
 public:
  Process(TestServer& server, Systems& systems, const command::Settings& settings,
          std::chrono::seconds other_changes, unsigned number)
      : hub_(systems.clock, {.other_changes = other_changes}),
        watching_(hub_, systems.clock),
        sign_in_(systems.users),
        journal_(systems.store, systems.clock, {.owner = "process-" + std::to_string(number)}),
        membership_(systems.clock, systems.directory),
        languages_(systems.clock, systems.languages),
        services_{.clock = systems.clock,
                  .random = systems.random,
                  .store = systems.store,
                  .hub = hub_,
                  .watching = watching_,
                  .mail = systems.mail,
                  .items = systems.items,
                  .submission = systems.submission,
                  .vacation = systems.vacation,
                  .directory = systems.directory,
                  .free_busy = systems.free_busy,
                  .certificates = systems.certificates,
                  .spools = spools_,
                  .locks = locks_,
                  .journal = journal_,
                  .request_cache = request_cache_,
                  .prefetches = prefetches_,
                  .membership = membership_,
                  .languages = languages_,
                  .running = running_,
                  .settings = settings},
        endpoint_(services_, sign_in_, &no_page),
        transport_(endpoint_, hub_,
                   [&server](Time deadline) { return server.pass_time(deadline); }) {
    transport_.inspect_with([&server](const client::Wire& request, const client::Answer& answer) {
      server.inspect(request, answer);
    });
  }

  watch::Hub& hub() { return hub_; }
  command::Prefetches& prefetches() { return prefetches_; }
  client::ServiceTransport& transport() { return transport_; }

 private:
  watch::Hub hub_;
  command::Watching watching_;
  PlainSignIn sign_in_;
  MemorySpools spools_;
  net::KeyedLocks locks_;
  sync::Journal journal_;
  command::RequestCache request_cache_;
  command::Prefetches prefetches_;
  command::Membership membership_;
  command::Languages languages_;
  command::Running running_;
  command::Services services_;
  command::Endpoint endpoint_;
  client::ServiceTransport transport_;
};

TestServer::TestServer(Systems systems, command::Settings settings,
                       std::chrono::seconds other_changes)
    : on_schema_violation([](const std::string& what) { throw client::Violation("schema", what); }),
      systems_(systems),
      settings_(std::move(settings)),
      other_changes_(other_changes) {
  restart();
}

TestServer::~TestServer() = default;

Task<client::Answer> TestServer::send(client::Wire request) {
  return transport().send(std::move(request));
}

Task<client::ServiceTransport::Started> TestServer::start(client::Wire request) {
  return transport().start(std::move(request));
}

void TestServer::restart() {
  process_.reset();
  process_ = std::make_unique<Process>(*this, systems_, settings_, other_changes_, ++processes_);
}

void TestServer::set_settings(command::Settings settings) {
  settings_ = std::move(settings);
  hub().end_all(watch::Wake::policy);
}

void TestServer::offer_items(backend::ItemsBackend& items) {
  systems_.items = &items;
  restart();
}

watch::Hub& TestServer::hub() { return process_->hub(); }
command::Prefetches& TestServer::prefetches() { return process_->prefetches(); }
client::ServiceTransport& TestServer::transport() { return process_->transport(); }

bool TestServer::pass_time(Time deadline) {
  if (!while_parked.empty()) {
    const auto action = std::move(while_parked.front());
    while_parked.pop_front();
    action();
    return true;
  }
  const Time now = systems_.clock.now();
  if (now > deadline + std::chrono::seconds(5)) return false;  // it should have ended
  systems_.clock.advance(std::max<std::chrono::milliseconds>(deadline - now, {}) +
                         std::chrono::seconds(1));
  return true;
}

void TestServer::inspect(const client::Wire& request, const client::Answer& answer) {
  if (answer.status != 200 || answer.body.empty()) return;
  const std::string_view type = answer.header("Content-Type");
  if (!istarts_with(type, "application/vnd.ms-sync")) return;
  const bool multipart = istarts_with(type, "application/vnd.ms-sync.multipart");
  const std::string_view document =
      multipart ? first_part(answer.body) : std::string_view(answer.body);
  const auto tree = wbxml::parse(document);
  if (!tree) return on_schema_violation("not WBXML: " + tree.error().message);
  const auto version = version_of(request);
  if (!version) return;
  ++answers_checked_;
  for (const std::string& wrong : SchemaOrder::instance().check(*tree, *version)) {
    on_schema_violation(wrong);
  }
}

Task<Result<>> RecordingSubmission::submit(backend::Account, Envelope envelope,
                                           std::shared_ptr<const backend::MessageSource> message) {
  ++calls_;
  if (auto refusal = std::exchange(refusal_, std::nullopt)) {
    co_return std::unexpected(std::move(*refusal));
  }
  const auto failure = std::exchange(failure_, std::nullopt);
  if (failure && !fails_after_) throw Fault(*failure, "submission is down");
  std::string text = message->read(0, message->size());
  take(std::move(envelope), std::move(text));
  if (failure) throw Fault(*failure, "submission did not answer");
  co_return Result<>();
}

void RecordingSubmission::take(Envelope envelope, std::string text) {
  if (!envelope.id.empty() && !ids_.insert(envelope.id).second) return;
  for (const std::string& address : envelope.to) {
    if (local_ == nullptr || !local_addresses_.contains(address)) continue;
    backend::MemoryMail& mail = local_->mail(*UserId::parse(address));
    if (const auto inbox = mail.find_folder(FolderRole::inbox)) mail.deliver(*inbox, text);
  }
  sent_.push_back({std::move(envelope), std::move(text)});
}

Task<backend::OutOfOffice> MemoryVacation::out_of_office(backend::Account account) {
  co_return settings_[account.user];
}

Task<Result<>> MemoryVacation::set_out_of_office(backend::Account account,
                                                 backend::OutOfOffice settings) {
  settings_[account.user] = std::move(settings);
  co_return Result<>();
}

Task<std::vector<backend::FreeBusyAnswer>> MemoryFreeBusy::ask(backend::Account,
                                                               std::vector<std::string> addresses,
                                                               Time, Time) {
  if (failing) throw Fault(Fault::Kind::unavailable, "nobody knows now");
  std::vector<backend::FreeBusyAnswer> out;
  out.reserve(addresses.size());
  for (const std::string& address : addresses) out.push_back(answers[address]);
  co_return out;
}

Task<std::vector<convert::CertificateVerdict>> NumberedCertificates::check(Question question) {
  if (failing) throw Fault(Fault::Kind::unavailable, "no authorities");
  std::vector<convert::CertificateVerdict> out;
  for (const std::string& certificate : question.certificates) {
    const std::string& number = question.chain.empty() ? certificate : question.chain.back();
    const auto verdict =
        static_cast<convert::CertificateVerdict>(parse_number<std::uint8_t>(number).value_or(10));
    // What is only known where it is asked for.
    const bool unknown = verdict == convert::CertificateVerdict::revocation_out_of_date ||
                         verdict == convert::CertificateVerdict::revocation_unknown;
    const bool forgiven =
        unknown && question.revocation == convert::CertificateTrust::Revocation::as_known;
    out.push_back(forgiven ? convert::CertificateVerdict::valid : verdict);
  }
  co_return out;
}

MemoryFixture::MemoryFixture(std::uint64_t seed, command::Settings settings)
    : random(seed),
      mail_server(clock),
      submission(&mail_server),
      server(Systems{clock, random, store, mail_server, mail_server, submission, &vacation,
                     &directory, nullptr, &free_busy, &certificates, &languages},
             std::move(settings), std::chrono::seconds(60)) {
  add_user("anna@example.test");
}

backend::MemoryMail& MemoryFixture::add_user(const std::string& address) {
  const backend::Account account = mail_server.add_user(address, std::string(password), "Anna");
  submission.add_local(address);
  backend::MemoryMail& mail = mail_server.mail(account.user);
  if (!mail.find_folder(FolderRole::inbox)) {
    mail.add_folder(std::nullopt, "Inbox", FolderRole::inbox);
  }
  if (!mail.find_folder(FolderRole::drafts)) {
    mail.add_folder(std::nullopt, "Drafts", FolderRole::drafts);
  }
  if (!mail.find_folder(FolderRole::trash)) {
    mail.add_folder(std::nullopt, "Trash", FolderRole::trash);
  }
  if (!mail.find_folder(FolderRole::sent)) mail.add_folder(std::nullopt, "Sent", FolderRole::sent);
  return mail;
}

backend::MemoryMail& MemoryFixture::mail(std::string_view address) {
  return mail_server.mail(*UserId::parse(address));
}

client::Device MemoryFixture::device(std::string id, eas::Version version, std::string user) {
  client::Device::Settings settings;
  settings.id = std::move(id);
  settings.version = version;
  settings.user = std::move(user);
  settings.password = Secret(std::string(password));
  return {server, std::move(settings)};
}

std::unique_ptr<http::BodyWriter> MemorySpools::writer() {
  return std::make_unique<MemoryBodyWriter>();
}

profile::ProfilesRef profile_for(std::string type, profile::Changes set) {
  profile::Profile one;
  one.name = "test";
  one.types.push_back(std::move(type));
  one.set = set;
  return std::make_shared<const profile::Profiles>(std::vector{std::move(one)});
}

}  // namespace godwit::test
