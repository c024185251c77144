/// The CalDAV and CardDAV server of the configuration as a backend.
#pragma once

#include <memory>
#include <string>

#include "app/backends.hpp"
#include "backend/dav/dav.hpp"

namespace godwit::app {

/// Null when the configuration names none. Throws Fault when its password file cannot be read.
std::unique_ptr<backend::dav::DavServer> make_dav(const Config& config, Surroundings around);
bool has_dav(const Config& config);
/// What is wrong with the section, in words; empty when nothing is.
std::string check_dav(const Config& config);

}  // namespace godwit::app
