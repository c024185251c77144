#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/timex.h>

#include <algorithm>
#include <array>
#include <boost/system/system_error.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "app/backends.hpp"
#include "app/control_client.hpp"
#include "app/databases.hpp"
#include "app/directory.hpp"
#include "app/doctor.hpp"
#include "app/issuers.hpp"
#include "app/sign_in_chain.hpp"
#include "app/system.hpp"
#include "base/fault.hpp"
#include "dav/url.hpp"
#include "http/client.hpp"
#include "net/certificate_look.hpp"
#include "net/connect.hpp"
#include "net/deadline.hpp"

namespace godwit::app {
namespace {

constexpr std::chrono::days soon{14};
constexpr std::chrono::seconds patience{10};
constexpr std::size_t certificate_bytes_max = 1024UL * 1024;

std::string text_of(const std::string& file) {
  std::string text(certificate_bytes_max, '\0');
  std::ifstream in(file, std::ios::binary);
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(std::max<std::streamsize>(in.gcount(), 0)));
  return text;
}

Finding dated(const std::string& subject, Time end, Time now, std::chrono::days notice,
              const std::string& remedy) {
  const auto text = fmt::format("ends on {:%Y-%m-%d}", std::chrono::floor<std::chrono::days>(end));
  if (end < now) return {Health::failure, subject, text, remedy};
  if (end - now < notice) return {Health::warning, subject, text, remedy};
  return {Health::good, subject, text};
}

void examine_certificate(const std::string& file, Time now, Findings& out) {
  const std::string subject = "certificate " + file;
  const auto end = net::certificate_end(text_of(file));
  if (!end) {
    out.push_back({Health::failure, subject, "cannot be read, or is none in PEM",
                   "name the file that your authority gave you, readable by the daemon"});
    return;
  }
  out.push_back(dated(subject, *end, now, soon, "renew it, and reload the daemon"));
}

/// Authorities renew their lists before they end: what is over lets nobody in.
void examine_revocation_list(const std::string& path, Time now, Findings& out) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    for (const auto& entry : std::filesystem::directory_iterator(path, error)) {
      examine_revocation_list(entry.path(), now, out);
    }
    return;
  }
  const std::string subject = "revocation list " + path;
  const auto end = net::revocation_list_end(text_of(path));
  if (!end) {
    out.push_back({Health::failure, subject, "cannot be read, or is none",
                   "fetch it from its authority; until then certificates get 503"});
    return;
  }
  out.push_back(dated(subject, *end, now, std::chrono::days(1),
                      "fetch a new one; certificates get 503 without"));
}

void examine_keytab(const Config& config, const Config::SignIn& one, Findings& out) {
  const std::string subject = "keytab " + one.keytab;
  if (const auto found = backend::KerberosCheck::look(kerberos_settings(config, one)); !found) {
    out.push_back({Health::failure, subject, found.error().message,
                   "make it with ktadd (or ktpass) for HTTP/HOST, readable by the daemon"});
  } else {
    out.push_back({Health::good, subject, "has keys of this service"});
  }
}

void examine_sign_in(const Config& config, Time now, Findings& out) {
  for (const Config::SignIn& one : config.sign_in) {
    if (one.kind == "kerberos") examine_keytab(config, one, out);
    if (one.kind != "certificate") continue;
    examine_certificate(one.ca_file, now, out);
    for (const std::string& path : one.revocation_lists) examine_revocation_list(path, now, out);
  }
}

void examine_clock(Findings& out) {
  timex state{};
  if (::adjtimex(&state) == TIME_ERROR || (state.status & STA_UNSYNC) != 0) {
    out.push_back({Health::warning, "clock", "nothing keeps it right",
                   "run a time service (systemd-timesyncd or chrony): tokens, certificates and "
                   "meetings depend on it"});
  } else {
    out.push_back({Health::good, "clock", "kept right by a time service"});
  }
}

void examine_limits(const Config& config, Findings& out) {
  rlimit files{};
  const auto wanted = static_cast<rlim_t>(config.http.connections_max);
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_max < wanted) {
    out.push_back({Health::warning, "open files",
                   fmt::format("at most {}, for {} connections", files.rlim_max, wanted),
                   "raise LimitNOFILE of the service, or lower http.connections_max"});
  } else {
    out.push_back({Health::good, "open files", fmt::format("enough for {} connections", wanted)});
  }
  constexpr int usual_instances = 128;
  int instances = 0;
  std::ifstream("/proc/sys/fs/inotify/max_user_instances") >> instances;
  if (instances > usual_instances) {
    out.push_back({Health::good, "inotify", fmt::format("{} instances a user", instances)});
  } else {
    out.push_back({Health::note, "inotify", fmt::format("{} instances a user", instances),
                   "where Dovecot runs on this machine, raise fs.inotify.max_user_instances"});
  }
}

