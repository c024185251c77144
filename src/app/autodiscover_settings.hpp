/// What the configuration says of Autodiscover, as its module wants it.
#pragma once

#include <string>

#include "app/config.hpp"
#include "autodiscover/settings.hpp"

namespace godwit::app {

/// Empty: they can work; else what is wrong with [autodiscover] or one of its domains, and what to
/// do.
std::string check_autodiscover(const Config& config);
/// `host`: what this server is called. The configuration was checked.
autodiscover::Domains autodiscover_domains(const Config& config, const std::string& host);

}  // namespace godwit::app
