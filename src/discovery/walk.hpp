/// From a mail address to the URL of ActiveSync, the way phones go: the domain itself, then
/// autodiscover.DOMAIN, then its redirect over plain HTTP, then the SRV record, then version 2.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/secret.hpp"
#include "base/task.hpp"
#include "dns/lookup.hpp"
#include "net/certificate_look.hpp"

namespace godwit::discovery {

struct Settings {
  std::string address;             // of the user, or anything@DOMAIN when nobody signs in
  std::string login;               // empty: the address
  Secret password;                 // empty: nobody signs in, and every way is walked to its end
  std::optional<dns::Server> dns;  // else the system's
  std::uint16_t https_port = 443;  // where names without a port of their own are asked
  std::uint16_t http_port = 80;
  std::string ca_file;                      // PEM; empty = what the system trusts
  bool insecure = false;                    // any certificate will do
  std::chrono::milliseconds limit{10'000};  // for one request
  /// Outside of the address's domain the password goes to these hosts only: whoever can forge a DNS
  /// answer or a redirect without TLS could else ask for it.
  std::vector<std::string> trusted_hosts{};
};

enum class Way : std::uint8_t { domain, subdomain, redirect, service, version2 };

enum class Outcome : std::uint8_t {
  found,      // `url` is that of ActiveSync
  asks,       // it wants a password: somebody is there who would answer
  refused,    // it does not take the password, or does not know the address
  no_name,    // DNS has no such name or record: clients go on
  elsewhere,  // somebody answers, but not to this: clients go on
  broken,     // no connection, a certificate that is not trusted, nonsense
};

/// One request, or the lack of a name to send it to.
struct Step {
  Way way = Way::domain;
  std::string asked{};                   // a URL, or the name of a record
  std::string alias{};                   // what the name is an alias of; empty: none
  std::vector<std::string> addresses{};  // in the order of DNS
  std::optional<net::CertificateFacts> certificate{};
  int status = 0;  // of HTTP; 0: there was no answer
  Outcome outcome = Outcome::no_name;
  std::string url{};     // found
  std::string what{};    // for people: what was wrong; empty when nothing was
  bool follows = false;  // a redirect led here from the step before
};

struct Walk {
  std::vector<Step> steps;
  std::string url;  // empty: nobody told it
};

/// Never throws Fault: what fails is in the steps. With a password it ends where the URL is found
/// or the password refused; at most 10 redirects are followed, and none from HTTPS to HTTP.
Task<Walk> walk(Settings settings);

std::string_view way_name(Way way);
std::string_view outcome_name(Outcome outcome);

}  // namespace godwit::discovery