void examine_daemon(const Config& config, Findings& out) {
  const std::string restart = "systemctl status godwitd says why; it logs what to do";
  auto client = ControlClient::connect(config.server.control_socket);
  const auto reply = client ? client->ask(R"({"operation":"status","arguments":{}})")
                            : Result<std::string>(pass(client));
  const auto parsed = reply ? nlohmann::json::parse(*reply, nullptr, false) : nlohmann::json();
  if (!parsed.is_object() || !parsed.contains("result")) {
    out.push_back(
        {Health::failure, "daemon", reply ? "answers nonsense" : reply.error().message, restart});
    return;
  }
  const auto& status = parsed.at("result");
  const std::string problem = status.value("problem", "");
  if (problem.empty()) {
    out.push_back({Health::good, "daemon", status.value("mode", "")});
  } else {
    out.push_back({Health::failure, "daemon", status.value("mode", ""), problem});
  }
}

void examine_databases(const Config& config, Findings& out) {
  for (const Database& each : databases(config)) {
    const std::string subject = each.name + " " + each.place;
    try {
      const store::SchemaStatus status = each.status();
      if (status.current == status.expected) {
        out.push_back({Health::good, subject, "can be used"});
      } else if (status.current == 0 && each.embedded) {
        out.push_back({Health::note, subject, "not there yet: made at the first start"});
      } else {
        out.push_back(
            {Health::failure, subject,
             fmt::format("schema {}, where {} is needed", status.current, status.expected),
             "godwit store migrate"});
      }
    } catch (const Fault& fault) {
      out.push_back({Health::failure, subject, fault.what(), "see to it that it can be reached"});
    }
  }
}

/// A mail server of the configuration.
struct Peer {
  std::string name;
  std::string host;
  std::int64_t port = 0;
  std::string tls;
  std::string ca_file;
  bool verify = true;
  std::string_view greeting;
};

Task<std::string> greeting_of(Peer peer) {
  net::ConnectSettings settings{.host = peer.host, .port = static_cast<std::uint16_t>(peer.port)};
  settings.limit = patience;
  if (peer.tls == "tls") {
    settings.tls = net::TlsClientSettings{.ca_file = peer.ca_file, .insecure = !peer.verify};
  }
  const auto stream = co_await net::connect(std::move(settings));
  std::array<char, 512> buffer{};
  const auto count = co_await net::with_deadline(patience, stream->read_some(buffer));
  co_return std::string(buffer.data(), count);
}

Task<> examine_peer(Peer peer, Findings& out) {
  const std::string subject = fmt::format("{} {}:{}", peer.name, peer.host, peer.port);
  std::string problem;
  try {
    const std::string said = co_await greeting_of(peer);
    if (!said.starts_with(peer.greeting)) problem = "it greets as something else";
  } catch (const Fault& fault) {
    problem = fault.what();
  } catch (const boost::system::system_error& error) {
    problem = error.what();
  }
  if (problem.empty()) {
    out.push_back({Health::good, subject, "answers"});
  } else {
    out.push_back({Health::failure, subject, problem, "check host, port and tls in its section"});
  }
}

Task<> examine_dav(const Config& config, Findings& out) {
  const auto url = dav::parse_url(config.dav.url);
  if (!url) co_return;  // found by SRV records, for each user
  std::string problem;
  try {
    net::ConnectSettings server{.host = url->origin.host, .port = url->origin.port};
    server.limit = patience;
    if (url->origin.tls) {
      server.tls =
          net::TlsClientSettings{.ca_file = config.dav.ca_file, .insecure = !config.dav.verify};
    }
    http::Client client(std::move(server));
    const auto reply = co_await client.send({.method = "OPTIONS", .target = url->path}, patience);
    if (reply.status >= 500) problem = fmt::format("it answers {}", reply.status);
  } catch (const Fault& fault) {
    problem = fault.what();
  }
  const std::string subject = "dav " + config.dav.url;
  if (problem.empty()) {
    out.push_back({Health::good, subject, "answers"});
  } else {
    out.push_back({Health::failure, subject, problem, "check url and ca_file in [dav]"});
  }
}

Task<> examine_directory(const Config& config, const Clock& clock, Findings& out) {
  if (config.directory.kind != "ldap") co_return;
  std::string problem;
  try {
    const auto directory = make_directory(config, clock);
    const backend::Account nobody{.user = UserId::parse("doctor@localhost").value(),
                                  .login = {},
                                  .password = {},
                                  .display_name = {},
                                  .addresses = {}};
    const auto found = co_await directory->find(nobody, {.text = "a", .entries_max = 1});
    out.push_back(
        {Health::good, "directory", fmt::format("answers, {} names with an A", found.total)});
  } catch (const Fault& fault) {
    problem = fault.what();
  }
  if (problem.empty()) co_return;
  out.push_back(
      {Health::failure, "directory", problem, "check servers, tls and bind_dn in its section"});
}

