#include "app/sieve.hpp"

#include "base/fault.hpp"
#include "base/text.hpp"

namespace godwit::app {

std::string check_sieve(const Config& config) {
  const Config::Sieve& given = config.sieve;
  if (config.backend.kind == "local" && !given.host.empty()) {
    return "host is for an IMAP server behind: remove it, the embedded store answers by itself";
  }
  if (given.sign_in == "master" && (given.user.empty() || given.password_file.empty())) {
    return "sign_in is master: set user and password_file";
  }
  return {};
}

std::unique_ptr<backend::SieveVacation> make_sieve(const Config& config) {
  using Settings = backend::SieveSettings;
  const Config::Sieve& from = config.sieve;
  if (from.host.empty()) return nullptr;
  Settings settings;
  settings.host = from.host;
  settings.port = static_cast<std::uint16_t>(from.port);
  settings.connect_limit = std::chrono::seconds(from.connect_seconds);
  settings.command_limit = std::chrono::seconds(from.command_seconds);
  settings.tls_settings.ca_file = from.ca_file;
  settings.tls_settings.insecure = !from.verify;
  if (from.tls == "none") settings.tls = Settings::Tls::none;
  if (from.tls == "tls") settings.tls = Settings::Tls::tls;
  for (const std::string& domain : from.domains) settings.domains.push_back(ascii_lower(domain));
  if (from.sign_in == "master") {
    auto password = read_secret(from.password_file);
    if (!password) throw Fault(Fault::Kind::unavailable, password.error().message);
    settings.sign_in = Settings::SignIn::master;
    settings.user = from.user;
    settings.password = std::move(*password);
  }
  return std::make_unique<backend::SieveVacation>(std::move(settings));
}

}  // namespace godwit::app
