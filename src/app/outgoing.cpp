#include "app/outgoing.hpp"

#include <utility>

#include "app/databases.hpp"
#include "app/system.hpp"
#include "base/fault.hpp"

namespace godwit::app {
namespace {

constexpr std::chrono::seconds reach_limit{5};  // somebody looks at the page

/// No way out is configured.
class Closed final : public backend::Submission {
 public:
  Task<Result<>> submit(backend::Account, Envelope,
                        std::shared_ptr<const backend::MessageSource>) override {
    co_return fail(Errc::refused, "this server sends no mail: submission.host is empty");
  }
};

std::string own_name(const Config& config) {
  return config.server.hostname.empty() ? machine_name() : config.server.hostname;
}

backend::SmtpSettings smtp_settings(const Config& config) {
  using Settings = backend::SmtpSettings;
  const Config::Submission& from = config.submission;
  Settings settings;
  settings.host = from.host;
  settings.port = static_cast<std::uint16_t>(from.port);
  settings.own_name = own_name(config);
  settings.connect_limit = std::chrono::seconds(from.connect_seconds);
  settings.final_limit = std::chrono::seconds(from.final_seconds);
  settings.command_limit = std::chrono::seconds(from.command_seconds);
  settings.tls_settings.ca_file = from.ca_file;
  settings.tls_settings.insecure = !from.verify;
  if (from.tls == "none") settings.tls = Settings::Tls::none;
  if (from.tls == "tls") settings.tls = Settings::Tls::tls;
  if (from.sign_in == "none") settings.sign_in = Settings::SignIn::none;
  if (from.sign_in != "fixed" && from.sign_in != "master") return settings;
  auto password = read_secret(from.password_file);
  if (!password) throw Fault(Fault::Kind::unavailable, password.error().message);
  settings.sign_in = from.sign_in == "master" ? Settings::SignIn::master : Settings::SignIn::fixed;
  settings.user = from.user;
  settings.password = std::move(*password);
  return settings;
}

}  // namespace

bool queues_mail(const Config& config) {
  if (config.submission.host.empty()) return false;
  // A mail that waits cannot be sent as a user of the embedded store: passwords are not kept.
  return config.backend.kind == "imap" || config.submission.sign_in != "user";
}

Outgoing::Outgoing(const Config& config, net::Loop& loop, FileLayer& files, const Clock& clock,
                   Random& random, Damage& damage, queue::Reports* reports)
    : loop_(loop), closed_(std::make_unique<Closed>()), way_(closed_.get()) {
  if (config.submission.host.empty()) return;
  hop_ = std::make_unique<backend::SmtpSubmission>(smtp_settings(config));
  way_ = hop_.get();
  if (!queues_mail(config)) return;
  queue::QueueOptions options{.folder = queue_directory(config),
                              .host = own_name(config),
                              .language = mail_language(config)};
  options.damaged = damage.listener();
  options.expiry = std::chrono::hours(config.submission.queue_hours_max);
  options.try_limit = std::chrono::seconds(config.submission.device_seconds);
  options.attempt_limit =
      std::chrono::seconds(config.submission.connect_seconds + config.submission.final_seconds);
  if (reports == nullptr) {
    gateway_ = std::make_unique<queue::GatewayOutgoing>(std::move(options), files, clock, random,
                                                        *hop_, config.submission.sign_in == "user");
    way_ = gateway_.get();
    return;
  }
  queue_ =
      std::make_unique<queue::Queue>(std::move(options), files, clock, random, *hop_, *reports);
  way_ = queue_.get();
}

Outgoing::~Outgoing() = default;

Task<> Outgoing::reach(backend::Account account) const {
  if (hop_) co_await hop_->reach(std::move(account), reach_limit);
}

void Outgoing::start() {
  if (queue::Queue* const waiting = queue()) loop_.spawn(waiting->run(), "queue");
}

Task<> Outgoing::stop() {
  if (queue::Queue* const waiting = queue()) waiting->stop();
  co_return;
}

}  // namespace godwit::app