/// Where tokens come from: its keys, and whether its clock agrees with ours.
Task<> examine_issuer(oidc::Issuer& issuer, std::chrono::seconds skew, Findings& out) {
  const std::string subject = "issuer " + issuer.name();
  std::string problem;
  try {
    const std::size_t keys = co_await issuer.look();
    out.push_back({Health::good, subject, fmt::format("answers, {} keys", keys)});
  } catch (const Fault& fault) {
    problem = fault.what();
  }
  if (!problem.empty()) {
    out.push_back({Health::failure, subject, problem,
                   "check issuer and ca_file in its [[sign_in]]; phones with tokens get 503"});
    co_return;
  }
  const auto ahead = issuer.clock_ahead().value_or(std::chrono::seconds(0));
  if (std::chrono::abs(ahead) <= std::max(skew, std::chrono::seconds(2))) co_return;
  out.push_back({Health::warning, subject,
                 fmt::format("its clock is {} s {} of ours", std::abs(ahead.count()),
                             ahead.count() > 0 ? "ahead" : "behind"),
                 "set both by a time service, or raise skew_seconds: tokens are refused else"});
}

Task<> examine_issuers(const Config& config, const Clock& clock, Findings& out) {
  const Issuers issuers = make_issuers(config, clock);
  auto issuer = issuers.begin();
  for (const Config::SignIn& each : config.sign_in) {
    if (each.kind != "oauth") continue;
    co_await examine_issuer(**issuer++, std::chrono::seconds(each.skew_seconds), out);
  }
}

Task<> examine_servers(const Config& config, Findings& out) {
  if (config.backend.kind == "imap") {
    const auto& imap = config.imap;
    co_await examine_peer({"imap", imap.host, imap.port, imap.tls, imap.ca_file, imap.verify, "* "},
                          out);
  }
  if (const auto& sieve = config.sieve; !sieve.host.empty()) {
    co_await examine_peer(
        {"sieve", sieve.host, sieve.port, sieve.tls, sieve.ca_file, sieve.verify, "\""}, out);
  }
  if (const auto& smtp = config.submission; !smtp.host.empty()) {
    co_await examine_peer(
        {"submission", smtp.host, smtp.port, smtp.tls, smtp.ca_file, smtp.verify, "220"}, out);
  }
  co_await examine_dav(config, out);
}

/// Signs in behind the daemon's back, as it does for a phone.
Task<> examine_account(Backends& backends, const Login& login, Findings& out) {
  const std::string subject = "account " + login.user;
  std::string doing = "sign-in";
  try {
    const auto account = co_await backends.users().sign_in(login.user, login.password);
    if (!account) {
      out.push_back({Health::failure, subject, "the mail server does not take the password",
                     "check it, and imap.login and imap.domain"});
      co_return;
    }
    doing = "folders";
    const auto folders = co_await backends.mail().open(*account)->folders();
    out.push_back({Health::good, subject, fmt::format("{} folders", folders.size())});
    doing = "contacts and calendars";
    if (backends.items() != nullptr) {
      const auto found = co_await backends.items()->open_items(*account)->collections();
      out.push_back({Health::good, subject,
                     fmt::format("{} calendars, address books and lists", found.size())});
    }
    doing = "outgoing mail";
    co_await backends.reach_submission(*account);
    out.push_back({Health::good, subject, "may send"});
  } catch (const Fault& fault) {
    out.push_back({Health::failure, subject, doing + ": " + fault.what(),
                   "see to the server of that name; its own log says more"});
  }
}

}  // namespace

Findings examine_machine(const Config& config, Time now) {
  Findings out;
  for (const std::string& file : config.http.certificates) examine_certificate(file, now, out);
  if (!config.autodiscover.profile_certificate.empty()) {
    examine_certificate(config.autodiscover.profile_certificate, now, out);
  }
  examine_sign_in(config, now, out);
  examine_clock(out);
  examine_limits(config, out);
  examine_daemon(config, out);
  examine_databases(config, out);
  return out;
}

Task<Findings> examine_backends(Config config, std::optional<Login> login,
                                Surroundings surroundings) {
  Findings out;
  co_await examine_servers(config, out);
  co_await examine_directory(config, surroundings.clock, out);
  co_await examine_issuers(config, surroundings.clock, out);
  if (login && config.backend.kind == "imap") {
    const auto backends = make_backends(config, surroundings);
    co_await examine_account(*backends, *login, out);
    co_await backends->stop();
  }
  co_return out;
}

}  // namespace godwit::app
