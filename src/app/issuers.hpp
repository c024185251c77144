/// Whose bearer tokens are known: those of [[sign_in]], kind "oauth".
#pragma once

#include <memory>
#include <vector>

#include "app/config.hpp"
#include "base/clock.hpp"
#include "oidc/issuer.hpp"

namespace godwit::app {

/// In the order of the configuration.
using Issuers = std::vector<std::unique_ptr<oidc::Issuer>>;

/// `clock` outlives them. The configuration was checked.
Issuers make_issuers(const Config& config, const Clock& clock);

}  // namespace godwit::app
