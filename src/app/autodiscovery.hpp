/// Answers clients that look for a server by a mail address, before the ActiveSync endpoint: the
/// XML of [MS-ASCMD] Autodiscover and of Outlook, version 2's JSON, the file that Thunderbird asks
/// for, and profiles for iPhones. Who is not signed in learns what holds for a domain, nothing of
/// whom there is in it.
#pragma once

#include <optional>
#include <string>

#include "app/config.hpp"
#include "autodiscover/request.hpp"
#include "autodiscover/settings.hpp"
#include "base/clock.hpp"
#include "command/endpoint.hpp"
#include "console/parts.hpp"
#include "http/message.hpp"

namespace godwit::app {

class Autodiscovery final : public http::Service {
 public:
  /// `host`: what this server is called. Requests for other paths go to `next`. All references
  /// outlive it.
  Autodiscovery(const Config& config, const std::string& host, const Clock& clock,
                command::SignIn& sign_in, http::Service& next);

  Task<http::Outcome> handle(http::Request request) override;
  /// What the user enters in a phone: the server as `request` reached it, or as it is configured.
  console::PhoneSetup phone_setup(const http::Request& request,
                                  const backend::Account& account) const;
  /// The profile of the user's own account. Nothing where none can lead here, or be signed.
  std::optional<http::Reply> profile_of(const http::Request& request,
                                        const backend::Account& account) const;
  /// Takes over a configuration that was read anew.
  void apply(const Config& config);

 private:
  Task<http::Reply> xml(http::Request request) const;
  http::Reply settings_for(const http::Request& request, const backend::Account& account,
                           const autodiscover::Ask& ask) const;
  http::Reply json(const http::Request& request) const;
  http::Reply client_config(const http::Request& request) const;
  http::Reply profile(const http::Request& request) const;
  const autodiscover::Settings* settings_of(const std::string& address) const;
  std::string activesync_url(const http::Request& request,
                             const autodiscover::Settings& settings) const;
  std::string xml_url(const http::Request& request, const autodiscover::Settings& settings) const;

  const Clock& clock_;
  command::SignIn& sign_in_;
  http::Service& next_;
  std::string host_;
  std::uint32_t server_number_;
  bool enabled_ = true;
  autodiscover::Domains domains_;
};

}  // namespace godwit::app
