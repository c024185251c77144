#include "app/directory.hpp"

#include "base/fault.hpp"

namespace godwit::app {

std::unique_ptr<backend::LdapDirectory> make_directory(const Config& config, const Clock& clock) {
  return config.directory.kind == "ldap" ? make_synced_directory(config, clock) : nullptr;
}

std::unique_ptr<backend::LdapDirectory> make_synced_directory(const Config& config,
                                                              const Clock& clock) {
  if (config.directory.servers.empty()) return nullptr;
  backend::LdapSettings settings = ldap_settings(config);
  settings.password = directory_password(config);
  return std::make_unique<backend::LdapDirectory>(std::move(settings), clock);
}

Secret directory_password(const Config& config) {
  if (config.directory.password_file.empty()) return {};
  auto password = read_secret(config.directory.password_file);
  if (!password) throw Fault(Fault::Kind::unavailable, password.error().message);
  return std::move(*password);
}

backend::LdapSettings ldap_settings(const Config& config) {
  using backend::LdapSettings;
  const Config::Directory& given = config.directory;
  LdapSettings settings;
  settings.urls = given.servers;
  settings.encryption =
      given.tls == "none" ? LdapSettings::Encryption::none : LdapSettings::Encryption::starttls;
  settings.ca_file = given.ca_file;
  settings.verify = given.verify;
  settings.bind_dn = given.bind_dn;
  settings.base = given.base;
  settings.more_bases = given.more_bases;
  settings.preset = given.preset == "active-directory" ? LdapSettings::Preset::active_directory
                                                       : LdapSettings::Preset::openldap;
  settings.listed = given.listed;
  settings.match = given.match;
  settings.limit = std::chrono::seconds(given.query_seconds);
  settings.entries_max = static_cast<std::size_t>(given.entries_max);
  settings.connections = static_cast<unsigned>(given.connections);
  return settings;
}

}  // namespace godwit::app
