#include "app/sign_in_chain.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "app/certificate_sign_in.hpp"
#include "auth/network.hpp"
#include "backend/ldap/check.hpp"
#include "backend/pam/check.hpp"
#include "base/fault.hpp"
#include "oidc/metadata.hpp"
#include "oidc/token_check.hpp"

namespace godwit::app {
namespace {

Result<backend::DataClasses> classes_of(const Strings& names) {
  backend::DataClasses out;
  for (const std::string& name : names) {
    if (name == "all") {
      out = backend::DataClasses::all();
      continue;
    }
    const auto one = backend::data_class_named(name);
    if (!one) {
      return fail(
          Errc::malformed,
          "'" + name + "' is none of mail, calendar, contacts, tasks, notes, directory, all");
    }
    out = out.with(*one);
  }
  return out;
}

Result<auth::AccessRule> access_rule(const Config::Access& given) {
  auth::AccessRule out{.name = given.name, .whom = given};
  for (const std::string& attribute : given.attributes) {
    const auto equals = attribute.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == attribute.size()) {
      return fail(Errc::malformed, "'" + attribute + "' is not attribute=value");
    }
    out.attributes.emplace_back(attribute.substr(0, equals), attribute.substr(equals + 1));
  }
  const auto allow = classes_of(given.allow);
  if (!allow) return pass(allow);
  const auto deny = classes_of(given.deny);
  if (!deny) return pass(deny);
  if (given.name.empty()) return fail(Errc::malformed, "a rule needs a name, for the log");
  if (allow->empty() && deny->empty()) return fail(Errc::malformed, "it neither allows nor denies");
  out.allow = *allow;
  out.deny = *deny;
  return out;
}

backend::LdapCheckSettings ldap_check_settings(const Config& config, const Config::SignIn& given) {
  using backend::LdapSettings;
  backend::LdapCheckSettings out;
  out.server.urls = given.servers;
  out.server.encryption =
      given.tls == "none" ? LdapSettings::Encryption::none : LdapSettings::Encryption::starttls;
  out.server.ca_file = given.ca_file;
  out.server.verify = given.verify;
  out.server.bind_dn = given.bind_dn;
  out.server.base = given.base;
  out.server.preset = given.preset == "active-directory" ? LdapSettings::Preset::active_directory
                                                         : LdapSettings::Preset::openldap;
  out.server.limit = std::chrono::seconds(given.query_seconds);
  out.server.connections = static_cast<unsigned>(given.connections);
  out.dn = given.dn;
  out.filter = given.filter;
  out.account = given.account;
  out.groups = given.groups;
  out.group_base = given.group_base;
  const auto rules = access_rules(config);
  out.wants_groups = auth::asks_for_groups(rules);
  for (const auth::AccessRule& rule : rules) {
    for (const auto& [name, value] : rule.attributes) out.attributes.push_back(name);
  }
  return out;
}

/// Whether a name without its domain would open the mailbox of a namesake in another domain.
bool forgets_the_domain(const Config& config, const Config::SignIn& one) {
  const bool one_domain = one.domains.size() == 1 ||
                          (config.backend.kind == "local" && config.local.domains.size() == 1) ||
                          (config.backend.kind == "imap" && config.imap.login == "without-domain");
  if (one_domain) return false;
  if (one.kind == "pam") return one.user == "name";
  const bool by_pattern = one.kind == "ldap" && !one.dn.empty() && one.account.empty();
  return by_pattern && !one.dn.contains("{login}") && !one.dn.contains("{domain}");
}

/// Which server opens nothing without its user's password; empty: none.
std::string unknown_to_backends(const Config& config) {
  if (config.backend.kind == "imap" && config.imap.sign_in != "master") {
    return "the IMAP server does not know them: set imap.sign_in to master";
  }
  if (config.submission.sign_in == "user" && !config.submission.host.empty()) {
    return "the mail server does not know them: set submission.sign_in to master, fixed or none";
  }
  if (!config.sieve.host.empty() && config.sieve.sign_in != "master") {
    return "the ManageSieve server does not know them: set sieve.sign_in to master";
  }
  const bool dav = !config.dav.url.empty() || !config.dav.domain.empty();
  if (dav && config.dav.password_file.empty()) {
    return "the DAV server does not know them: set dav.password_file";
  }
  return {};
}

std::string oauth_problem(const Config& config, const Config::SignIn& one) {
  if (const auto places = oidc::metadata_places(one.issuer); !places) {
    return "issuer: " + places.error().message;
  }
  if (one.audience.empty()) return "audience: what tokens for this server have as aud";
  if (one.user_claim.empty()) return "user_claim: which claim names the mailbox";
  if (one.scope.contains(' ')) return "scope: is one word";
  if (!one.verify) return "verify: the issuer's certificate is always verified; set ca_file";
  if (!config.sieve.host.empty() && config.sieve.sign_in != "master") {
    return "tokens are not handed on to ManageSieve servers: set sieve.sign_in to master";
  }
  return {};
}

std::string sign_in_problem(const Config& config, const Config::SignIn& one) {
  if (one.bind_dn.empty() != one.password_file.empty()) {
    return "bind_dn and password_file go together";
  }
  if (one.kind == "ldap") {
    const auto problem = backend::check_ldap_check_settings(ldap_check_settings(config, one));
    if (!problem.empty()) return problem;
  }
  if (one.kind == "pam" && (one.service.empty() || one.service.contains('/'))) {
    return "service: is the name of a file in /etc/pam.d";
  }
  if (one.kind == "oauth") {
    if (auto problem = oauth_problem(config, one); !problem.empty()) return problem;
  }
  if (one.kind == "certificate" && one.ca_file.empty()) {
    return "ca_file: the authorities that sign the phones' certificates";
  }
  if (one.kind == "kerberos" && (one.keytab.empty() || one.realm.empty())) {
    return "keytab and realm: whose keys, and whose users";
  }
  if (one.kind == "app-password" || one.kind == "certificate" || one.kind == "kerberos") {
    if (auto problem = unknown_to_backends(config); !problem.empty()) return problem;
  }
  if (forgets_the_domain(config, one)) {
    return "users of several domains would be one; name the domain whose users they are in domains";
  }
  return {};
}

std::unique_ptr<auth::Check> token_check(const Config::SignIn& given, oidc::Issuer& issuer) {
  auth::TokenRules rules{.issuer = given.issuer, .audience = given.audience};
  rules.user_claim = given.user_claim;
  rules.scope = given.scope;
  rules.skew = std::chrono::seconds(given.skew_seconds);
  return std::make_unique<oidc::TokenCheck>(issuer, std::move(rules));
}

/// What its claims are.
auth::Scheme scheme_of(std::string_view kind) {
  if (kind == "oauth") return auth::Scheme::bearer;
  if (kind == "certificate") return auth::Scheme::certificate;
  return kind == "kerberos" ? auth::Scheme::negotiate : auth::Scheme::password;
}

auth::Chain::Link make_link(const Config& config, const Config::SignIn& given, Backends& backends,
                            auth::AppPasswords& passwords, const Clock& clock) {
  auth::Chain::Link out{.name = given.kind,
                        .domains = given.domains,
                        .check = nullptr,
                        .scheme = scheme_of(given.kind)};
  if (given.kind == "ldap") {
    auto settings = ldap_check_settings(config, given);
    if (!given.password_file.empty()) {
      auto password = read_secret(given.password_file);
      if (!password) throw Fault(Fault::Kind::unavailable, password.error().message);
      settings.server.password = std::move(*password);
    }
    out.check = std::make_unique<backend::LdapCheck>(std::move(settings));
  } else if (given.kind == "pam") {
    backend::PamSettings settings;
    settings.service = given.service;
    settings.user = given.user == "login" ? backend::PamSettings::User::login
                                          : backend::PamSettings::User::name;
    settings.limit = std::chrono::seconds(given.check_seconds);
    settings.threads = static_cast<unsigned>(given.connections);
    out.check = std::make_unique<backend::PamCheck>(std::move(settings));
  } else if (given.kind == "certificate") {
    out.check = std::make_unique<CertificateSignIn>(given, clock);
  } else if (given.kind == "kerberos") {
    out.check = std::make_unique<backend::KerberosCheck>(kerberos_settings(config, given), clock);
  } else if (given.kind == "app-password") {
    out.check = std::make_unique<auth::AppPasswordCheck>(passwords, backends.known_users());
  } else {
    out.check = std::make_unique<auth::MailboxCheck>(backends.users());
  }
  return out;
}

}  // namespace

