/// A whole server in one process, for transcripts, scenarios and the simulator: the endpoint over
/// whatever systems it is given, time by hand, every answer held against the schemas.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "backend/memory/directory.hpp"
#include "backend/memory/memory.hpp"
#include "backend/preferred_language.hpp"
#include "base/fault.hpp"
#include "client/device.hpp"
#include "client/transport.hpp"
#include "command/certificate_check.hpp"
#include "command/endpoint.hpp"
#include "profile/profiles.hpp"
#include "store/memory/memory_store.hpp"

namespace godwit::test {

/// What stands behind a server. All outlive it.
struct Systems {
  ManualClock& clock;
  Random& random;
  store::Store& store;
  backend::MailBackend& mail;
  backend::Users& users;
  backend::Submission& submission;
  backend::Vacation* vacation = nullptr;
  backend::Directory* directory = nullptr;
  backend::ItemsBackend* items = nullptr;
  backend::FreeBusy* free_busy = nullptr;
  command::CertificateCheck* certificates = nullptr;
  backend::PreferredLanguages* languages = nullptr;
};

/// A directory that says languages, and nothing else.
class KeptLanguages final : public backend::PreferredLanguages {
 public:
  Task<std::string> preferred_language(backend::Account account) override {
    ++asked;
    if (down) throw Fault(Fault::Kind::unavailable, "is down");
    co_return of[account.user.str()];
  }
  std::map<std::string, std::string> of;  // by user
  int asked = 0;
  bool down = false;
};

/// The server itself: what a process holds and loses when it dies. Is a transport, so that devices
/// outlive restarts.
class TestServer final : public client::Transport {
 public:
  TestServer(Systems systems, command::Settings settings, std::chrono::seconds other_changes);
  ~TestServer() override;

  /// Throws client::Violation `schema` unless told otherwise.
  std::function<void(const std::string&)> on_schema_violation;
  /// Done one by one while a request is parked, each before the hub ticks again. When none is left
  /// the clock goes to the request's deadline.
  std::deque<std::function<void()>> while_parked;

  Task<client::Answer> send(client::Wire request) override;
  /// As send, but leaves a parked request parked.
  Task<client::ServiceTransport::Started> start(client::Wire request);

  /// As after a kill: everything in memory goes, parked requests with it; the systems stay.
  void restart();
  void set_settings(command::Settings settings);
  /// From the next restart on, which follows at once.
  void offer_items(backend::ItemsBackend& items);
  const command::Settings& settings() const { return settings_; }
  watch::Hub& hub();
  command::Prefetches& prefetches();
  client::ServiceTransport& transport();
  /// Answers held against the schemas so far.
  std::size_t answers_checked() const { return answers_checked_; }

 private:
  class Process;
  bool pass_time(Time deadline);
  void inspect(const client::Wire& request, const client::Answer& answer);

  Systems systems_;
  command::Settings settings_;
  std::chrono::seconds other_changes_;
  std::unique_ptr<Process> process_;
  unsigned processes_ = 0;
  std::size_t answers_checked_ = 0;
};

/// Takes mail and keeps it; what is for a user of the server goes to that user's inbox too.
class RecordingSubmission final : public backend::Submission {
 public:
  struct Sent {
    Envelope envelope;
    std::string text;
  };
  explicit RecordingSubmission(backend::MemoryServer* local) : local_(local) {}

  Task<Result<>> submit(backend::Account account, Envelope envelope,
                        std::shared_ptr<const backend::MessageSource> message) override;
  void add_local(const std::string& address) { local_addresses_.insert(address); }
  void refuse_next(std::string words, Errc code = Errc::refused) {
    refusal_ = Error{code, std::move(words)};
  }
  /// `after`: it was sent, the caller does not learn it.
  void fail_next(Fault::Kind kind, bool after) {
    failure_ = kind;
    fails_after_ = after;
  }
  const std::vector<Sent>& sent() const { return sent_; }
  /// Also of mails whose id was known.
  std::size_t calls() const { return calls_; }

 private:
  void take(Envelope envelope, std::string text);

  backend::MemoryServer* local_;
  std::set<std::string> local_addresses_;
  std::set<std::string> ids_;
  std::vector<Sent> sent_;
  std::size_t calls_ = 0;
  std::optional<Error> refusal_;
  std::optional<Fault::Kind> failure_;
  bool fails_after_ = false;
};

class MemoryVacation final : public backend::Vacation {
 public:
  Task<backend::OutOfOffice> out_of_office(backend::Account account) override;
  Task<Result<>> set_out_of_office(backend::Account account, backend::OutOfOffice s) override;

 private:
  std::map<UserId, backend::OutOfOffice> settings_;
};

/// Knows what it was told.
class MemoryFreeBusy final : public backend::FreeBusy {
 public:
  std::map<std::string, backend::FreeBusyAnswer> answers;  // by address
  bool failing = false;
  Task<std::vector<backend::FreeBusyAnswer>> ask(backend::Account asker,
                                                 std::vector<std::string> addresses, Time from,
                                                 Time to) override;
};

/// A certificate is its verdict's number, as text; with a chain, that of its last certificate.
class NumberedCertificates final : public command::CertificateCheck {
 public:
  bool failing = false;
  Task<std::vector<convert::CertificateVerdict>> check(Question question) override;
};

/// Everything in memory, one user `anna@example.test` with password `secret` and the usual folders.
class MemoryFixture {
 public:
  explicit MemoryFixture(std::uint64_t seed = 1, command::Settings settings = {});

  ManualClock clock;
  SeededRandom random;
  store::MemoryStore store;
  backend::MemoryServer mail_server;
  RecordingSubmission submission;
  MemoryVacation vacation;
  backend::MemoryDirectory directory;
  KeptLanguages languages;
  MemoryFreeBusy free_busy;
  NumberedCertificates certificates;
  TestServer server;

  /// Adds a user with Inbox, Drafts, Trash, Sent; the first part of the address signs in too.
  backend::MemoryMail& add_user(const std::string& address);
  backend::MemoryMail& mail(std::string_view address = "anna@example.test");
  client::Device device(std::string id, eas::Version version,
                        std::string user = "anna@example.test");
};

/// One profile, for devices whose type is like that.
profile::ProfilesRef profile_for(std::string type, profile::Changes set);

/// Bodies kept in memory.
class MemorySpools final : public http::Spools {
 public:
  std::unique_ptr<http::BodyWriter> writer() override;
};

}  // namespace godwit::test
