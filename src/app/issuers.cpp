#include "app/issuers.hpp"

#include <chrono>

namespace godwit::app {

Issuers make_issuers(const Config& config, const Clock& clock) {
  Issuers out;
  for (const Config::SignIn& each : config.sign_in) {
    if (each.kind != "oauth") continue;
    oidc::IssuerSettings settings{.name = each.issuer, .ca_file = each.ca_file};
    settings.limit = std::chrono::seconds(each.query_seconds);
    out.push_back(std::make_unique<oidc::Issuer>(std::move(settings), clock));
  }
  return out;
}

}  // namespace godwit::app