Strings sign_in_problems(const Config& config) {
  Strings out;
  for (const Config::Access& one : config.access) {
    const auto rule = access_rule(one);
    if (!rule) out.push_back(fmt::format("[[access]] '{}': {}", one.name, rule.error().message));
  }
  if (!out.empty()) return out;  // the checks are asked for what rules are about
  for (std::size_t i = 0; i < config.sign_in.size(); ++i) {
    const std::string problem = sign_in_problem(config, config.sign_in[i]);
    if (problem.empty()) continue;
    out.push_back(
        fmt::format("[[sign_in]] number {}, {}: {}", i + 1, config.sign_in[i].kind, problem));
  }
  if (config.imap.sign_in == "master" &&
      (config.imap.user.empty() || config.imap.password_file.empty())) {
    out.push_back("imap.sign_in is master: set imap.user and imap.password_file");
  }
  for (const std::string& network : config.auth.unlimited_networks) {
    if (!auth::Network::parse(network)) {
      out.push_back("auth.unlimited_networks: '" + network + "' is no network");
    }
  }
  return out;
}

auth::Chain make_chain(const Config& config, Backends& backends, auth::AppPasswords& passwords,
                       const Issuers& issuers, const Clock& clock) {
  std::vector<auth::Chain::Link> links;
  links.reserve(config.sign_in.size() + 1);
  auto issuer = issuers.begin();
  for (const Config::SignIn& one : config.sign_in) {
    if (one.kind == "oauth") {
      links.push_back({.name = one.kind,
                       .domains = one.domains,
                       .check = token_check(one, **issuer++),
                       .scheme = scheme_of(one.kind)});
      continue;
    }
    links.push_back(make_link(config, one, backends, passwords, clock));
  }
  if (links.empty()) {
    links.push_back(make_link(config, Config::SignIn(), backends, passwords, clock));
  }
  std::string domain = config.imap.domain;
  if (config.backend.kind == "local" && !config.local.domains.empty()) {
    domain = config.local.domains.front();
  }
  return {std::move(links), backends.known_users(), std::move(domain)};
}

backend::KerberosSettings kerberos_settings(const Config& config, const Config::SignIn& given) {
  backend::KerberosSettings out;
  out.keytab = given.keytab;
  out.service = given.principal;
  out.realm = given.realm;
  out.domain = given.domain;
  out.replays = config.server.state_directory + "/kerberos-replays";
  out.threads = static_cast<unsigned>(given.connections);
  out.limit = std::chrono::seconds(given.check_seconds);
  return out;
}

std::vector<auth::AccessRule> access_rules(const Config& config) {
  std::vector<auth::AccessRule> out;
  for (const Config::Access& one : config.access) {
    if (auto rule = access_rule(one)) out.push_back(*std::move(rule));
  }
  return out;
}

}  // namespace godwit::app
