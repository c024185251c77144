/// What the clients of a mail domain are told, and which domains there are.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "autodiscover/signer.hpp"

namespace godwit::autodiscover {

inline constexpr std::string_view xml_path = "/autodiscover/autodiscover.xml";
inline constexpr std::string_view json_path = "/autodiscover/autodiscover.json";
/// Where mail programs look (autoconfig), on the domain itself and on autoconfig.DOMAIN.
inline constexpr std::string_view client_config_path = "/mail/config-v1.1.xml";
inline constexpr std::string_view known_client_config_path =
    "/.well-known/autoconfig/mail/config-v1.1.xml";
inline constexpr std::string_view profile_path = "/autodiscover/profile.mobileconfig";
inline constexpr std::string_view activesync_path = "/Microsoft-Server-ActiveSync";

/// An IMAP or SMTP server as mail programs reach it.
struct MailServer {
  std::string host;
  std::uint16_t port = 0;
  bool starttls = false;  // else TLS from the first byte
};

/// What mail programs enter as the name to sign in with.
enum class Login : std::uint8_t { address, name };  // name: what stands before the @

struct Settings {
  std::string url;  // of ActiveSync; empty: the host that was asked, at the usual path
  std::string culture = "en:us";
  std::string redirect;      // a domain, or an address: ask there instead. Empty: answer here
  std::string redirect_url;  // another server's autodiscover.xml (https). Empty: answer here
  std::string name;          // of the service, for people; empty: the domain
  std::optional<MailServer> imap;
  std::optional<MailServer> smtp;
  Login login = Login::address;
  std::string enrolment_url;  // of client certificates; empty: none
  std::string enrolment_template;
  bool signs_profiles = false;           // and has no signer: none can be given
  std::shared_ptr<const Signer> signer;  // null: profiles are not signed
};

/// Domains in lower case.
class Domains {
 public:
  /// `general` is for requests that name no domain; `host` is what we are called when a request
  /// names no host that can be ours.
  Domains(Settings general, std::string host);
  Domains() : Domains(Settings(), "localhost") {}

  void add(std::string_view domain, Settings settings);
  bool empty() const { return by_name_.empty(); }
  /// nullptr: not ours.
  const Settings* find(std::string_view domain) const;
  const Settings& general() const { return general_; }
  const std::string& host() const { return host_; }

  /// The host, with its port where it has one, by which a client reached us: `header` (a request's
  /// Host) when it is our name, a served domain or a name within one; else our name. What else
  /// stands in that header never comes into an answer.
  std::string reached_host(std::string_view header) const;
  /// Of the domain whose own name, or autodiscover., autoconfig. or any name within it, is `host`.
  /// Empty: none.
  std::string_view domain_of_host(std::string_view host) const;

 private:
  std::map<std::string, Settings, std::less<>> by_name_;
  Settings general_;
  std::string host_;
};

/// `ann@example.org`: one @ with something on both sides, at most 320 bytes, nothing that no
/// address holds unquoted.
bool is_address(std::string_view text);
/// What stands behind the last @, in lower case.
std::string domain_of(std::string_view address);
/// What stands before it.
std::string_view name_of(std::string_view address);
/// A DNS name: letters, digits, hyphens, dots; at most 253 bytes.
bool is_host_name(std::string_view text);

/// The address to ask about instead, by `redirect`.
std::string redirected(const Settings& settings, std::string_view address);

}  // namespace godwit::autodiscover
